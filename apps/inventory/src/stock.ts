import type { Postgres } from "@plumbline-shop/chassis/postgres";
import type { OrderPlaced } from "./order-placed.ts";

export interface Stock {
  readonly sku: string;
  /** On the shelf and promised to nobody. */
  readonly available: number;
  /** On the shelf and promised to an order. */
  readonly reserved: number;
}

/** `repeated`: this order was decided before, and nothing was changed now. */
export type Reservation = "reserved" | "short" | "repeated";

export interface StockStore {
  find(sku: string): Promise<Stock | undefined>;
  /** Writes down what a count of the shelf found. What is reserved stays reserved. */
  count(sku: string, available: number): Promise<Stock>;
  reserve(order: OrderPlaced): Promise<Reservation>;
}

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS stock (
    sku       text PRIMARY KEY,
    available bigint NOT NULL CHECK (available >= 0),
    reserved  bigint NOT NULL DEFAULT 0 CHECK (reserved >= 0)
  );
  CREATE TABLE IF NOT EXISTS reservations (
    order_id   uuid PRIMARY KEY,
    outcome    text NOT NULL CHECK (outcome IN ('reserved', 'short')),
    decided_at timestamptz NOT NULL DEFAULT now()
  )`;

interface Row {
  readonly sku: string;
  readonly available: string;
  readonly reserved: string;
}

/** Stock in PostgreSQL. */
export class PostgresStock implements StockStore {
  readonly #database: Postgres;

  constructor(database: Postgres) {
    this.#database = database;
  }

  createSchema(): Promise<void> {
    return this.#database.createSchema(SCHEMA);
  }

  async find(sku: string): Promise<Stock | undefined> {
    const [row] = await this.#database.query<Row>("SELECT sku, available, reserved FROM stock WHERE sku = $1", [sku]);
    return row && stockOf(row);
  }

  async count(sku: string, available: number): Promise<Stock> {
    const [row] = await this.#database.query<Row>(
      `INSERT INTO stock (sku, available) VALUES ($1, $2)
       ON CONFLICT (sku) DO UPDATE SET available = excluded.available
       RETURNING sku, available, reserved`,
      [sku, available],
    );
    if (row === undefined) throw new Error(`the stock of ${sku} was not written`);
    return stockOf(row);
  }

  /**
   * Reserves all items of an order or none, once, however often the order comes. Rows are locked in the order of
   * their names: two orders that share goods wait for each other and never deadlock.
   */
  reserve({ id, items }: OrderPlaced): Promise<Reservation> {
    const skus = items.map(({ sku }) => sku);
    const quantities = items.map(({ quantity }) => quantity);
    return this.#database.transaction(async (client) => {
      const claimed = await client.query(
        "INSERT INTO reservations (order_id, outcome) VALUES ($1, 'reserved') ON CONFLICT DO NOTHING",
        [id],
      );
      if (claimed.rowCount === 0) return "repeated";
      const { rows } = await client.query<Row>(
        "SELECT sku, available, reserved FROM stock WHERE sku = ANY($1) ORDER BY sku FOR UPDATE",
        [skus],
      );
      const available = new Map(rows.map((row) => [row.sku, Number(row.available)]));
      if (items.some(({ sku, quantity }) => (available.get(sku) ?? 0) < quantity)) {
        await client.query("UPDATE reservations SET outcome = 'short' WHERE order_id = $1", [id]);
        return "short";
      }
      await client.query(
        `UPDATE stock SET available = available - wanted.quantity, reserved = reserved + wanted.quantity
         FROM unnest($1::text[], $2::bigint[]) AS wanted (sku, quantity) WHERE stock.sku = wanted.sku`,
        [skus, quantities],
      );
      return "reserved";
    });
  }
}

function stockOf({ sku, available, reserved }: Row): Stock {
  return { sku, available: Number(available), reserved: Number(reserved) };
}
