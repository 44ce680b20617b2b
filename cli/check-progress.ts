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

  /** What blocks cannot be told of while it lasts: it is told of beforehand, if what came before took its time. */
  tell(what: string, blocks = false, now = performance.now()): void {
    const quiet = blocks ? QUIET_MS / 4 : QUIET_MS;
    if (!this.#stream.isTTY || now - this.#began < quiet) return;
    if (!blocks && now - this.#shown < EVERY_MS) return;
    this.#shown = now;
    this.#stream.write(`\r\u001b[K${what}`);
  }

  /** Takes the line away. */
  clear(): void {
    if (this.#shown > 0) this.#stream.write("\r\u001b[K");
    this.#shown = 0;
  }
}
