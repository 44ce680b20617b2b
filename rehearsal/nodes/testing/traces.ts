import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { identify, type ProcessIdentity } from "../../toolchain/process.ts";

/** What real nodes could leave on a machine, as far as it can be counted. */
export interface Traces {
  /** Mounts of this process's namespace. */
  readonly mounts: readonly string[];
  readonly controlGroups: readonly string[];
  readonly links: readonly string[];
  readonly routes: string;
  /** Rules of nftables in this process's network, which is the machine's: what kube-proxy would make if it were there. */
  readonly rules?: string;
  readonly settings: Readonly<Record<string, string>>;
}

/** Settings of the kernel that a kubelet or kube-proxy would write if it were let. */
const SETTINGS = [
  "vm/overcommit_memory",
  "vm/panic_on_oom",
  "kernel/panic",
  "kernel/panic_on_oops",
  "kernel/keys/root_maxkeys",
  "kernel/keys/root_maxbytes",
  "net/ipv4/ip_forward",
] as const;

/**
 * Rules are counted if `runtime`, the folder of unpacked packages, is given: the machine itself may have no nft. `cluster`
 * is the one whose control groups are counted; without, those of all clusters are.
 */
export function traces(runtime?: string, cluster?: string): Traces {
  return {
    mounts: lines("/proc/self/mountinfo").map((line) => line.split(" ").slice(3, 5).join(" ")),
    controlGroups: foldersBelow("/sys/fs/cgroup").filter((path) =>
      path.includes(cluster === undefined ? "plumbline" : `/plumbline/${cluster}-`),
    ),
    links: readdirSync("/sys/class/net").sort(),
    routes: readFileSync("/proc/net/route", "utf8"),
    ...(runtime !== undefined && {
      rules: execFileSync("chroot", [runtime, "/usr/sbin/nft", "list", "ruleset"], { encoding: "utf8" }),
    }),
    settings: Object.fromEntries(
      SETTINGS.map((name) => [name, attempt(() => readFileSync(`/proc/sys/${name}`, "utf8").trim()) ?? "absent"]),
    ),
  };
}

/** A process and all that descend from it: with them go the namespaces that only they are in. */
export function family(pid: number): ProcessIdentity[] {
  const isChild = (name: string) =>
    attempt(() => readFileSync(`/proc/${name}/status`, "utf8").includes(`\nPPid:\t${pid}\n`));
  const children = readdirSync("/proc")
    .filter(isChild)
    .flatMap((name) => family(Number(name)));
  const self = identify(pid);
  return self === undefined ? children : [self, ...children];
}

function lines(path: string): string[] {
  return readFileSync(path, "utf8").trim().split("\n");
}

function foldersBelow(dir: string): string[] {
  const entries = attempt(() => readdirSync(dir, { withFileTypes: true })) ?? [];
  return entries
    .filter((entry) => entry.isDirectory())
    .flatMap(({ name }) => [join(dir, name), ...foldersBelow(join(dir, name))]);
}

/** A process, or a group, may be gone by the time it is looked at. */
function attempt<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch {
    return undefined;
  }
}
