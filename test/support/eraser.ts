import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { TestPostgres } from "../../apps/testing/src/postgres.ts";
import type { Identity } from "../../components/data/object-store/identities.ts";
import { eraserFiles } from "../../components/data/postgres/eraser-plan.ts";
import { PATHS } from "../../components/data/postgres/eraser-scripts.ts";
import { completeErasure, type ErasureArgs } from "../../components/data/postgres/erasure-args.ts";
import type { LocalStore } from "./weed.ts";

const PASSWORD = "of-a-test";
const DATABASE = "shop";
/** Who logs in, and whose member each is, as CloudNativePG makes them of the plan. */
const LOGINS = {
  shop_shop: "IN ROLE shop_owner",
  eraser_shop: "",
  steward_shop: "IN ROLE shop_owner, shop_shop",
} as const;
export type Login = keyof typeof LOGINS;

/** What an eraser said, a line of JSON each, and whether its run failed. */
interface Run {
  readonly status: number | null;
  readonly said: string;
  readonly lines: readonly Record<string, unknown>[];
}

/** The eraser's own scripts, in other folders and without TLS, beside a PostgreSQL of this machine. */
export class LocalEraser {
  readonly #dir = mkdtempSync(join(tmpdir(), "plumbline-eraser-"));
  readonly #postgres: TestPostgres;
  #log: Record<string, string> | undefined;

  private constructor(postgres: TestPostgres) {
    this.#postgres = postgres;
  }

  static async start(): Promise<LocalEraser> {
    const postgres = await TestPostgres.start();
    await postgres.admin("CREATE ROLE shop_owner NOLOGIN");
    for (const [login, member] of Object.entries(LOGINS))
      await postgres.admin(`CREATE ROLE ${login} LOGIN PASSWORD '${PASSWORD}' ${member}`);
    return new LocalEraser(postgres);
  }

  /** An empty database, or a copy of another, in the place of the one that was. */
  async create(from?: string, name = DATABASE): Promise<void> {
    await this.#postgres.admin(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    await this.#postgres.admin(`CREATE DATABASE ${name} OWNER shop_owner ${from ? `TEMPLATE ${from}` : ""}`);
  }

  /** Puts the files where the scripts find them. */
  declare(tables: NonNullable<ErasureArgs["tables"][string]>): void {
    rmSync(this.#dir, { recursive: true, force: true });
    this.#log = undefined;
    const files = eraserFiles("postgres", "data", completeErasure({ tables: { [DATABASE]: tables } }), "365d");
    for (const [name, text] of Object.entries(files)) this.#put(`${PATHS.scripts}/${name}`, this.#here(text));
    for (const [path, login] of [
      [PATHS.stewards, "steward_shop"],
      [PATHS.erasers, "eraser_shop"],
    ] as const) {
      this.#put(`${path}/${DATABASE}/username`, login);
      this.#put(`${path}/${DATABASE}/password`, PASSWORD);
    }
    mkdirSync(join(this.#dir, PATHS.run), { recursive: true });
  }

  /** From now on requests are kept in a bucket, in a folder; what lies in `origin` is what the server was restored from. */
  logTo(store: LocalStore, { bucket, accessKey, secretKey }: Identity, folder: string, origin?: string): void {
    this.#log = {
      BUCKET: bucket,
      FOLDER: folder,
      ...(origin !== undefined && { ORIGIN: origin }),
      ENCRYPTION: "AES256",
      ENDPOINT: store.endpoint,
      AWS_DEFAULT_REGION: "us-east-1",
      AWS_CA_BUNDLE: this.#put("log/ca.crt", store.ca),
      ACCESS_KEY_ID_FILE: this.#put("log/id", accessKey),
      SECRET_ACCESS_KEY_FILE: this.#put("log/secret", secretKey),
    };
  }

  /** A whole run, container after container. One that fails ends it, as in a pod. */
  run(forgetSeconds = 3_196_800): Run {
    const scripts = join(this.#dir, PATHS.scripts);
    const containers = [
      ["bash", join(scripts, "prepare.sh")],
      ...(this.#log ? [["python3", join(scripts, "keep.py")]] : []),
      ["bash", join(scripts, "erase.sh")],
    ];
    rmSync(join(this.#dir, PATHS.run), { recursive: true });
    mkdirSync(join(this.#dir, PATHS.run));
    const env = { ...this.#environment(""), ...this.#log, DATABASES: DATABASE, FORGET_SECONDS: String(forgetSeconds) };
    let said = "";
    for (const [program = "", ...words] of containers) {
      const { status, stdout, stderr } = spawnSync(program, words, { encoding: "utf8", timeout: 60_000, env });
      said += stdout + stderr;
      if (status !== 0) return { status, said, lines: linesOf(said) };
    }
    return { status: 0, said, lines: linesOf(said) };
  }

  /** The last container alone, as a process that can be ended with all that it started. */
  erasing(): ChildProcess {
    const env = { ...this.#environment(""), DATABASES: DATABASE, FORGET_SECONDS: "3196800" };
    return spawn("bash", [join(this.#dir, PATHS.scripts, "erase.sh")], { env, detached: true });
  }

  /** What a statement gives, or what PostgreSQL says of it. */
  ask(login: Login, sql: string): { readonly status: number | null; readonly answer: string; readonly stderr: string } {
    const args = ["--no-psqlrc", "--no-password", "--quiet", "--tuples-only", "--no-align", "--command", sql];
    const { stdout, stderr, status } = spawnSync("psql", args, { encoding: "utf8", env: this.#environment(login) });
    return { status, answer: stdout.trim(), stderr };
  }

  async stop(): Promise<void> {
    await this.#postgres.stop();
    rmSync(this.#dir, { recursive: true, force: true });
  }

  #environment(login: string): NodeJS.ProcessEnv {
    const { PATH, HOME } = process.env;
    const server = { PGHOST: "127.0.0.1", PGPORT: String(this.#postgres.port) };
    return { PATH, HOME, ...server, PGUSER: login, PGPASSWORD: PASSWORD, PGDATABASE: DATABASE };
  }

  #here(text: string): string {
    return Object.values(PATHS).reduce((all, path) => all.replaceAll(path, this.#dir + path), text);
  }

  #put(path: string, text: string): string {
    const file = join(this.#dir, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    return file;
  }
}

function linesOf(said: string): Record<string, unknown>[] {
  return said.split("\n").flatMap((line) => (line.startsWith("{") ? [JSON.parse(line)] : []));
}
