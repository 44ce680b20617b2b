import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { Shards } from "@plumbline-shop/chassis/shards";

/** Writers that go on until they are stopped, and remember what was acknowledged to them. */
export class Writers {
  /** Entries that were acknowledged, by their ids, with their customers. */
  readonly kept = new Map<string, string>();
  readonly deleted = new Set<string>();
  /** Of these it was never said whether they are there: the connection was lost before the answer. */
  readonly unknown = new Set<string>();
  /** The longest that one write took, from the first attempt to its answer: milliseconds. */
  longest = 0;
  readonly refusals: string[] = [];
  readonly #running: Promise<void>[] = [];
  #stopped = false;

  start(shards: Shards, customers: readonly string[], each = 4): void {
    for (let writer = 0; writer < each; writer++) this.#running.push(this.#write(shards, customers));
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all(this.#running);
  }

  async #write(shards: Shards, customers: readonly string[]): Promise<void> {
    while (!this.#stopped) {
      const customer = customers[Math.floor(Math.random() * customers.length)] ?? "";
      const began = performance.now();
      await (Math.random() < 0.15 ? this.#delete(shards, customer) : this.#insert(shards, customer));
      this.longest = Math.max(this.longest, performance.now() - began);
      await sleep(2);
    }
  }

  async #insert(shards: Shards, customer: string): Promise<void> {
    const id = randomUUID();
    try {
      await shards.transaction(customer, async (client) => {
        await client.query("INSERT INTO entries (id, customer, text) VALUES ($1, $2, $3)", [
          id,
          customer,
          `"ü\\,(${id}`,
        ]);
        await client.query("UPDATE accounts SET balance = balance + 1 WHERE customer = $1", [customer]);
      });
      this.kept.set(id, customer);
    } catch (error) {
      this.#failed(error, [id]);
    }
  }

  async #delete(shards: Shards, customer: string): Promise<void> {
    let ids: string[] = [];
    try {
      await shards.transaction(customer, async (client) => {
        const { rows } = await client.query<{ id: string }>(
          "DELETE FROM entries WHERE id IN (SELECT id FROM entries WHERE customer = $1 LIMIT 1 FOR UPDATE SKIP LOCKED) RETURNING id",
          [customer],
        );
        ids = rows.map(({ id }) => id);
        await client.query("UPDATE accounts SET balance = balance - $2 WHERE customer = $1", [customer, ids.length]);
      });
      for (const id of ids) this.deleted.add(id);
    } catch (error) {
      this.#failed(error, ids);
    }
  }

  /** A lost connection leaves it open what became of the write. Anything else is a fault of what is tried here. */
  #failed(error: unknown, ids: readonly string[]): void {
    const { code = "", message } = error as { code?: string; message: string };
    for (const id of ids) this.unknown.add(id);
    const lost =
      /^(08|57P|ECONN|EPIPE)/.test(code) ||
      /terminated|not queryable|timeout exceeded when trying to connect/i.test(message);
    if (!lost) this.refusals.push(`${code} ${message}`);
  }
}
