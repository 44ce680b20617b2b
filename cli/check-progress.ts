/** A run that is over sooner says nothing about itself. */
const QUIET_MS = 2_000;

/** How often the line is written anew. */
const EVERY_MS = 100;

/** One line on a terminal that says what is being done, once that takes long. Elsewhere nothing is said. */
export class Progress {
  readonly #stream: Pick<NodeJS.WriteStream, "isTTY" | "write">;
  readonly #began: number;
  #shown = 0;

  constructor(stream: Pick<NodeJS.WriteStream, "isTTY" | "write">, now = performance.now()) {
    this.#stream = stream;
    this.#began = now;
  }

  tell(what: string, now = performance.now()): void {
    if (!this.#stream.isTTY || now - this.#began < QUIET_MS || now - this.#shown < EVERY_MS) return;
    this.#shown = now;
    this.#stream.write(`\r\u001b[K${what}`);
  }

  /** Takes the line away. */
  clear(): void {
    if (this.#shown > 0) this.#stream.write("\r\u001b[K");
    this.#shown = 0;
  }
}
