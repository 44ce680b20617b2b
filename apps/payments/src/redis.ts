import { once } from "node:events";
import { readFileSync } from "node:fs";
import { type Dependency, reasonOf } from "@plumbline-shop/chassis/dependency";
import type { Credential, Settings } from "@plumbline-shop/chassis/settings";
import { createClient } from "@redis/client";
import type { Logger } from "pino";

export interface RedisSettings {
  readonly host: string;
  readonly port: number;
  readonly user: Credential;
  readonly password: Credential;
  /** Every key starts with it: the part of the key space that the server allows this user. */
  readonly keyPrefix: string;
  /** PEM file of the authorities that may sign the server's certificate; without it the connection is not encrypted. */
  readonly caFile?: string | undefined;
}

/**
 * `<PREFIX>_HOST`, `_PORT` (6379), `_USER_FILE`, `_PASSWORD_FILE`, and if wanted `_KEY_PREFIX` and `_CA_FILE` (TLS,
 * verified).
 */
export function readRedisSettings(settings: Settings, prefix: string): RedisSettings {
  return {
    host: settings.text(`${prefix}_HOST`),
    port: settings.port(`${prefix}_PORT`, 6379),
    user: settings.credential(`${prefix}_USER_FILE`),
    password: settings.credential(`${prefix}_PASSWORD_FILE`),
    keyPrefix: settings.text(`${prefix}_KEY_PREFIX`, ""),
    caFile: settings.optionalFile(`${prefix}_CA_FILE`),
  };
}

const RECONNECT_MS = 1_000;
/** A connection that says nothing for so long is given up: to a node that is lost it would hang for a quarter of an hour. */
const SILENT_MS = 3_000;

/** One connection, made again whenever it is lost, each time with the credentials that the files hold at that moment. */
export class Redis implements Dependency {
  readonly name = "redis";
  readonly #client;

  constructor({ host, port, user, password, caFile }: Omit<RedisSettings, "keyPrefix">, log: Logger) {
    const address = { host, port, connectTimeout: 5_000, reconnectStrategy: () => RECONNECT_MS };
    this.#client = createClient({
      socket: caFile === undefined ? address : { ...address, tls: true, ca: readFileSync(caFile, "utf8") },
      credentialsProvider: {
        type: "async-credentials-provider",
        credentials: async () => ({ username: user.read(), password: password.read() }),
      },
      // A command fails at once while the connection is away: the consumer holds its message and tries again.
      disableOfflineQueue: true,
    });
    this.#client.on("error", (error) => log.warn({ reason: reasonOf(error) }, "no connection to Redis"));
  }

  get(key: string): Promise<string | null> {
    return this.#client.get(key);
  }

  /** Sets the key unless it is set, and gives back the value that it had, or `null`. */
  setFirst(key: string, value: string, seconds: number): Promise<string | null> {
    return this.#client.set(key, value, { condition: "NX", GET: true, expiration: { type: "EX", value: seconds } });
  }

  async set(key: string, value: string, seconds: number): Promise<void> {
    await this.#client.set(key, value, { expiration: { type: "EX", value: seconds } });
  }

  async check(): Promise<void> {
    // It connects for as long as it takes; each try that fails is an event, on which `once` rejects.
    if (!this.#client.isOpen) this.#client.connect().catch(() => undefined);
    if (!this.#client.isReady) await once(this.#client, "ready");
    const silence = setTimeout(() => this.#giveUp(), SILENT_MS);
    try {
      await this.#client.ping();
    } finally {
      clearTimeout(silence);
    }
  }

  /** What waits for an answer fails; the next check connects anew. */
  #giveUp(): void {
    if (this.#client.isReady) this.#client.destroy();
  }

  async close(): Promise<void> {
    if (this.#client.isReady) await this.#client.close();
    else if (this.#client.isOpen) this.#client.destroy();
  }
}
