import { constants } from "node:fs";
import { access, lstat, stat, statfs } from "node:fs/promises";
import { createServer } from "node:net";
import { dirname } from "node:path";
import { command } from "./command.ts";
import type { DiagnoseOptions, Diagnosis } from "./diagnosis.ts";
import { exists } from "./files.ts";
import { memoryBytes } from "./memory.ts";
import { rangeInWords, serves } from "./semver.ts";
import { ROOM, VERSIONS } from "./versions.ts";

/** The machine itself, before any tool. */
export async function diagnoseMachine({ cacheDir, env = process.env }: DiagnoseOptions): Promise<Diagnosis[]> {
  return Promise.all([system(), node(), npm(env), memory(), cache(cacheDir), disk(cacheDir), loopback()]);
}

async function system(): Promise<Diagnosis> {
  const found = `${process.platform} on ${process.arch}`;
  const about = { requirement: "operating system", needed: "Linux on x64 or arm64", found };
  if (process.platform === "linux" && ["x64", "arm64"].includes(process.arch)) return { ...about, state: "serves" };
  return {
    ...about,
    state: "missing",
    note: "The rehearsal cluster reads /proc. Stacks for a cluster of your own work everywhere.",
    fix: "Run it in a Linux virtual machine or container (2 cores, 4 GB).",
  };
}

async function node(): Promise<Diagnosis> {
  const isNew = serves(process.version, VERSIONS.node);
  return {
    requirement: "Node.js",
    state: isNew ? "serves" : "missing",
    needed: rangeInWords(VERSIONS.node),
    found: `${process.version.slice(1)} at ${process.execPath}`,
    ...(!isNew && { fix: "npm install" }),
  };
}

async function npm(env: NonNullable<DiagnoseOptions["env"]>): Promise<Diagnosis> {
  const said = await command("npm", ["--version"], { env }).catch(() => undefined);
  const found = said?.code === 0 ? said.stdout.trim() : undefined;
  return {
    requirement: "npm",
    state: found ? "serves" : "missing",
    needed: "any that comes with Node.js",
    found: found ?? "none",
    ...(!found && { fix: "sudo apt-get install npm" }),
  };
}

async function memory(): Promise<Diagnosis> {
  const isEnough = memoryBytes() >= ROOM.memoryBytes;
  return {
    requirement: "memory",
    state: isEnough ? "serves" : "limited",
    needed: gigabytes(ROOM.memoryBytes),
    found: gigabytes(memoryBytes()),
    ...(!isEnough && { note: "Building the cluster's binary may be ended by the kernel; running it takes 0.5 GB." }),
  };
}

async function cache(cacheDir: string): Promise<Diagnosis> {
  const problem = await problemOf(await nearest(cacheDir));
  return {
    requirement: "cache folder",
    state: problem ? "missing" : "serves",
    needed: "a folder that can be written",
    found: problem ?? cacheDir,
    ...(problem && { fix: "export PLUMBLINE_CACHE=/a/folder/of/yours" }),
  };
}

/** What is there under a path, or the nearest thing above it. A link is looked at itself: it may lead nowhere. */
async function nearest(path: string): Promise<string> {
  const isThere = await lstat(path).then(
    () => true,
    () => false,
  );
  return isThere || dirname(path) === path ? path : nearest(dirname(path));
}

async function problemOf(place: string): Promise<string | undefined> {
  const found = await stat(place).catch(() => undefined);
  if (!found?.isDirectory()) return `${place} is ${found ? "no folder" : "a link that leads nowhere"}`;
  return access(place, constants.W_OK | constants.X_OK).then(
    () => undefined,
    () => `${place} is not writable`,
  );
}

async function disk(cacheDir: string): Promise<Diagnosis> {
  const { bavail, bsize } = await statfs(await nearestFolder(cacheDir));
  const free = bavail * bsize;
  const isEnough = free >= ROOM.diskBytes;
  return {
    requirement: "disk space",
    state: isEnough ? "serves" : "limited",
    needed: `${gigabytes(ROOM.diskBytes)} for building, 1 GB when everything is built`,
    found: `${gigabytes(free)} free`,
    ...(!isEnough && { note: "A build may fail for want of room.", fix: "go clean -cache -modcache" }),
  };
}

async function loopback(): Promise<Diagnosis> {
  const problem = await new Promise<Error | undefined>((resolve) => {
    const server = createServer();
    server.once("error", resolve);
    server.listen(0, "127.0.0.1", () => server.close(() => resolve(undefined)));
  });
  return {
    requirement: "loopback ports",
    state: problem ? "missing" : "serves",
    needed: "free ports on 127.0.0.1",
    found: problem ? problem.message : "free",
    ...(problem && { fix: "sudo ip link set lo up" }),
  };
}

/** The folder itself, or the one above it that is there. */
async function nearestFolder(path: string): Promise<string> {
  return (await exists(path)) || dirname(path) === path ? path : nearestFolder(dirname(path));
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(1)} GB`;
}
