import { createHash } from "node:crypto";
import { realpathSync } from "node:fs";
import { readFile, realpath } from "node:fs/promises";
import { join, resolve } from "node:path";
import { writeWhole } from "../toolchain/files.ts";
import { requireLabel } from "../toolchain/name.ts";
import { commandLine, identify, type ProcessIdentity } from "../toolchain/process.ts";
import type { ClusterConfig } from "./config.ts";

/** The files of one cluster. */
export interface ClusterDirectory {
  readonly name: string;
  /** Root of the cache in which it lies. */
  readonly cacheDir: string;
  readonly path: string;
  /** Held by whoever starts or stops the cluster; beside the folder, because a reset removes that. */
  readonly lock: string;
  readonly config: string;
  /** Written by the cluster's process. */
  readonly status: string;
  /** Written here, as soon as a process is started. */
  readonly process: string;
  readonly logs: string;
  /** What the process said on standard output, one event a line. */
  readonly events: string;
  readonly errors: string;
}

export function clusterDirectory(cacheDir: string, name: string): ClusterDirectory {
  requireLabel("a cluster", name);
  const path = resolve(cacheDir, "clusters", name);
  const logs = join(path, "log");
  return {
    name,
    cacheDir,
    path,
    lock: `${path}.lock`,
    config: join(path, "cluster.json"),
    status: join(path, "status.json"),
    process: join(path, "process.json"),
    logs,
    events: join(logs, "events.jsonl"),
    errors: join(logs, "stderr.log"),
  };
}

/** What the cluster's process says of itself. */
export interface OwnStatus extends ProcessIdentity {
  readonly phase: "starting" | "ready" | "stopping" | "failed";
  readonly startedAt: string;
  readonly ports: Readonly<Record<string, number>>;
  readonly server: string;
  readonly kubeconfig: string;
  readonly version: string;
  /** Ready, while operators in pods are still starting. */
  readonly pending?: boolean;
  readonly error?: string;
}

/** The process that was started here, and what it was started with. */
export interface StartRecord extends ProcessIdentity {
  /** Digest of configuration and binary: see {@link startDigest}. */
  readonly digest: string;
}

/** A file's content; `unreadable` is a file that was cut short. */
export type Readable<T> = T | "absent" | "unreadable";

export async function readStatus({ status }: ClusterDirectory): Promise<Readable<OwnStatus>> {
  const read = await readJson<OwnStatus & { bootId?: string; processStart?: number }>(status);
  if (typeof read === "string") return read;
  return read.pid > 0 && read.phase ? { ...read, start: `${read.bootId}:${read.processStart}` } : "unreadable";
}

export async function readStartRecord({ process }: ClusterDirectory): Promise<Readable<StartRecord>> {
  return readJson<StartRecord>(process);
}

export async function writeStartRecord({ process }: ClusterDirectory, record: StartRecord): Promise<void> {
  await writeWhole(process, JSON.stringify(record), 0o600);
}

/** Equal digests: the running cluster is what a start would make. A tool's path changes whenever its content does. */
export async function startDigest(config: ClusterConfig, binary: string): Promise<string> {
  const program = await realpath(binary);
  return createHash("sha256")
    .update(JSON.stringify([config, program]))
    .digest("hex");
}

/**
 * The process that runs this cluster; undefined if none does. A pid from a file counts only if that very process, by
 * its start, still runs, and its command line is that of this cluster: no other process is ever taken for ours.
 */
export async function findProcess(directory: ClusterDirectory): Promise<ProcessIdentity | undefined> {
  const [record, status] = await Promise.all([readStartRecord(directory), readStatus(directory)]);
  for (const claimed of [record, status]) {
    if (typeof claimed === "string") continue;
    const running = identify(claimed.pid);
    if (running?.start === claimed.start && runsCluster(running.pid, directory)) return running;
  }
  // The process's own lock: written before its status, and there even if whoever started it was killed in between.
  const locked = Number(await readFile(join(directory.path, "lock"), "utf8").catch(() => ""));
  return locked > 0 && runsCluster(locked, directory) ? identify(locked) : undefined;
}

function runsCluster(pid: number, { path }: ClusterDirectory): boolean {
  const words = commandLine(pid);
  const dir = words[words.indexOf("--dir") + 1];
  return words.includes("run") && dir !== undefined && realPath(dir) === realPath(path);
}

/** One name for a folder that may be reached by several: a cache may lie behind a link. */
function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

async function readJson<T>(path: string): Promise<Readable<T>> {
  try {
    return JSON.parse(await readFile(path, "utf8")) as T;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ENOENT" ? "absent" : "unreadable";
  }
}
