import { expect, vi } from "vitest";
import { SERVER, WRITER, type Write, writes } from "./postgres.ts";
import { longestPause } from "./told.ts";

/** What a test of failovers asks of a Postgres and its writer; `kubectl` speaks of their namespace. */
export function watchedPostgres(kubectl: (...words: string[]) => Promise<string>) {
  const eventually = (what: () => Promise<void>) => vi.waitFor(what, { timeout: 180_000, interval: 500 });
  const written = async (): Promise<Write[]> => writes(await kubectl("logs", WRITER));
  const state = () => {
    const path = "jsonpath={.status.readyInstances} {.status.currentPrimary} {.status.targetPrimary}";
    return kubectl("get", "clusters.postgresql.cnpg.io", SERVER, "-o", path);
  };
  const primary = async () => (await state()).split(" ")[1] ?? "";
  const isWhole = async () => {
    const [ready, current, target] = (await state()).split(" ");
    expect([ready, current]).toEqual(["3", target]);
  };
  /** Waits until all three instances are ready, and one of them is the primary that was meant. */
  const whole = () => eventually(isWhole);

  /** Waits until writes have been taken for a while since a moment, and says for how long none was taken. */
  async function paused(since: number, moment: number, what: string): Promise<void> {
    await eventually(async () => {
      const after = (await written()).filter(({ at, acknowledged }) => acknowledged && at > since);
      expect(after.length).toBeGreaterThan(20);
    });
    const acknowledged = (await written()).filter((write) => write.acknowledged);
    const seconds = longestPause(acknowledged, moment) / 1_000;
    console.log(`${what}: no write was taken for ${seconds.toFixed(1)} s`);
  }

  /** Waits until another instance is the primary and takes writes, and says for how long none was taken. */
  async function another(lost: string, moment: number, what: string): Promise<void> {
    await eventually(async () => expect(await primary()).not.toBe(lost));
    await paused(Date.now(), moment, what);
  }

  /** What PostgreSQL itself answers, at the primary. */
  const ask = async (query: string) =>
    kubectl("exec", await primary(), "-c", "postgres", "--", "psql", "-qAtd", "orders", "-c", query);

  /** Waits for it the first time. A copy of the primary begins with a checkpoint, which PostgreSQL spreads over minutes if nobody asks for it. */
  const stands = () =>
    eventually(async () => {
      await ask("checkpoint").catch(() => undefined);
      await isWhole();
    });

  /** Every write that was acknowledged is there. Who was told nothing knows nothing: of those, some may be there too. */
  async function nothingLost(): Promise<void> {
    const acknowledged = (await written()).filter((write) => write.acknowledged).map(({ number }) => number);
    const there = new Set((await ask("select string_agg(number::text, ',') from writes")).split(",").map(Number));
    console.log(`${acknowledged.length} writes acknowledged, ${there.size} there`);
    expect(acknowledged.length).toBeGreaterThan(20);
    expect(acknowledged.filter((number) => !there.has(number))).toEqual([]);
  }

  return { eventually, written, primary, stands, whole, paused, another, ask, nothingLost };
}
