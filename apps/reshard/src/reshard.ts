import { setTimeout as sleep } from "node:timers/promises";
import { ownersOf, type ShardMap } from "@plumbline-shop/chassis/shard-map";
import { Move } from "./move.ts";
import { type Access, Run, Session, Superseded } from "./session.ts";
import { type Known, type Step, type Survey, survey } from "./survey.ts";
import { tableProblems, tablesOf } from "./table.ts";

export interface Options {
  /** How one connects to a shard of the map. */
  readonly access: (shard: ShardMap["shards"][number]) => Access;
  /** Most buckets that are moved at once: their writers wait together. 16 by default. */
  readonly together?: number;
  /** Hears of each thing that is done, in one line. */
  readonly report: (line: string) => void;
}

/** A shard that does not answer is asked again for so long, counted from the last thing that was done. */
const PATIENCE_MS = 120_000;
/** Of a connection that broke, or a server that is ending, starting, not there or no longer the primary: SQLSTATEs, and the system's own. */
const PASSING = /^(08|57P0|ECONN|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOST|25006|25P0[34])/;

/** Looks at every shard, and changes nothing. */
export async function lookAt(map: ShardMap, { access, together = 16 }: Options): Promise<Survey> {
  return withSessions(map, access, undefined, (sessions) => surveyOf(map, sessions, together));
}

/** Has every bucket kept by the shard that the map gives it to. Killed at any point, the next run goes on from there. */
export async function reshard(map: ShardMap, options: Options): Promise<void> {
  const { access, together = 16, report } = options;
  const run = new Run();
  let last = Date.now();
  for (;;) {
    try {
      await withSessions(map, access, run, async (sessions) => {
        for (let moved = 0; ; ) {
          const { problems, steps } = await surveyOf(map, sessions, together);
          if (problems.length > 0) throw new Error(problems.join("\n"));
          if (steps.length === 0) return report("every bucket is where the map has it");
          const all = moved + steps.reduce((sum, { buckets }) => sum + buckets.length, 0);
          for (const step of steps) {
            const line = await take(step, sessions);
            moved += step.buckets.length;
            report(`${line}; ${moved} of ${all} buckets`);
            last = Date.now();
          }
        }
      });
      return;
    } catch (error) {
      if (!isPassing(error) || Date.now() - last > PATIENCE_MS) throw error;
      report(`a shard is away (${(error as Error).message}): asking again`);
      await sleep(1_000);
    }
  }
}

async function take({ todo, from, to, buckets }: Step, sessions: ReadonlyMap<string, Session>): Promise<string> {
  const [source, target] = [sessions.get(from), sessions.get(to)];
  if (!source || !target) throw new Error(`there is no shard ${source ? to : from} in the map`);
  const move = new Move(source, target, buckets);
  const what = `${todo} ${from} -> ${to}: ${buckets.length} buckets from ${buckets[0]} on`;
  try {
    const { rows, changes, fenced } = await move.do(todo);
    const wait = fenced > 0 ? `, no writes for ${fenced.toFixed(0)} ms` : "";
    return `${what}, ${rows} rows, ${changes} changes${wait}`;
  } catch (error) {
    // What a row or a table is in the way of stays whole where it is; what is merely cut off is gone on with.
    if (!isPassing(error) && !(error instanceof Superseded) && todo === "move")
      await move.abandon().catch(() => undefined);
    throw new Error(`${what}: ${(error as Error).message}`, { cause: error });
  }
}

async function surveyOf(map: ShardMap, sessions: ReadonlyMap<string, Session>, together: number): Promise<Survey> {
  const known = new Map<string, readonly Known[]>();
  for (const [name, session] of sessions) {
    const ask = () => session.client.query<Known>("SELECT bucket, state, peer FROM sharding.buckets");
    known.set(name, (await session.isPrepared()) ? (await ask()).rows : []);
  }
  const found = survey(ownersOf(map), known, together);
  const moves = found.steps.filter(({ todo }) => todo === "move");
  const pairs = new Map(moves.map(({ from, to }) => [`${from} ${to}`, [from, to] as const]));
  const problems = new Set<string>();
  for (const [from, to] of pairs.values()) {
    const [source, target] = [sessions.get(from), sessions.get(to)];
    if (!source || !target) continue;
    for (const problem of tableProblems(from, await tablesOf(source.client), to, await tablesOf(target.client)))
      problems.add(problem);
  }
  return problems.size > 0 ? { ...found, problems: [...found.problems, ...problems] } : found;
}

async function withSessions<Result>(
  map: ShardMap,
  access: Options["access"],
  run: Run | undefined,
  work: (sessions: ReadonlyMap<string, Session>) => Promise<Result>,
): Promise<Result> {
  const sessions = new Map<string, Session>();
  try {
    for (const shard of map.shards) sessions.set(shard.name, await Session.open(access(shard), map, run));
    return await work(sessions);
  } finally {
    await Promise.all([...sessions.values()].map((session) => session.close()));
  }
}

function isPassing(error: unknown): boolean {
  const { code, cause, message } = error as { code?: string; cause?: unknown; message: string };
  if (code !== undefined && PASSING.test(code)) return true;
  if (/Connection terminated|not queryable|timeout expired/i.test(message)) return true;
  return cause !== undefined && isPassing(cause);
}
