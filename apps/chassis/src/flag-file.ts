import { readFileSync } from "node:fs";
import { FlagdCore, MemoryStorage } from "@openfeature/flagd-core";
import type { EvaluationContext, JsonValue, Provider } from "@openfeature/server-sdk";
import type { Logger } from "pino";
import { reasonOf } from "./dependency.ts";

/** A validator's whole finding on a large file is longer than any line of log should be. */
const LONGEST_REASON = 500;

/**
 * OpenFeature's provider of flags in a file in flagd's format, evaluated in this process. What cannot be read, or does not
 * satisfy flagd's schema, changes nothing: what was read last stands. Each change of the file is one line of log.
 */
export class FlagFile implements Provider {
  readonly metadata = { name: "flagd-file" };
  readonly runsOn = "server";
  readonly #path: string;
  readonly #log: Logger;
  readonly #storage: MemoryStorage;
  readonly #core: FlagdCore;
  /** What was found last: the text, or why there was none. */
  #found: string | undefined;

  constructor(path: string, log: Logger) {
    this.#path = path;
    this.#log = log;
    this.#storage = new MemoryStorage(log);
    this.#core = new FlagdCore(this.#storage, log);
    this.look();
  }

  /** Reads the file, and takes it in if it is another than before. By its content: the kubelet swaps a link above it. */
  look(): void {
    const found = contentOf(this.#path);
    const text = found instanceof Error ? found.message : found;
    if (text === this.#found) return;
    this.#found = text;
    try {
      if (found instanceof Error) throw found;
      this.#storage.setConfigurations(found, true);
      this.#log.info({ file: this.#path, flags: this.#storage.getFlags().size }, "flags are read");
    } catch (error) {
      const reason = reasonOf(error).slice(0, LONGEST_REASON);
      this.#log.warn({ file: this.#path, reason }, "flags cannot be read: those read last stand, else their defaults");
    }
  }

  async resolveBooleanEvaluation(flag: string, fallback: boolean, context: EvaluationContext) {
    return this.#core.resolveBooleanEvaluation(flag, fallback, context);
  }

  async resolveStringEvaluation(flag: string, fallback: string, context: EvaluationContext) {
    return this.#core.resolveStringEvaluation(flag, fallback, context);
  }

  async resolveNumberEvaluation(flag: string, fallback: number, context: EvaluationContext) {
    return this.#core.resolveNumberEvaluation(flag, fallback, context);
  }

  async resolveObjectEvaluation<Value extends JsonValue>(flag: string, fallback: Value, context: EvaluationContext) {
    return this.#core.resolveObjectEvaluation(flag, fallback, context);
  }
}

function contentOf(path: string): string | Error {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    return error as Error;
  }
}
