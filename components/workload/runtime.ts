import { amount } from "../core/quantity.ts";
import type { Resources } from "../core/resources.ts";

/** What runs in the container, so that it knows of its limits: a runtime sizes its heap by the machine otherwise. */
export type Runtime = "node" | "go" | "jvm" | "other";

const MEBIBYTE = 2 ** 20;
/** Share of the memory limit for the heap. The rest is for stacks, buffers and code, which lie outside of it. */
const HEAP_SHARE = 0.75;

/** Environment that fits a runtime to the container's limits. */
export function runtimeEnvironment(runtime: Runtime, { limits }: Resources): Record<string, string> {
  const heap = Math.floor((amount(limits.memory) * HEAP_SHARE) / MEBIBYTE);
  switch (runtime) {
    case "node":
      return { NODE_OPTIONS: `--max-old-space-size=${heap}` };
    case "go":
      return { GOMEMLIMIT: `${heap}MiB`, GOMAXPROCS: String(Math.max(1, Math.ceil(amount(limits.cpu)))) };
    case "jvm":
      return { JAVA_TOOL_OPTIONS: `-XX:MaxRAMPercentage=${HEAP_SHARE * 100}` };
    case "other":
      return {};
  }
}
