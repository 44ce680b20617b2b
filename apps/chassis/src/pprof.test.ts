import type { Profiler } from "node:inspector";
import { expect, test } from "vitest";
import { pprof } from "./pprof.ts";

const frame = (functionName: string, url = "", lineNumber = 0) => ({
  functionName,
  url,
  lineNumber,
  scriptId: "1",
  columnNumber: 0,
});
const PROFILE: Profiler.Profile = {
  nodes: [
    { id: 1, callFrame: frame("(root)"), children: [2, 3, 5] },
    { id: 2, callFrame: frame("(idle)") },
    { id: 3, callFrame: frame("serve", "file:///app/src/api.ts", 9), children: [4] },
    { id: 4, callFrame: frame("", "node:internal/json", 4) },
    { id: 5, callFrame: frame("(garbage collector)") },
  ],
  samples: [2, 4, 4, 3, 2, 5],
  timeDeltas: [500, 10_000, 9_900, 10_100, 90_000, -3],
  startTime: 1_000_000,
  endTime: 1_120_500,
};

/** A message of Protocol Buffers: its fields by their numbers, numbers as such and all else as bytes. */
class Message {
  readonly #fields = new Map<number, (number | Uint8Array)[]>();

  constructor(bytes: Uint8Array) {
    const left = [...bytes];
    while (left.length > 0) {
      const key = varint(left);
      const value = (key & 7) === 0 ? varint(left) : Uint8Array.from(left.splice(0, varint(left)));
      this.#fields.set(key >> 3, [...(this.#fields.get(key >> 3) ?? []), value]);
    }
  }

  number(field: number): number {
    return (this.#fields.get(field)?.[0] as number | undefined) ?? 0;
  }

  all(field: number): Uint8Array[] {
    return (this.#fields.get(field) ?? []) as Uint8Array[];
  }

  messages(field: number): Message[] {
    return this.all(field).map((bytes) => new Message(bytes));
  }

  numbers(field: number): number[] {
    const left = [...(this.all(field)[0] ?? [])];
    const numbers = [];
    while (left.length > 0) numbers.push(varint(left));
    return numbers;
  }
}

function varint(left: number[]): number {
  for (let value = 0, unit = 1; ; unit *= 128) {
    const byte = left.shift() as number;
    value += (byte & 0x7f) * unit;
    if (byte < 0x80) return value;
  }
}

test("what V8 saw becomes samples of pprof: innermost first, with counts and time, without what is no work", () => {
  const profile = new Message(pprof(PROFILE, { at: 1_800_000_000_000, intervalMicros: 10_000 }));
  const texts = profile.all(6).map((bytes) => Buffer.from(bytes).toString());
  expect(texts[0]).toBe("");
  const types = (field: number) =>
    profile.messages(field).map((type) => [1, 2].map((part) => texts[type.number(part)]).join("/"));
  expect(types(1)).toEqual(["samples/count", "cpu/nanoseconds"]);
  expect(types(11)).toEqual(["cpu/nanoseconds"]);

  const functions = new Map(profile.messages(5).map((of) => [of.number(1), of]));
  const places = profile.messages(4).map((location) => {
    const line = location.messages(4)[0] as Message;
    const of = functions.get(line.number(1)) as Message;
    return [location.number(1), `${texts[of.number(2)]} ${texts[of.number(4)]}:${line.number(2)}`] as const;
  });
  const place = new Map(places);
  expect(place.size).toBe(places.length);
  const samples = profile
    .messages(2)
    .map((sample) => [sample.numbers(1).map((id) => place.get(id)), sample.numbers(2)]);
  expect(samples).toEqual([
    [
      ["(anonymous) node:internal/json:5", "serve /app/src/api.ts:10"],
      [2, 19_900_000],
    ],
    [["serve /app/src/api.ts:10"], [1, 10_100_000]],
    [["(garbage collector) :1"], [1, 0]],
  ]);
  expect([9, 10, 12].map((field) => profile.number(field))).toEqual([
    1_800_000_000_000_000_000, 120_500_000, 10_000_000,
  ]);
});
