import { Interrupted } from "./failure.ts";

/** Signals that mean "stop, please". */
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * Signals closer together than this are one: a Ctrl-C reaches every process of the terminal's group, and those above
 * this one pass it on as well.
 */
const ONE_PRESS_MS = 400;

/**
 * Two stages of stopping. The first signal asks: work under way is finished or undone, nothing new is begun. The second
 * insists: what still runs is ended.
 */
export class Interrupt {
  readonly #asked = new AbortController();
  readonly #insisted = new AbortController();
  #lastPress = Number.NEGATIVE_INFINITY;

  /** Aborted by the first signal, with {@link Interrupted} as its reason. */
  get asked(): AbortSignal {
    return this.#asked.signal;
  }

  /** Aborted by the second. */
  get insisted(): AbortSignal {
    return this.#insisted.signal;
  }

  /** One signal arrived at this moment, in milliseconds. */
  press(now: number): void {
    if (now - this.#lastPress < ONE_PRESS_MS) return;
    this.#lastPress = now;
    if (!this.#asked.signal.aborted) this.#asked.abort(new Interrupted());
    else this.#insisted.abort(new Interrupted());
  }

  /** Listens to this process's signals, and to the launcher's end, until the returned function is called. */
  listen(): () => void {
    const press = () => this.press(performance.now());
    for (const signal of SIGNALS) process.on(signal, press);
    process.on("disconnect", press);
    return () => {
      for (const signal of SIGNALS) process.off(signal, press);
      process.off("disconnect", press);
    };
  }
}
