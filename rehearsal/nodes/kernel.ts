import { existsSync, readFileSync } from "node:fs";
import { release } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";

/** What nodes ask of the kernel, by the option that it is built with: the runtime, the network, and what kube-proxy and policies write. */
const FEATURES: Readonly<Record<string, string>> = {
  OVERLAY_FS: "the overlay file system",
  CGROUPS: "control groups",
  NET_NS: "network namespaces",
  PID_NS: "process namespaces",
  VETH: "virtual Ethernet cables",
  BRIDGE: "network bridges",
  NF_CONNTRACK: "connection tracking",
  NF_TABLES: "nftables",
  NFT_CT: "nftables by connection",
  NFT_FIB_IPV4: "nftables by route",
  NFT_MASQ: "masquerading by nftables",
  NFT_NAT: "address translation by nftables",
  NFT_NUMGEN: "load balancing by nftables",
  NFT_REJECT: "rejection by nftables",
};

/**
 * Features that the running kernel was built without, in words; none if it does not say what it was built with. One that is
 * a module counts as there: the kernel loads it when it is asked for.
 */
export function missingFeatures(proc = "/proc", boot = "/boot"): string[] {
  const built = builtIn(proc, boot);
  if (built === undefined) return [];
  return Object.keys(FEATURES).flatMap((name) => (built.has(name) ? [] : `${FEATURES[name]} (CONFIG_${name})`));
}

/** Whether the kernel has the overlay file system, or loads it when it is asked for. */
export function hasOverlay(proc = "/proc", boot = "/boot"): boolean {
  const isThere = /\boverlay$/m.test(readFileSync(join(proc, "filesystems"), "utf8"));
  return isThere || builtIn(proc, boot)?.has("OVERLAY_FS") === true;
}

/** Names of what the kernel was built with, modules included; `undefined` if it does not say. */
function builtIn(proc: string, boot: string): ReadonlySet<string> | undefined {
  const config = kernelConfig(proc, boot);
  return config === undefined
    ? undefined
    : new Set([...config.matchAll(/^CONFIG_(\w+)=[ym]$/gm)].map(([, name = ""]) => name));
}

function kernelConfig(proc: string, boot: string): string | undefined {
  const [packed, plain] = [join(proc, "config.gz"), join(boot, `config-${release()}`)];
  if (existsSync(packed)) return gunzipSync(readFileSync(packed)).toString();
  return existsSync(plain) ? readFileSync(plain, "utf8") : undefined;
}
