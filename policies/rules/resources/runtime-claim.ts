import type { Field } from "../../core/field.ts";

/** What a language runtime is told about the memory or the cores that it may use. */
export interface RuntimeClaim {
  readonly resource: "memory" | "cpu";
  /** In bytes, in cores, or in percent of the limit. */
  readonly amount: number;
  readonly unit: "bytes" | "cores" | "percent";
  /** As people write it, e.g. `--max-old-space-size 2048`. */
  readonly written: string;
}

/** The variables from which a JVM, or the scripts that start one, take options. */
const JVM_VARIABLES = new Set([
  "JAVA_TOOL_OPTIONS",
  "JDK_JAVA_OPTIONS",
  "_JAVA_OPTIONS",
  "JAVA_OPTS",
  "CATALINA_OPTS",
  "KAFKA_HEAP_OPTS",
  "ES_JAVA_OPTS",
]);

/** Go writes sizes with these, and reads a number without one as bytes. */
const GO_UNITS: Readonly<Record<string, number>> = { KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30, TiB: 2 ** 40 };
const JVM_UNITS: Readonly<Record<string, number>> = { k: 2 ** 10, m: 2 ** 20, g: 2 ** 30, t: 2 ** 40 };

/** What an environment variable tells a runtime; undefined if it is none that does, or comes from elsewhere. */
export function claimOfVariable(variable: Field): RuntimeClaim | undefined {
  const name = variable.at("name").text() ?? "";
  const read = readerOf(name);
  return read?.(variable.at("value").text() ?? "");
}

/** What a word of a command line tells a runtime. */
export function claimOfWord(word: Field): RuntimeClaim | undefined {
  const text = word.text() ?? "";
  return nodeHeap(text) ?? jvmHeap(text);
}

function readerOf(name: string): ((value: string) => RuntimeClaim | undefined) | undefined {
  if (JVM_VARIABLES.has(name)) return jvmHeap;
  switch (name) {
    case "NODE_OPTIONS":
      return nodeHeap;
    case "GOMEMLIMIT":
      return goMemory;
    case "GOMAXPROCS":
      return goProcessors;
    default:
      return undefined;
  }
}

/** The last one of several wins, as in Node. */
function nodeHeap(options: string): RuntimeClaim | undefined {
  const found = lastOf(options, /--max[-_]old[-_]space[-_]size([-_]percentage)?[= ](\d+(?:\.\d+)?)/g);
  if (!found) return undefined;
  const size = Number(found[2]);
  return found[1] ? percentOf(size, found[0]) : bytes(size * 2 ** 20, found[0]);
}

function jvmHeap(options: string): RuntimeClaim | undefined {
  const found = lastOf(options, /-(?:Xmx|XX:MaxHeapSize=)(\d+)([kKmMgGtT])?(?![\w.])/g);
  if (found) return bytes(Number(found[1]) * (JVM_UNITS[found[2]?.toLowerCase() ?? ""] ?? 1), found[0]);
  const share = lastOf(options, /-XX:MaxRAMPercentage=(\d+(?:\.\d+)?)/g);
  return share && percentOf(Number(share[1]), share[0]);
}

function goMemory(value: string): RuntimeClaim | undefined {
  const found = /^(\d+)(B|KiB|MiB|GiB|TiB)?$/.exec(value.trim());
  return found ? bytes(Number(found[1]) * (GO_UNITS[found[2] ?? ""] ?? 1), `GOMEMLIMIT ${found[0]}`) : undefined;
}

function goProcessors(value: string): RuntimeClaim | undefined {
  const found = /^(\d+)$/.exec(value.trim());
  return found
    ? { resource: "cpu", amount: Number(found[1]), unit: "cores", written: `GOMAXPROCS ${found[0]}` }
    : undefined;
}

function bytes(amount: number, written: string): RuntimeClaim {
  return { resource: "memory", amount, unit: "bytes", written };
}

function percentOf(amount: number, written: string): RuntimeClaim {
  return { resource: "memory", amount, unit: "percent", written };
}

function lastOf(text: string, pattern: RegExp): RegExpMatchArray | undefined {
  return [...text.matchAll(pattern)].at(-1);
}
