import { readFileSync } from "node:fs";
import type { ConnectionOptions } from "@platformatic/kafka";
import type { Credential, Settings } from "./settings.ts";

/** A topic, and how its brokers are reached. */
export interface TopicSettings {
  readonly brokers: string[];
  readonly topic: string;
  readonly user: Credential;
  readonly password: Credential;
  /** Group that a consumer joins: the one that the broker allows it. */
  readonly group: string;
  /** PEM file of the authorities that may sign the brokers' certificates; without it the connection is not encrypted. */
  readonly caFile?: string | undefined;
}

/**
 * `<PREFIX>_BROKERS`, `_NAME`, `_USER_FILE`, `_PASSWORD_FILE` (SCRAM-SHA-512), and if wanted `_CA_FILE` (TLS, verified)
 * and `_GROUP` (the service's name).
 */
export function readTopicSettings(settings: Settings, prefix: string, service: string): TopicSettings {
  return {
    brokers: settings.brokers(`${prefix}_BROKERS`),
    topic: settings.text(`${prefix}_NAME`),
    user: settings.credential(`${prefix}_USER_FILE`),
    password: settings.credential(`${prefix}_PASSWORD_FILE`),
    group: settings.text(`${prefix}_GROUP`, service),
    caFile: settings.optionalFile(`${prefix}_CA_FILE`),
  };
}

/** A broker holds a request back for 5 s at most, be it for new messages or for copies of one: when it is silent for longer, it is gone. */
const SILENCE_MS = 10_000;
/** An idle connection to a node that is gone is noticed in a quarter of a minute: the next request would be the one that waits. */
const ALIVE = { keepAlive: true, keepAliveInitialDelay: 5_000 };

/** Options of a client's connections. Credentials are functions: each new connection reads the files again. */
export function connectionOptions({ user, password, caFile }: TopicSettings): ConnectionOptions {
  return {
    requestTimeout: SILENCE_MS,
    sasl: { mechanism: "SCRAM-SHA-512", username: () => user.read(), password: () => password.read() },
    ...(caFile !== undefined && { tls: { ca: readFileSync(caFile, "utf8"), ...ALIVE } }),
  };
}
