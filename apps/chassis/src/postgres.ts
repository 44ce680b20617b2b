import { readFileSync } from "node:fs";
import pg from "pg";
import type { Logger } from "pino";
import { type Dependency, reasonOf } from "./dependency.ts";
import type { Credential, Settings } from "./settings.ts";
import { isTraced, traced } from "./tracing.ts";

export interface PostgresSettings {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: Credential;
  readonly password: Credential;
  /** PEM file of the authorities that may sign the server's certificate; without it the connection is not encrypted. */
  readonly caFile?: string | undefined;
  readonly poolSize: number;
}

/**
 * `<PREFIX>_HOST`, `_PORT` (5432), `_NAME`, `_USER_FILE`, `_PASSWORD_FILE`, and if wanted `_CA_FILE` (TLS, verified) and
 * `_POOL_SIZE` (most connections of this process, 10).
 */
export function readPostgresSettings(settings: Settings, prefix: string): PostgresSettings {
  return {
    host: settings.text(`${prefix}_HOST`),
    port: settings.port(`${prefix}_PORT`, 5432),
    database: settings.text(`${prefix}_NAME`),
    user: settings.credential(`${prefix}_USER_FILE`),
    password: settings.credential(`${prefix}_PASSWORD_FILE`),
    caFile: settings.optionalFile(`${prefix}_CA_FILE`),
    poolSize: settings.integer(`${prefix}_POOL_SIZE`, { min: 1, max: 1_000, fallback: 10 }),
  };
}

/** A pool that is busy but answers is not away: no probe waits in its queue while answers are younger than this. */
const FRESH_MS = 5_000;

/** A pool of connections, each made with the credentials that the files hold at that moment. */
export class Postgres implements Dependency {
  readonly name: string;
  readonly #pool: pg.Pool;
  readonly #database: string;
  #answeredAt = 0;

  constructor(name: string, { host, port, database, user, password, caFile, poolSize }: PostgresSettings, log: Logger) {
    this.name = name;
    this.#database = database;
    /** The pool makes its connections by this class, and so reads both files again for each. */
    class FreshClient extends pg.Client {
      constructor(config?: pg.ClientConfig) {
        const ssl = caFile !== undefined && { ca: readFileSync(caFile, "utf8") };
        super({ ...config, user: user.read(), password: password.read(), ssl });
        // One that is lost between two statements of a transaction fails the next of them. Without a listener it ends the process.
        this.on("error", () => undefined);
      }
    }
    this.#pool = new pg.Pool({
      Client: FreshClient,
      host,
      port,
      database,
      max: poolSize,
      connectionTimeoutMillis: 5_000,
    });
    this.#pool.on("error", (error) => log.warn({ database, reason: reasonOf(error) }, "an idle connection was lost"));
  }

  async query<Row extends pg.QueryResultRow>(sql: string, values: readonly unknown[] = []): Promise<Row[]> {
    const { rows } = await this.#traced(sql.trim().split(/\s/)[0] ?? "query", () =>
      this.#pool.query<Row>(sql, [...values]),
    );
    this.#answeredAt = Date.now();
    return rows;
  }

  /** Runs the work on one connection in one transaction, and rolls back if it throws. */
  transaction<Result>(work: (client: pg.ClientBase) => Promise<Result>): Promise<Result> {
    return this.#traced("transaction", () => this.#transaction(work));
  }

  async #transaction<Result>(work: (client: pg.ClientBase) => Promise<Result>): Promise<Result> {
    const client = await this.#pool.connect();
    let broken: Error | undefined;
    try {
      await client.query("BEGIN");
      const result = await work(client);
      await client.query("COMMIT");
      this.#answeredAt = Date.now();
      return result;
    } catch (error) {
      await client.query("ROLLBACK").catch((failed: Error) => {
        broken = failed;
      });
      throw error;
    } finally {
      client.release(broken);
    }
  }

  /** Runs idempotent SQL, one replica after another: even `CREATE TABLE IF NOT EXISTS` fails when two run it at once. */
  createSchema(sql: string): Promise<void> {
    return this.transaction(async (client) => {
      await client.query("SELECT pg_advisory_xact_lock(hashtext('schema'))");
      await client.query(sql);
    });
  }

  async check(): Promise<void> {
    if (Date.now() - this.#answeredAt > FRESH_MS) await this.query("SELECT 1");
  }

  close(): Promise<void> {
    return this.#pool.end();
  }

  /** By its first word alone: the rest of a statement may hold what people gave. Outside of a trace, as for a probe, it is none. */
  #traced<Result>(operation: string, work: () => Promise<Result>): Promise<Result> {
    const attributes = {
      "db.system.name": "postgresql",
      "db.namespace": this.#database,
      "db.operation.name": operation,
    };
    return isTraced() ? traced(`${operation} ${this.#database}`, { kind: "client", attributes }, work) : work();
  }
}
