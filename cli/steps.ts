import { createInterface } from "node:readline/promises";
import { Interrupted } from "./failure.ts";
import type { RunLog } from "./run-log.ts";
import type { Display, Screen, Step, StepNews } from "./view/screen.ts";

/** Tells how far the running step is. */
export type Tell = (news: StepNews) => void;

/** What a step ends with: a line for the screen, and a value for the next step. */
export interface Done<T> {
  readonly detail: string;
  readonly value: T;
}

/** The steps of one run, one after another: it times them, shows them, and logs them. */
export class Steps {
  readonly #display: Display;
  readonly #log: RunLog;
  #screen: Screen;

  constructor(title: string, display: Display, log: RunLog) {
    this.#display = display;
    this.#log = log;
    this.#screen = { title, steps: [] };
    display.show(this.#screen);
  }

  /** Every step so far, as the summary tells them. */
  get all(): readonly Step[] {
    return this.#screen.steps;
  }

  /** Runs one step. If it throws, the step is shown as failed, and the error goes on to the caller. */
  async run<T>(name: string, work: (tell: Tell) => Promise<Done<T>>): Promise<T> {
    const began = Date.now();
    let news: StepNews = { detail: "" };
    const put = (state: Step["state"], ended?: number) =>
      this.#put({ name, state, began, ...news, ...(ended !== undefined && { ended }) });
    const tell: Tell = (next) => {
      if (next.detail !== news.detail) this.#log.write(`${name}: ${next.detail}`);
      news = next;
      put("running");
    };
    put("running");
    try {
      const { detail, value } = await work(tell);
      news = { detail };
      put("done", Date.now());
      this.#log.write(`${name} done: ${detail}`);
      return value;
    } catch (error) {
      news = { detail: news.detail };
      put(error instanceof Interrupted ? "stopped" : "failed", Date.now());
      this.#log.write(`${name} ended with: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
      throw error;
    }
  }

  /** Shows a line below the steps until the next one, or until it is taken away. */
  notice(text: string | undefined): void {
    if (text === this.#screen.notice) return;
    if (text !== undefined) this.#log.write(text);
    const { notice: _, ...screen } = this.#screen;
    this.#screen = { ...screen, ...(text !== undefined && { notice: text }) };
    this.#display.show(this.#screen);
  }

  /** Asks the person at the terminal for a line. */
  async ask(question: string, signal: AbortSignal): Promise<string> {
    this.#display.pause();
    const terminal = createInterface({ input: process.stdin, output: process.stdout });
    try {
      return (await terminal.question(question, { signal })).trim();
    } catch (error) {
      // At a question the terminal is raw: Ctrl-C and Ctrl-D end the question, and are no signals.
      if (error instanceof Error && error.name === "AbortError") throw new Interrupted();
      throw error;
    } finally {
      terminal.close();
      this.#display.resume();
    }
  }

  /** Shows a line that stays. */
  line(text: string): void {
    this.#log.write(text);
    this.#display.line(text);
  }

  #put(step: Step): void {
    const steps = [...this.#screen.steps];
    const at = steps.findIndex((known) => known.began === step.began && known.name === step.name);
    if (at < 0) steps.push(step);
    else steps[at] = step;
    this.#screen = { ...this.#screen, steps };
    this.#display.show(this.#screen, step);
  }
}
