import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Known, type Step, survey } from "./survey.ts";
import { plan } from "./view.ts";

const NAMES = ["a", "b", "c"] as const;
type Name = (typeof NAMES)[number];

/** What three shards know when each bucket has a keeper and is in no move. */
function settled(keepers: readonly Name[]): Map<string, Known[]> {
  const says = (name: Name) =>
    keepers.map(
      (keeper, bucket): Known =>
        keeper === name ? { bucket, state: "here", peer: null } : { bucket, state: "gone", peer: keeper },
    );
  return new Map(NAMES.map((name) => [name, says(name)]));
}

/** The same with some shards saying otherwise of bucket 0. */
function where(keepers: readonly Name[], others: Partial<Record<Name, [Known["state"], Name | "z" | null]>>) {
  const known = settled(keepers);
  for (const [name, [state, peer]] of Object.entries(others)) known.get(name)?.splice(0, 1, { bucket: 0, state, peer });
  return known;
}

describe("a survey", () => {
  it("moves what is elsewhere than the map has it, each bucket once, and no more at once than allowed", () => {
    const shards = fc.constantFrom(...NAMES);
    const pairs = fc.array(fc.record({ keeper: shards, shall: shards }), { minLength: 1, maxLength: 100 });
    fc.assert(
      fc.property(pairs, fc.integer({ min: 1, max: 20 }), (buckets, together) => {
        const goal = buckets.map(({ shall }) => shall);
        const { problems, steps } = survey(goal, settled(buckets.map(({ keeper }) => keeper)), together);
        expect(problems).toEqual([]);
        const moved = new Map<number, Step>();
        for (const step of steps) {
          expect(step.todo).toBe("move");
          expect(step.buckets.length).toBeLessThanOrEqual(together);
          for (const bucket of step.buckets) {
            expect(moved.has(bucket)).toBe(false);
            moved.set(bucket, step);
          }
        }
        for (const [bucket, { keeper, shall }] of buckets.entries()) {
          const step = moved.get(bucket);
          expect(step && [step.from, step.to]).toEqual(keeper === shall ? undefined : [keeper, shall]);
        }
      }),
    );
  });

  it.each<
    [what: string, goal: Name, says: Parameters<typeof where>[1], step: [Step["todo"], string, string] | undefined]
  >([
    ["is at rest", "a", {}, undefined],
    ["is to move", "b", {}, ["move", "a", "b"]],
    ["was announced by one that was killed", "b", { a: ["leaving", "b"] }, ["move", "a", "b"]],
    ["was half copied", "b", { a: ["leaving", "b"], b: ["arriving", "a"] }, ["move", "a", "b"]],
    ["was copied, and not handed over", "b", { a: ["leaving", "b"], b: ["copied", "a"] }, ["move", "a", "b"]],
    ["was let go, and not taken", "b", { a: ["left", "b"], b: ["copied", "a"] }, ["accept", "a", "b"]],
    ["was let go, and is to go back", "a", { a: ["left", "b"], b: ["copied", "a"] }, ["accept", "a", "b"]],
    ["was taken, and not deleted", "b", { a: ["left", "b"], b: ["here", null] }, ["clean", "a", "b"]],
    ["was taken, and is to go back", "a", { a: ["left", "b"], b: ["here", null] }, ["clean", "a", "b"]],
    ["was copied, and is to stay", "a", { a: ["leaving", "b"], b: ["copied", "a"] }, ["abandon", "a", "b"]],
    ["was announced, and is to stay", "a", { a: ["leaving", "b"] }, ["abandon", "a", "b"]],
    ["was abandoned, and not deleted", "a", { b: ["arriving", "a"] }, ["abandon", "a", "b"]],
    ["is to go to another than before", "c", { a: ["leaving", "b"], b: ["copied", "a"] }, ["abandon", "a", "b"]],
  ])("goes on with a bucket that %s", (_, goal, says, step) => {
    const found = survey([goal, "c"], where(["a", "c"], says), 16);
    expect(found.problems).toEqual([]);
    expect(found.steps.map(({ todo, from, to, buckets }) => [todo, from, to, buckets])).toEqual(
      step === undefined ? [] : [[...step, [0]]],
    );
  });

  it.each<[what: string, says: Parameters<typeof where>[1], problem: RegExp]>([
    [
      "two shards keep a bucket",
      { b: ["here", null] },
      /^two shards keep a bucket: a and b; .* \(1 buckets, the first is 0\)$/,
    ],
    ["nobody keeps one", { a: ["gone", "b"] }, /^no shard keeps a bucket/],
    ["one was let go and is nowhere", { a: ["left", "b"] }, /^no shard keeps a bucket/],
    ["the map lacks the one that keeps it", { a: ["gone", "z"] }, /^the map has no shard z, which keeps a bucket/],
  ])("moves nothing while %s", (_, says, problem) => {
    const { problems, steps } = survey(["b", "a"], where(["a", "c"], says), 16);
    expect(problems).toEqual([expect.stringMatching(problem)]);
    expect(steps).toEqual([]);
  });

  it("moves nothing to a shard that knows nothing of its buckets", () => {
    const known = settled(["a", "a"]).set("c", []);
    const found = survey(["a", "c"], known, 16);
    expect(found.steps).toEqual([]);
    expect(plan(found)).toEqual([expect.stringMatching(/^in the way: shard c knows nothing of its buckets/)]);
  });

  it("is told as what each keeps, and what is to be done", () => {
    expect(plan(survey(["a", "b", "b"], settled(["a", "a", "a"]), 1))).toEqual([
      "a keeps 3 buckets, and is to keep 1",
      "b keeps 0 buckets, and is to keep 2",
      "c keeps 0 buckets, and is to keep 0",
      "to do: move a -> b: 2 buckets",
    ]);
    expect(plan(survey(["a"], settled(["a"]), 1)).at(-1)).toBe("nothing to do: every bucket is where the map has it");
  });
});
