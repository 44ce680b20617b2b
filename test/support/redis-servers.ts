import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { eventually, freePort } from "@plumbline-shop/testing/net";
import { RealProcess } from "../../apps/testing/src/process.ts";
import type { Namespace } from "../../components/cluster/index.ts";
import type { Identity } from "../../components/data/object-store/identities.ts";
import { complete } from "../../components/data/redis/args.ts";
import { backupScripts, PATHS } from "../../components/data/redis/backup-scripts.ts";
import { type BACKUP_USERS, consumerAcl, PORT, redisConf, usersAcl } from "../../components/data/redis/config.ts";
import type { Issuer } from "../../components/edge/issuer.ts";
import type { LocalStore } from "./weed.ts";

/** Addresses of this machine's own, which share a port. */
const HOSTS = ["127.0.0.2", "127.0.0.3", "127.0.0.4"] as const;
const PASSWORDS = { internal: "of-servers", metrics: "of-metrics", _backup: "of-backup", _restore: "of-restore" };
/** Whose keys the tests write. */
const CONSUMER = { name: "shop", password: "of-shop" };

/** What a container of the three jobs said, and whether it failed. */
interface Run {
  readonly status: number | null;
  readonly said: string;
}

/** A primary and two replicas with the files of the plans, without TLS, and the scripts of what backs them up. */
export class RedisServers {
  readonly #dir = mkdtempSync(join(tmpdir(), "plumbline-redis-"));
  readonly #port: number;
  #servers: RealProcess[] = [];
  #bucket: Record<string, string> = {};

  private constructor(port: number) {
    this.#port = port;
  }

  static async start(): Promise<RedisServers> {
    const redis = new RedisServers(await freePort());
    await redis.#begin().catch((error) => redis.stop().finally(() => Promise.reject(error)));
    return redis;
  }

  /** Ends all servers, and begins with empty ones: what a lost region leaves. */
  async lose(): Promise<void> {
    await this.#end();
    for (const host of HOSTS) rmSync(join(this.#dir, host), { recursive: true });
    await this.#begin();
  }

  /** Ends one server for good. */
  async end(index: number): Promise<void> {
    await this.#servers[index]?.stop("SIGKILL");
  }

  /** What commands of the consumer, one a line, are answered by the primary. */
  ask(commands: string): string {
    return this.as(CONSUMER.name, CONSUMER.password, commands).said.trim();
  }

  /** The same as another account, to any server. */
  as(user: string, password: string, commands: string, server = 0): Run {
    const words = ["--no-auth-warning", "--user", user, "-h", HOSTS[server] ?? "", "-p", String(this.#port)];
    const { status, stdout, stderr } = spawnSync("redis-cli", words, {
      input: `${commands}\n`,
      encoding: "utf8",
      maxBuffer: 2 ** 28,
      env: { ...process.env, REDISCLI_AUTH: password },
    });
    return { status, said: stdout + stderr };
  }

  /** The accounts of the two jobs that have one. */
  asJob(user: keyof typeof BACKUP_USERS, commands: string): string {
    return this.as(user, PASSWORDS[user], commands).said;
  }

  keepIn(store: LocalStore, { bucket, accessKey, secretKey }: Identity): void {
    this.#bucket = {
      BUCKET: bucket,
      ENDPOINT: store.endpoint,
      AWS_DEFAULT_REGION: "us-east-1",
      AWS_CA_BUNDLE: this.#put("bucket/ca.crt", store.ca),
      ACCESS_KEY_ID_FILE: this.#put("bucket/id", accessKey),
      SECRET_ACCESS_KEY_FILE: this.#put("bucket/secret", secretKey),
      FOLDER: "data/cache",
      ENCRYPTION: "AES256",
      KEEP_SECONDS: String(30 * 86_400),
    };
  }

  /** Runs containers of one pod, one after the other, until one fails. */
  run(user: keyof typeof BACKUP_USERS, scripts: readonly (keyof typeof backupScripts)[], more: object = {}): Run {
    rmSync(join(this.#dir, PATHS.data), { recursive: true, force: true });
    mkdirSync(join(this.#dir, PATHS.data));
    return this.#goOn(user, scripts, more);
  }

  /** The same on the disk of the pod before, of whose snapshot one byte is another now. */
  runOnDamaged(user: keyof typeof BACKUP_USERS, scripts: readonly (keyof typeof backupScripts)[]): Run {
    const file = join(this.#dir, PATHS.data, "dump.rdb");
    const snapshot = readFileSync(file);
    const place = Math.floor(snapshot.length / 2);
    snapshot.writeUInt8(snapshot.readUInt8(place) ^ 1, place);
    writeFileSync(file, snapshot);
    return this.#goOn(user, scripts, {});
  }

  #goOn(user: keyof typeof BACKUP_USERS, scripts: readonly (keyof typeof backupScripts)[], more: object): Run {
    const place = (text: string) =>
      Object.values(PATHS)
        .reduce((all, path) => all.replaceAll(path, this.#dir + path), text)
        .replaceAll(/--tls --cacert \S+/g, "")
        .replaceAll(`-p ${PORT} `, `-p ${this.#port} `);
    this.#put(`${PATHS.account}/password`, PASSWORDS[user]);
    const env = { ...process.env, ...this.#bucket, ACCOUNT: user, SERVERS: HOSTS.join(" "), ...more };
    let said = "";
    for (const script of scripts) {
      const file = this.#put(`${PATHS.scripts}/${script}`, place(backupScripts[script]));
      const program = script.endsWith(".py") ? "python3" : "sh";
      const { status, stdout, stderr } = spawnSync(program, [file], { env, encoding: "utf8", timeout: 100_000 });
      said += stdout + stderr;
      if (status !== 0) return { status, said };
    }
    return { status: 0, said };
  }

  /** Runs Python with the bucket's environment. */
  python(script: string): Run {
    const env = { ...process.env, ...this.#bucket };
    const { status, stdout, stderr } = spawnSync("python3", ["-c", script], { env, encoding: "utf8" });
    return { status, said: stdout + stderr };
  }

  async stop(): Promise<void> {
    await this.#end();
    rmSync(this.#dir, { recursive: true });
  }

  async #begin(): Promise<void> {
    const place = { namespace: { name: "data" } as Namespace, issuer: {} as Issuer, zones: [...HOSTS] };
    const args = complete({ ...place, role: "store" });
    const acl = this.#put("users.acl", usersAcl(PASSWORDS, [consumerAcl(CONSUMER.name, CONSUMER.password)]));
    this.#servers = HOSTS.map((host, index) => {
      const dir = join(this.#dir, host);
      mkdirSync(dir, { recursive: true });
      const conf = redisConf(args)
        .split("\n")
        .filter((line) => !/^(tls-|port |dir |aclfile )/.test(line));
      const own = [`bind ${host}`, `port ${this.#port}`, `dir ${dir}`, `aclfile ${acl}`, "repl-diskless-sync-delay 0"];
      const follows = index === 0 ? [] : [`replicaof ${HOSTS[0]} ${this.#port}`];
      const auth = ["masteruser internal", `masterauth ${PASSWORDS.internal}`];
      return new RealProcess("redis-server", [
        this.#put(`${host}/redis.conf`, [...conf, ...own, ...auth, ...follows].join("\n")),
      ]);
    });
    await eventually("two replicas follow the primary", 30, async () => {
      const { said } = this.as("metrics", PASSWORDS.metrics, "info replication");
      if (!said.includes("min_slaves_good_slaves:2")) throw new Error(said);
    });
  }

  async #end(): Promise<void> {
    await Promise.all(this.#servers.map((server) => server.stop("SIGKILL")));
  }

  #put(path: string, text: string): string {
    const file = join(this.#dir, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    return file;
  }
}
