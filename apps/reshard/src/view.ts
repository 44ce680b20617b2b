import type { Survey } from "./survey.ts";

/** What a survey found, in lines for a person. */
export function plan({ shards, steps, problems }: Survey): string[] {
  const sums = new Map<string, number>();
  for (const { todo, from, to, buckets } of steps) {
    const what = `${todo} ${from} -> ${to}`;
    sums.set(what, (sums.get(what) ?? 0) + buckets.length);
  }
  return [
    ...[...shards].map(([name, { keeps, shall }]) => `${name} keeps ${keeps} buckets, and is to keep ${shall}`),
    ...[...sums].map(([what, buckets]) => `to do: ${what}: ${buckets} buckets`),
    ...(problems.length === 0 && sums.size === 0 && shards.size > 0
      ? ["nothing to do: every bucket is where the map has it"]
      : []),
    ...problems.map((problem) => `in the way: ${problem}`),
  ];
}
