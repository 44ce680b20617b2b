import type { Profiler } from "node:inspector";

/** Frames of V8 that are no work: the root of every stack, and that nothing runs. */
const NO_WORK = new Set(["(root)", "(idle)"]);

/** Numbers of fields of pprof's `profile.proto`. */
const PROFILE = {
  sampleType: 1,
  sample: 2,
  location: 4,
  function: 5,
  text: 6,
  time: 9,
  duration: 10,
  periodType: 11,
  period: 12,
};
const VALUE_TYPE = { type: 1, unit: 2 };
const SAMPLE = { locations: 1, values: 2 };
const LOCATION = { id: 1, line: 4 };
const LINE = { function: 1, line: 2 };
const FUNCTION = { id: 1, name: 2, file: 4, line: 5 };

/** What a profile of pprof's says of itself. */
export interface Taken {
  /** When it began, in milliseconds since 1970. */
  readonly at: number;
  /** Between two looks at the stack. */
  readonly intervalMicros: number;
}

/**
 * What V8 saw, in pprof's format: for each stack how often it was seen and how many nanoseconds it ran. Names of functions and of their
 * files are all that it tells; no value of a variable is in a profile of V8.
 */
export function pprof({ nodes, samples = [], timeDeltas = [], startTime, endTime }: Profiler.Profile, taken: Taken) {
  const texts = new Numbered<string>();
  texts.of("");
  const functions = new Numbered<string>();
  const message = new Message();
  const valueType = (type: string, unit: string) =>
    new Message().number(VALUE_TYPE.type, texts.of(type)).number(VALUE_TYPE.unit, texts.of(unit));
  message.message(PROFILE.sampleType, valueType("samples", "count"));
  message.message(PROFILE.sampleType, valueType("cpu", "nanoseconds"));

  const known = new Map(nodes.map((node) => [node.id, node]));
  const parents = new Map(nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id] as const)));
  const located = (node: Profiler.ProfileNode): number => {
    const { functionName, url, lineNumber } = node.callFrame;
    const before = functions.size;
    // Numbers of pprof begin with 1.
    const id = functions.of(`${functionName}\n${url}\n${lineNumber}`) + 1;
    if (functions.size === before) return id;
    const line = lineNumber + 1;
    const told = new Message()
      .number(FUNCTION.id, id)
      .number(FUNCTION.name, texts.of(functionName || "(anonymous)"))
      .number(FUNCTION.file, texts.of(url.replace(/^file:\/\//, "")))
      .number(FUNCTION.line, line);
    message.message(PROFILE.function, told);
    const lines = new Message().number(LINE.function, id).number(LINE.line, line);
    message.message(PROFILE.location, new Message().number(LOCATION.id, id).message(LOCATION.line, lines));
    return id;
  };
  const stack = (id: number | undefined): number[] => {
    const node = id === undefined ? undefined : known.get(id);
    if (node === undefined || NO_WORK.has(node.callFrame.functionName)) return [];
    return [located(node), ...stack(parents.get(node.id))];
  };

  for (const [id, { count, micros }] of seen(samples, timeDeltas)) {
    const locations = stack(id);
    if (locations.length === 0) continue;
    const sample = new Message().numbers(SAMPLE.locations, locations).numbers(SAMPLE.values, [count, micros * 1_000]);
    message.message(PROFILE.sample, sample);
  }
  message.number(PROFILE.time, BigInt(Math.round(taken.at)) * 1_000_000n);
  message.number(PROFILE.duration, BigInt(Math.round(endTime - startTime)) * 1_000n);
  message.message(PROFILE.periodType, valueType("cpu", "nanoseconds"));
  message.number(PROFILE.period, taken.intervalMicros * 1_000);
  for (const text of texts) message.bytes(PROFILE.text, Buffer.from(text));
  return message.done();
}

/** How often each stack was seen, by its innermost call, and the time since what was seen before it. */
function seen(samples: readonly number[], timeDeltas: readonly number[]) {
  const all = new Map<number, { count: number; micros: number }>();
  for (const [index, id] of samples.entries()) {
    const { count, micros } = all.get(id) ?? { count: 0, micros: 0 };
    // Clocks of processors may differ a little: V8 then tells of a step back.
    all.set(id, { count: count + 1, micros: micros + Math.max(0, timeDeltas[index] ?? 0) });
  }
  return all;
}

/** Things in the order in which they were first asked for, each with its number. */
class Numbered<Thing> {
  readonly #all = new Map<Thing, number>();

  get size(): number {
    return this.#all.size;
  }

  of(thing: Thing): number {
    const number = this.#all.get(thing) ?? this.#all.size;
    this.#all.set(thing, number);
    return number;
  }

  [Symbol.iterator](): Iterator<Thing> {
    return this.#all.keys();
  }
}

/** A message of Protocol Buffers, as it goes over the wire. */
class Message {
  readonly #bytes: number[] = [];

  number(field: number, value: number | bigint): this {
    this.#varint(field << 3);
    this.#varint(value);
    return this;
  }

  /** Packed. */
  numbers(field: number, values: readonly number[]): this {
    const packed = new Message();
    for (const value of values) packed.#varint(value);
    return this.message(field, packed);
  }

  message(field: number, message: Message): this {
    return this.bytes(field, message.#bytes);
  }

  bytes(field: number, bytes: Iterable<number> & { readonly length: number }): this {
    this.#varint((field << 3) | 2);
    this.#varint(bytes.length);
    for (const byte of bytes) this.#bytes.push(byte);
    return this;
  }

  done(): Buffer {
    return Buffer.from(this.#bytes);
  }

  #varint(value: number | bigint): void {
    let rest = BigInt(value);
    for (; rest > 0x7fn; rest >>= 7n) this.#bytes.push(Number(rest & 0x7fn) | 0x80);
    this.#bytes.push(Number(rest));
  }
}
