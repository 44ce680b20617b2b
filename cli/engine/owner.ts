import { readFileSync } from "node:fs";
import { identify, isRunning, type ProcessIdentity } from "../../rehearsal/toolchain/process.ts";

/** In the environment of every engine that this command line starts: the process for which it works. */
const VARIABLE = "PLUMBLINE_ENGINE_OWNER";

/** What an engine is told of its owner, this process. */
export function ownerEnvironment(): Record<string, string> {
  return { [VARIABLE]: JSON.stringify(identify(process.pid)) };
}

/**
 * Whether a process is an engine whose command line has died: it works on, and nobody listens. An engine that a person
 * started by hand names no owner, and is none. Linux only: elsewhere nobody may read another's environment, and no engine is taken for one.
 */
export function isOrphan(pid: number): boolean {
  const owner = ownerOf(pid);
  return owner !== undefined && !isRunning(owner);
}

function ownerOf(pid: number): ProcessIdentity | undefined {
  try {
    const entry = readFileSync(`/proc/${pid}/environ`, "utf8")
      .split("\0")
      .find((variable) => variable.startsWith(`${VARIABLE}=`));
    return entry === undefined ? undefined : (JSON.parse(entry.slice(VARIABLE.length + 1)) as ProcessIdentity);
  } catch {
    return undefined;
  }
}
