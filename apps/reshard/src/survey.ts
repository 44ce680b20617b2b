/** What a shard says of one bucket; the states are described at `shardSchema`. */
export interface Known {
  readonly bucket: number;
  readonly state: "here" | "leaving" | "left" | "gone" | "arriving" | "copied";
  readonly peer: string | null;
}

/** What is to be done next with some buckets of one shard, on their way to another. */
export interface Step {
  readonly todo: "abandon" | "accept" | "clean" | "move";
  readonly from: string;
  readonly to: string;
  readonly buckets: readonly number[];
}

/** What stands, and what leads from there to what the map says. */
export interface Survey {
  /** What must be put right by hand first. Nothing is moved while there is any. */
  readonly problems: readonly string[];
  /** In this order: what an earlier run left under way comes first. */
  readonly steps: readonly Step[];
  /** By shard: how many buckets it keeps now, and how many it is to keep. */
  readonly shards: ReadonlyMap<string, { readonly keeps: number; readonly shall: number }>;
}

const ORDER = ["abandon", "accept", "clean", "move"] as const;

/**
 * Compares what every shard says of its buckets with the map.
 *
 * @param goal name of the shard that is to keep each bucket, in order.
 * @param known by name of the shard; a shard without buckets is none of the store yet.
 * @param together most buckets of one step.
 */
export function survey(
  goal: readonly string[],
  known: ReadonlyMap<string, readonly Known[]>,
  together: number,
): Survey {
  const problems = [...known].filter(([, says]) => says.length !== goal.length).map(([name]) => unprepared(name));
  if (problems.length > 0) return { problems, steps: [], shards: new Map() };
  const says = new Map([...known].map(([name, all]) => [name, new Map(all.map((one) => [one.bucket, one]))]));
  const found = new Map<string, Step & { readonly buckets: number[] }>();
  const shards = new Map([...known.keys()].map((name) => [name, { keeps: 0, shall: 0 }]));
  for (const [bucket, shall] of goal.entries()) {
    const at = [...says].map(([name, all]) => ({ name, ...(all.get(bucket) as Known) }));
    const next = stepOf(bucket, at, shall);
    if (typeof next === "string") problems.push(next);
    else if (next.todo) {
      const key = JSON.stringify([next.todo, next.from, next.to]);
      const step = found.get(key) ?? { todo: next.todo, from: next.from, to: next.to, buckets: [] };
      step.buckets.push(bucket);
      found.set(key, step);
    }
    if (typeof next !== "string") count(shards, next.keeper, "keeps");
    count(shards, shall, "shall");
  }
  const steps = [...found.values()]
    .sort((a, b) => ORDER.indexOf(a.todo) - ORDER.indexOf(b.todo))
    .flatMap(({ buckets, ...step }) => chunks(buckets, together).map((some) => ({ ...step, buckets: some })));
  return { problems: problems.length > 0 ? summed(problems) : [], steps: problems.length > 0 ? [] : steps, shards };
}

interface At extends Known {
  readonly name: string;
}
type Next = { readonly keeper: string } & (
  | { readonly todo?: undefined }
  | (Pick<Step, "todo" | "from" | "to"> & object)
);

/** What is to be done with one bucket next, or why nothing can be. */
function stepOf(bucket: number, at: readonly At[], shall: string): Next | string {
  const [keeper, ...others] = at.filter(({ state }) => state === "here" || state === "leaving");
  if (keeper && others.length > 0)
    return `two shards keep a bucket: ${[keeper, ...others].map(({ name }) => name).join(" and ")}; was one restored to a time before a move? (${bucket})`;
  const arriving = at.find(({ state }) => state === "arriving" || state === "copied");
  const left = at.find(({ state }) => state === "left");
  if (!keeper) {
    if (arriving?.state === "copied" && left?.peer === arriving.name)
      return { todo: "accept", from: left.name, to: arriving.name, keeper: arriving.name };
    const last = at.find(({ peer }) => peer !== null && !at.some(({ name }) => name === peer))?.peer;
    return last
      ? `the map has no shard ${last}, which keeps a bucket: name it in the map, and empty it before it goes (${bucket})`
      : `no shard keeps a bucket: was one lost, or restored to a time before a move? (${bucket})`;
  }
  const toward = arriving?.name ?? (keeper.state === "leaving" ? keeper.peer : null);
  if (toward !== null && toward !== shall)
    return { todo: "abandon", from: keeper.name, to: toward, keeper: keeper.name };
  if (left) return { todo: "clean", from: left.name, to: keeper.name, keeper: keeper.name };
  if (keeper.name !== shall) return { todo: "move", from: keeper.name, to: shall, keeper: keeper.name };
  return { keeper: keeper.name };
}

function unprepared(name: string): string {
  return `shard ${name} knows nothing of its buckets: a service prepares it when it starts, and when it sees the new map`;
}

function count(shards: Map<string, { keeps: number; shall: number }>, name: string, what: "keeps" | "shall"): void {
  const sums = shards.get(name);
  if (sums) sums[what]++;
}

function chunks(buckets: readonly number[], size: number): number[][] {
  return Array.from({ length: Math.ceil(buckets.length / size) }, (_, index) =>
    buckets.slice(index * size, (index + 1) * size),
  );
}

/** The same of many buckets is said once, with the first of them and how many there are. */
function summed(problems: readonly string[]): string[] {
  const found = new Map<string, string[]>();
  for (const problem of problems) {
    const [, what = problem, bucket = ""] = /^(.*) \((\d+)\)$/.exec(problem) ?? [];
    found.set(what, [...(found.get(what) ?? []), bucket]);
  }
  return [...found].map(([what, buckets]) => `${what} (${buckets.length} buckets, the first is ${buckets[0]})`);
}
