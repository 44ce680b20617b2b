import * as pulumi from "@pulumi/pulumi";

/**
 * What a component learns from those who use it, and they are declared after it. The entries are complete when the
 * program has run to its end; only then is `entries` known, so that one resource (a list of roles, an ACL file, a
 * network policy) can name every consumer. An entry that comes later is refused, not lost.
 */
export class Ledger<Entry> {
  readonly entries: pulumi.Output<readonly pulumi.Unwrap<Entry>[]>;
  readonly #owner: string;
  readonly #written: Entry[] = [];
  #closed = false;

  /** `owner` is named in the error for a late entry, such as `Postgres "postgres"`. */
  constructor(owner: string) {
    this.#owner = owner;
    const closing = new Promise<readonly Entry[]>((resolve) => {
      // The program's modules run in one turn of the event loop; the next turn begins when the last line has run.
      setImmediate(() => {
        this.#closed = true;
        resolve(this.#written);
      });
    });
    this.entries = pulumi.output(closing) as pulumi.Output<readonly pulumi.Unwrap<Entry>[]>;
  }

  /** What is written so far. */
  get written(): readonly Entry[] {
    return this.#written;
  }

  /** Adds an entry. Throws if the program has already run to its end. */
  add(entry: Entry): void {
    if (this.#closed)
      throw new Error(
        `${this.#owner} is used too late: declare its consumers at the top level of the program, not inside an apply or after an await`,
      );
    this.#written.push(entry);
  }
}
