import { existsSync, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { RehearsalError } from "../toolchain/error.ts";
import { hasOverlay, missingFeatures } from "./kernel.ts";

/** CAP_SYS_ADMIN, CAP_NET_ADMIN, CAP_SYS_CHROOT, CAP_MKNOD: what it takes to make a node (capabilities(7)). */
const CAPABILITIES = (1n << 21n) | (1n << 12n) | (1n << 18n) | (1n << 27n);

const PROGRAMS = ["apt-get", "apt-config", "dpkg", "dpkg-deb"] as const;

/** Why this machine cannot run real nodes, in words that follow "because"; undefined if it can. Reads only. */
export function whyNoRealNodes(
  env: Readonly<Record<string, string | undefined>> = process.env,
  proc = "/proc",
  boot = "/boot",
): string | undefined {
  if (process.platform !== "linux") return `they need Linux, and this is ${process.platform}`;
  if (process.getuid?.() !== 0) return "they need the rights of root";
  const effective = /^CapEff:\s*([0-9a-f]+)$/m.exec(readFileSync(join(proc, "self/status"), "utf8"))?.[1] ?? "0";
  if ((BigInt(`0x${effective}`) & CAPABILITIES) !== CAPABILITIES)
    return "root may not make namespaces and mounts here, as in most containers";
  if (!hasOverlay(proc, boot)) return "the kernel has no overlay file system";
  const features = missingFeatures(proc, boot);
  if (features.length > 0) return `the kernel was built without ${features.join(", ")}`;
  const missing = missingPrograms(PROGRAMS, env);
  if (missing.length > 0) return `they are made of Debian's packages, and there is no ${missing.join(", ")} on PATH`;
  return undefined;
}

/** Throws `RehearsalError` if this machine cannot run real nodes, saying why. */
export function requireRealNodes(env?: Readonly<Record<string, string | undefined>>): void {
  const why = whyNoRealNodes(env);
  if (why !== undefined)
    throw new RehearsalError(
      `Real nodes cannot run here: ${why}.`,
      "Use simulated nodes, or run this as root on Debian or Ubuntu.",
    );
}

/** Those of the programs that are not on PATH. */
export function missingPrograms(
  programs: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): readonly string[] {
  const folders = (env.PATH ?? "").split(delimiter);
  return programs.filter((name) => !folders.some((dir) => existsSync(join(dir, name))));
}
