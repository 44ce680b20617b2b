import type { AskedBy, Audit } from "@plumbline-shop/chassis/audit";
import type { Postgres } from "@plumbline-shop/chassis/postgres";
import { type Order, type OrderRequest, totalOf } from "./order.ts";

/** What became of an order that was to be placed under an idempotency key. */
export type Placement =
  | { readonly outcome: "placed" | "known"; readonly order: Order; readonly published: boolean }
  /** The key was used before, for another order. */
  | { readonly outcome: "conflict" };

export interface OrderStore {
  place(key: string, request: OrderRequest, by: AskedBy): Promise<Placement>;
  markPublished(id: string): Promise<void>;
  find(id: string, by: AskedBy): Promise<Order | undefined>;
}

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS orders (
    id              uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    idempotency_key text NOT NULL UNIQUE,
    request         jsonb NOT NULL,
    total           bigint NOT NULL CHECK (total >= 0),
    placed_at       timestamptz NOT NULL DEFAULT now(),
    published_at    timestamptz
  );
  CREATE INDEX IF NOT EXISTS orders_placed_at ON orders (placed_at)`;

interface Row {
  readonly id: string;
  readonly request: OrderRequest;
  readonly total: string;
  readonly placed_at: Date;
  readonly published_at: Date | null;
}

interface PlacedRow extends Row {
  readonly is_new: boolean;
  readonly is_same: boolean;
}

/** Orders in PostgreSQL. Who places or reads one is written down with it, where the database keeps audit events. */
export class PostgresOrders implements OrderStore {
  readonly #database: Postgres;
  readonly #audit: Audit;

  constructor(database: Postgres, audit: Audit) {
    this.#database = database;
    this.#audit = audit;
  }

  createSchema(): Promise<void> {
    return this.#database.createSchema(SCHEMA);
  }

  /** One statement, so that of two requests with one key exactly one places the order and both see it. */
  place(key: string, request: OrderRequest, by: AskedBy): Promise<Placement> {
    return this.#audit.run(async (ask, record) => {
      const [row] = await ask<PlacedRow>(
        `INSERT INTO orders (idempotency_key, request, total) VALUES ($1, $2, $3)
         ON CONFLICT (idempotency_key) DO UPDATE SET idempotency_key = excluded.idempotency_key
         RETURNING id, request, total, placed_at, published_at, xmax = 0 AS is_new, request = $2::jsonb AS is_same`,
        [key, JSON.stringify(request), totalOf(request)],
      );
      if (row === undefined) throw new Error("the order was neither placed nor found");
      const outcome = row.is_same ? "done" : "refused";
      await record({ ...by, action: "order.place", object: `orders/${row.id}`, subject: request.customer, outcome });
      if (!row.is_same) return { outcome: "conflict" };
      return { outcome: row.is_new ? "placed" : "known", order: orderOf(row), published: row.published_at !== null };
    });
  }

  async markPublished(id: string): Promise<void> {
    await this.#database.query("UPDATE orders SET published_at = now() WHERE id = $1", [id]);
  }

  find(id: string, by: AskedBy): Promise<Order | undefined> {
    return this.#audit.run(async (ask, record) => {
      const [row] = await ask<Row>("SELECT id, request, total, placed_at, published_at FROM orders WHERE id = $1", [
        id,
      ]);
      if (row === undefined) return undefined;
      const { customer: subject } = row.request;
      await record({ ...by, action: "order.read", object: `orders/${id}`, subject, outcome: "done" });
      return orderOf(row);
    });
  }
}

function orderOf({ id, request, total, placed_at }: Row): Order {
  return { id, ...request, total: Number(total), placedAt: placed_at.toISOString() };
}
