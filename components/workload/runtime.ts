import { amount } from "../core/quantity.ts";
import type { Resources } from "../core/resources.ts";

/** What runs in the container, so that it knows of its limits: a runtime sizes its heap by the machine otherwise. */
export type Runtime = "node" | "go" | "jvm" | "other";

const MEBIBYTE = 2 ** 20;
/** Share of the memory limit for the heap. The rest is for stacks, buffers and code, which lie outside of it. */
const HEAP_SHARE = 0.75;
/** What Go itself takes at least since 1.25, which older ones have to be told: with one, its collector stands in the way of all else. */
const LEAST_THREADS = 2;

/**
 * Environment that fits a runtime to the container's limits. The JVM reads the limit of processors itself, and takes its serial collector
 * below 2 of them or 1792 MiB, which fits so small a container; one that has run out of heap ends, and is started again.
 */
export function runtimeEnvironment(runtime: Runtime, { limits }: Resources): Record<string, string> {
  const heap = Math.floor((amount(limits.memory) * HEAP_SHARE) / MEBIBYTE);
  switch (runtime) {
    case "node":
      return { NODE_OPTIONS: `--max-old-space-size=${heap}` };
    case "go":
      return { GOMEMLIMIT: `${heap}MiB`, GOMAXPROCS: String(Math.max(LEAST_THREADS, Math.ceil(amount(limits.cpu)))) };
    case "jvm":
      return { JAVA_TOOL_OPTIONS: `-XX:MaxRAMPercentage=${HEAP_SHARE * 100} -XX:+ExitOnOutOfMemoryError` };
    case "other":
      return {};
  }
}
