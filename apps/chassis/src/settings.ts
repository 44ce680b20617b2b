import { readFileSync } from "node:fs";

/** A secret that lies in a file. It is read anew for each connection, so that a rotated one is used without a restart. */
export interface Credential {
  /** The secret without its last line break. Throws the file system's error if the file is gone. */
  read(): string;
}

/** Configuration that a service cannot start with. The message lists every problem, one a line. */
export class SettingsError extends Error {
  override readonly name = "SettingsError";
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(["the environment of this process cannot be used:", ...problems.map((problem) => `  ${problem}`)].join("\n"));
    this.problems = problems;
  }
}

/**
 * Reads settings from environment variables and collects what is wrong with them, so that one start shows all of it.
 * A reader that finds a problem gives a harmless value and goes on; {@link Settings.refuseProblems} ends the matter.
 * Values of plain settings are quoted in messages. Paths of credentials are not: where a path is expected, people
 * paste the secret itself.
 */
export class Settings {
  readonly #environment: NodeJS.ProcessEnv;
  readonly #problems: string[] = [];

  constructor(environment: NodeJS.ProcessEnv) {
    this.#environment = environment;
  }

  text(name: string, fallback?: string): string {
    return this.#value(name) ?? fallback ?? this.#problem(name, "some text", "");
  }

  /** `http://` or `https://`, a host and a port; empty without it. */
  url(name: string): string {
    const value = this.#value(name) ?? "";
    if (value === "" || (/^https?:\/\/[^\s/@?#]+\/?$/.test(value) && URL.canParse(value))) return value;
    return this.#problem(name, 'an address such as "http://pyroscope:4040"', "");
  }

  oneOf(name: string, allowed: readonly string[], fallback: string): string {
    const value = this.#value(name) ?? fallback;
    return allowed.includes(value) ? value : this.#problem(name, `one of ${allowed.join(", ")}`, fallback);
  }

  /** A whole number within bounds, both included. */
  integer(name: string, { min, max, fallback }: { min: number; max: number; fallback?: number }): number {
    const value = this.#value(name);
    if (value === undefined && fallback !== undefined) return fallback;
    const number = /^\d+$/.test(value ?? "") ? Number(value) : Number.NaN;
    return number >= min && number <= max ? number : this.#problem(name, `a whole number from ${min} to ${max}`, min);
  }

  port(name: string, fallback?: number): number {
    return this.integer(name, { min: 1, max: 65_535, ...(fallback !== undefined && { fallback }) });
  }

  /** `host:port`, separated by commas. */
  brokers(name: string): string[] {
    const brokers = (this.#value(name) ?? "").split(",").map((broker) => broker.trim());
    const usable = brokers.every((broker) => /^[^\s:]+:\d{1,5}$/.test(broker));
    return usable ? brokers : this.#problem(name, 'brokers as host:port, separated by commas ("kafka-0:9092")', []);
  }

  /** A variable that holds the path of a file with one secret in it. */
  credential(name: string): Credential {
    const path = this.#environment[name] ?? "";
    const credential = { read: () => readFileSync(path, "utf8").replace(/\r?\n$/, "") };
    this.#requireContent(name, path);
    return credential;
  }

  /** A variable that may hold the path of a PEM file; without it, `undefined`. */
  optionalFile(name: string): string | undefined {
    const path = this.#value(name);
    if (path !== undefined) this.#requireContent(name, path);
    return path;
  }

  /** Throws {@link SettingsError} if anything that was read is wrong. */
  refuseProblems(): void {
    if (this.#problems.length > 0) throw new SettingsError(this.#problems);
  }

  #value(name: string): string | undefined {
    return this.#environment[name]?.trim() || undefined;
  }

  #requireContent(name: string, path: string): void {
    try {
      if (readFileSync(path, "utf8").trim() !== "") return;
      this.#problems.push(`${name}: the file that it names is empty`);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      const found =
        path === "" ? "nothing was given" : `what was given cannot be read (${code}), and is not shown here`;
      this.#problems.push(`${name}: ${found}; allowed: the path of a readable file`);
    }
  }

  #problem<T>(name: string, allowed: string, harmless: T): T {
    const value = this.#value(name);
    const given = value === undefined ? "nothing was given" : `${JSON.stringify(value)} was given`;
    this.#problems.push(`${name}: ${given}; allowed: ${allowed}`);
    return harmless;
  }
}
