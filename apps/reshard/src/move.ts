import { setTimeout as sleep } from "node:timers/promises";
import { BUCKET_LOCKS } from "@plumbline-shop/chassis/shard-schema";
import type { ClientBase } from "pg";
import type { Session } from "./session.ts";
import type { Step } from "./survey.ts";
import {
  deleteRows,
  deleteSome,
  insertRows,
  selectChanged,
  selectRows,
  type Table,
  tableProblems,
  tablesOf,
  upsertRows,
} from "./table.ts";

/** Rows that are held in memory at once. */
const BATCH = 1_000;
/** Changes that are few enough to be carried over while their writers wait. */
const FEW = 100;
/**
 * How long a step waits for all transactions that hold its buckets, while others queue behind it. Shorter than PostgreSQL's
 * `deadlock_timeout` of 1 s: it is never a service that is ended for it.
 */
const LOCK_TIMEOUT = "500ms";
/** About five minutes, with the pauses between. */
const LOCK_TRIES = 300;
const QUERY_CANCELED = "57014";

/** What one step has done. */
export interface Done {
  rows: number;
  /** Changes that came while it copied. */
  changes: number;
  /** Milliseconds for which the buckets took no writes. */
  fenced: number;
}

/** The tables changed while rows were under way. */
class ShapeChanged extends Error {}

/**
 * Moves some buckets from shard to shard, from whatever an earlier run left them in. Each transition is one transaction on one
 * shard, in an order in which no bucket ever has two keepers:
 *
 * 1. from: `leaving`, so that changes are written down. to: `arriving`, and empty.
 * 2. A snapshot is copied. to: `copied`.
 * 3. Changes are carried over, until few are left.
 * 4. With the buckets locked: the last changes are carried over, and from lets go: `left`.
 * 5. to: `here`. 6. The rows are deleted. from: `gone`.
 */
export class Move {
  readonly #from: Session;
  readonly #to: Session;
  readonly #buckets: readonly number[];
  readonly #done: Done = { rows: 0, changes: 0, fenced: 0 };
  #tables: readonly { readonly from: Table; readonly to: Table }[] = [];
  #shape = "";

  constructor(from: Session, to: Session, buckets: readonly number[]) {
    this.#from = from;
    this.#to = to;
    this.#buckets = buckets;
  }

  async do(todo: Step["todo"]): Promise<Done> {
    if (todo === "abandon") await this.abandon();
    if (todo === "move") await this.#copyAndHandOver();
    if (todo === "accept") await this.#accept();
    if (todo !== "abandon") await this.#clean();
    return this.#done;
  }

  /** Gives up what has not been handed over: everything stays where it is. Refused once the source has let go. */
  async abandon(): Promise<void> {
    await this.#from.transaction(async (client) => {
      await this.#set(client, "here", null, ["leaving"]);
      this.#mustBe(await this.#set(client, "here", null, ["here"]), this.#from);
      await this.#forgetChanges(client);
    });
    await this.#to.transaction(async (client) => {
      const given = await this.#set(client, "gone", this.#from.name, ["arriving", "copied"]);
      if (given > 0) await this.#wipe(client);
    });
  }

  async #copyAndHandOver(): Promise<void> {
    for (;;) {
      await this.#readTables();
      await this.#copy();
      try {
        const locked = await this.#handOver();
        await this.#accept();
        this.#done.fenced = performance.now() - locked;
        return;
      } catch (error) {
        if (!(error instanceof ShapeChanged)) throw error;
      }
    }
  }

  async #readTables(): Promise<void> {
    const [has, wants] = await Promise.all([tablesOf(this.#from.client), tablesOf(this.#to.client)]);
    const problems = tableProblems(this.#from.name, has, this.#to.name, wants);
    if (problems.length > 0) throw new Error(problems.join("; "));
    this.#shape = JSON.stringify([has, wants]);
    this.#tables = has.flatMap((from) => {
      const to = wants.find(({ name }) => name === from.name);
      return to ? [{ from, to }] : [];
    });
  }

  /** From the beginning, whatever is there. The source's word comes first: nothing is deleted of what it has let go of. */
  async #copy(): Promise<void> {
    await this.#locked(async (client) => {
      this.#mustBe(await this.#set(client, "leaving", this.#to.name, ["here", "leaving"]), this.#from);
    });
    await this.#to.transaction(async (client) => {
      this.#mustBe(await this.#set(client, "arriving", this.#from.name, ["gone", "arriving", "copied"]), this.#to);
      await this.#wipe(client);
    });
    this.#done.rows = await this.#from.transaction(
      (source) =>
        this.#to.transaction(async (target) => {
          let rows = 0;
          for (const { from, to } of this.#tables) rows += await this.#copyTable(source, from, target, to);
          this.#mustBe(await this.#set(target, "copied", this.#from.name, ["arriving"]), this.#to);
          return rows;
        }),
      { snapshot: true },
    );
  }

  async #copyTable(source: ClientBase, from: Table, target: ClientBase, to: Table): Promise<number> {
    await source.query(`DECLARE moving NO SCROLL CURSOR FOR ${selectRows(from, to)}`, [this.#buckets]);
    for (let copied = 0; ; ) {
      const { rows } = await source.query<{ row: string }>(`FETCH ${BATCH} FROM moving`);
      if (rows.length > 0) await target.query(insertRows(to), [rows.map(({ row }) => row)]);
      copied += rows.length;
      if (rows.length < BATCH) {
        await source.query("CLOSE moving");
        return copied;
      }
    }
  }

  /** Carries changes over until there are few, then locks the buckets, carries over the last, and lets go. Gives when it locked. */
  async #handOver(): Promise<number> {
    for (;;) {
      while ((await this.#follow()) > FEW);
      const at = await this.#locked(async (client) => {
        const began = performance.now();
        const { rows } = await client.query<{ n: number }>(
          "SELECT count(*)::integer AS n FROM sharding.changes WHERE bucket = ANY ($1::integer[])",
          [this.#buckets],
        );
        if ((rows[0]?.n ?? 0) > FEW) return undefined;
        await this.#carry(client);
        const [has, wants] = [await tablesOf(client), await tablesOf(this.#to.client)];
        if (JSON.stringify([has, wants]) !== this.#shape) throw new ShapeChanged();
        this.#mustBe(await this.#set(client, "left", this.#to.name, ["leaving"]), this.#from);
        await this.#forgetChanges(client);
        return began;
      });
      if (at !== undefined) return at;
    }
  }

  /** One round: carries over what is written down now. Gives how many changes it was. */
  async #follow(): Promise<number> {
    const ids = await this.#from.transaction((client) => this.#carry(client), { snapshot: true });
    if (ids.length > 0)
      await this.#from.transaction((client) =>
        client.query("DELETE FROM sharding.changes WHERE id = ANY ($1::bigint[])", [ids]),
      );
    return ids.length;
  }

  /**
   * Has the target look like the source wherever a change was written down. What is deleted goes first, children before parents,
   * then the rest comes, parents first. Done twice it comes to the same.
   */
  async #carry(source: ClientBase): Promise<string[]> {
    const { rows: changes } = await source.query<{ id: string; of: string; key: string }>(
      "SELECT id, of, row_key::text AS key FROM sharding.changes WHERE bucket = ANY ($1::integer[]) ORDER BY id",
      [this.#buckets],
    );
    if (changes.length === 0) return [];
    const changed: { to: Table; rows: string[]; deleted: string[] }[] = [];
    for (const { from, to } of this.#tables) {
      const keys = [...new Set(changes.filter(({ of }) => of === from.name).map(({ key }) => key))];
      const rows: { row: string; key: string }[] = [];
      for (const some of batches(keys))
        rows.push(...(await source.query(selectChanged(from, to), [this.#buckets, `[${some.join()}]`])).rows);
      const there = new Set(rows.map(({ key }) => key));
      changed.push({ to, rows: rows.map(({ row }) => row), deleted: keys.filter((key) => !there.has(key)) });
    }
    await this.#to.transaction(async (target) => {
      for (const { to, deleted } of changed.toReversed())
        for (const some of batches(deleted)) await target.query(deleteRows(to), [this.#buckets, `[${some.join()}]`]);
      for (const { to, rows } of changed) for (const some of batches(rows)) await target.query(upsertRows(to), [some]);
    });
    this.#done.changes += changes.length;
    return changes.map(({ id }) => id);
  }

  async #accept(): Promise<void> {
    await this.#to.transaction(async (client) => {
      this.#mustBe(await this.#set(client, "here", null, ["copied"]), this.#to);
    });
  }

  /** Deletes what the source has let go of, a batch at a time. */
  async #clean(): Promise<void> {
    for (const table of (await tablesOf(this.#from.client)).toReversed())
      while ((await this.#from.transaction((client) => this.#deleteLeft(client, table))) > 0);
    await this.#from.transaction((client) => this.#set(client, "gone", this.#to.name, ["left"]));
  }

  /** Never of a bucket that is kept here, whatever else went wrong. */
  async #deleteLeft(client: ClientBase, table: Table): Promise<number> {
    const { rows } = await client.query<{ n: number }>(
      "SELECT count(*)::integer AS n FROM sharding.buckets WHERE bucket = ANY ($1::integer[]) AND state = 'left'",
      [this.#buckets],
    );
    this.#mustBe(rows[0]?.n ?? 0, this.#from);
    return this.#deleteSome(client, table);
  }

  /** Deletes what the target has of buckets that it does not keep. */
  async #wipe(client: ClientBase): Promise<void> {
    for (const table of (await tablesOf(client)).toReversed()) while ((await this.#deleteSome(client, table)) > 0);
  }

  async #deleteSome(client: ClientBase, table: Table): Promise<number> {
    return (await client.query(deleteSome(table), [this.#buckets, BATCH])).rowCount ?? 0;
  }

  async #forgetChanges(client: ClientBase): Promise<void> {
    await client.query("DELETE FROM sharding.changes WHERE bucket = ANY ($1::integer[])", [this.#buckets]);
  }

  /** One transaction on the source in which no other one holds the buckets. */
  async #locked<Result>(work: (client: ClientBase) => Promise<Result>): Promise<Result> {
    for (let tries = 1; ; tries++) {
      try {
        return await this.#from.transaction(async (client) => {
          await client.query("SET LOCAL idle_in_transaction_session_timeout = '5s'");
          await client.query(`SET LOCAL statement_timeout = '${LOCK_TIMEOUT}'`);
          await client.query("SELECT pg_advisory_xact_lock($1, b) FROM unnest($2::integer[]) AS b", [
            BUCKET_LOCKS,
            this.#buckets,
          ]);
          await client.query("SET LOCAL statement_timeout = 0");
          return await work(client);
        });
      } catch (error) {
        if ((error as { code?: string }).code !== QUERY_CANCELED || tries === LOCK_TRIES) throw error;
        await sleep(100 + Math.random() * 400);
      }
    }
  }

  /** Changes the state of those buckets that are in one of some states, and says how many they were. */
  async #set(client: ClientBase, state: string, peer: string | null, from: readonly string[]): Promise<number> {
    const { rowCount } = await client.query(
      "UPDATE sharding.buckets SET state = $2, peer = $3 WHERE bucket = ANY ($1::integer[]) AND state = ANY ($4)",
      [this.#buckets, state, peer, from],
    );
    return rowCount ?? 0;
  }

  /** Somebody else changed what was surveyed: nothing of this transaction may stand. */
  #mustBe(set: number, on: Session): void {
    if (set !== this.#buckets.length)
      throw new Error(
        `on ${on.name} only ${set} of ${this.#buckets.length} buckets are in the state that was expected`,
      );
  }
}

function* batches<Item>(items: readonly Item[]): Generator<Item[]> {
  for (let at = 0; at < items.length; at += BATCH) yield items.slice(at, at + BATCH);
}
