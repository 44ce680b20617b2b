import { readFileSync } from "node:fs";
import { descendants } from "../../cli/engine/process-tree.ts";
import { commandLine } from "../../rehearsal/index.ts";

const EVERY_MS = 100;

/** Processes of a run of the engine, by a mark in their command line; the engine itself is what no mark fits. */
const ROLES: readonly (readonly [role: string, mark: RegExp])[] = [
  ["program", /@pulumi\/pulumi\/cmd\/run(\/|$| )/],
  ["policy pack", /run-policy-pack|pulumi-analyzer|plugins\/analyzer/],
  ["language host", /pulumi-language|plugins\/language/],
  ["providers", /pulumi-resource|plugins\/(kubernetes|random|recorder)/],
];

/** Peak resident memory in bytes: of everything at one moment, and of each role at a moment of its own. */
export interface MemoryPeaks {
  readonly total: number;
  readonly byRole: ReadonlyMap<string, number>;
}

/**
 * Watches the memory of a process and all below it, ten times a second. Pages that processes share, such as Node's own
 * code, count once for each of them: it is an upper bound.
 */
export class MemoryWatch {
  readonly #pid: number;
  readonly #timer: NodeJS.Timeout;
  readonly #roles = new Map<number, string>();
  readonly #byRole = new Map<string, number>();
  #total = 0;

  constructor(pid: number) {
    this.#pid = pid;
    this.#timer = setInterval(() => this.#look(), EVERY_MS);
  }

  stop(): MemoryPeaks {
    clearInterval(this.#timer);
    return { total: this.#total, byRole: this.#byRole };
  }

  #look(): void {
    const now = new Map<string, number>();
    for (const pid of [this.#pid, ...descendants(this.#pid)]) {
      const role = this.#roleOf(pid);
      now.set(role, (now.get(role) ?? 0) + residentMemory(pid));
    }
    for (const [role, bytes] of now) this.#byRole.set(role, Math.max(bytes, this.#byRole.get(role) ?? 0));
    this.#total = Math.max(
      this.#total,
      [...now.values()].reduce((a, b) => a + b),
    );
  }

  #roleOf(pid: number): string {
    const known = this.#roles.get(pid);
    if (known !== undefined) return known;
    const command = commandLine(pid).join(" ");
    const role = ROLES.find(([, mark]) => mark.test(command))?.[0] ?? "engine";
    this.#roles.set(pid, role);
    return role;
  }
}

/** Bytes of memory that a process has in RAM; 0 if it is gone, or where there is no /proc. */
export function residentMemory(pid: number): number {
  try {
    const [, kibibytes = "0"] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
    return Number(kibibytes) * 1_024;
  } catch {
    return 0;
  }
}
