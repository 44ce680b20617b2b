import { span } from "./format.ts";
import type { Display, Item, Screen, Step } from "./screen.ts";

/** A step that takes longer than this is mentioned while it runs; a shorter one only when it has ended. */
const FIRST_WORD_MS = 2_000;

/** After that, a sign of life as often, so that nobody takes silence for a hang. */
const HEARTBEAT_MS = 10_000;

export interface LinesOptions {
  /** Signs of life only, for a command whose answer is all that matters. */
  readonly quiet?: boolean;
  readonly clock?: () => number;
}

/** Lines for a pipe, a file or CI: one when a step has ended, and signs of life in long ones. */
export class Lines implements Display {
  readonly #write: (line: string) => void;
  readonly #quiet: boolean;
  readonly #clock: () => number;
  readonly #timer: NodeJS.Timeout;
  #began: number | undefined;
  #notice: string | undefined;
  #running: Step | undefined;
  #lastWord = 0;

  constructor(write: (line: string) => void, { quiet = false, clock = Date.now }: LinesOptions = {}) {
    this.#write = write;
    this.#quiet = quiet;
    this.#clock = clock;
    this.#timer = setInterval(() => this.beat(), 500).unref();
  }

  show(screen: Screen, step?: Step): void {
    if (this.#began === undefined) {
      this.#began = this.#clock();
      if (!this.#quiet) this.#write(screen.title);
    }
    if (screen.notice !== undefined && screen.notice !== this.#notice) this.line(screen.notice);
    this.#notice = screen.notice;
    if (!step) return;
    const isNew = this.#running?.name !== step.name;
    this.#running = step.state === "running" ? step : undefined;
    if (step.state !== "running" && !this.#quiet) this.line(sentence(step, this.#clock()));
    else if (isNew) this.#lastWord = this.#clock() - HEARTBEAT_MS + FIRST_WORD_MS;
  }

  line(text: string): void {
    this.#write(`${this.#stamp()} ${text}`);
  }

  /** Says how far the running step is, if it is time for it. */
  beat(): void {
    const now = this.#clock();
    if (!this.#running || now - this.#lastWord < HEARTBEAT_MS) return;
    this.#lastWord = now;
    this.line(sentence(this.#running, now));
  }

  pause(): void {}

  resume(): void {}

  close(): void {
    clearInterval(this.#timer);
  }

  #stamp(): string {
    const now = this.#clock();
    return `[${span(now - (this.#began ?? now)).padStart(7)}]`;
  }
}

/** A step as one sentence: `Deploy: 41 of 128; waiting for shop/orders (Deployment, 8.1s): 1 of 3 pods ready (14.2s)`. */
export function sentence(step: Step, now: number): string {
  const state = step.state === "failed" ? " failed" : step.state === "stopped" ? " stopped" : "";
  const [longest] = (step.items ?? []).toSorted((a, b) => a.since - b.since);
  const waiting = step.state === "running" && longest ? `; ${waitingFor(longest, now)}` : "";
  const text = `${step.detail}${waiting}`;
  return `${step.name}${state}${text && `: ${text}`} (${span((step.ended ?? now) - step.began)})`;
}

function waitingFor({ label, kind, note, since }: Item, now: number): string {
  return `waiting for ${label} (${kind}, ${span(now - since)})${note === "" ? "" : `: ${note}`}`;
}
