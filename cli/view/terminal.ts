import { createLogUpdate } from "log-update";
import type { Paint } from "./format.ts";
import { frame } from "./frame.ts";
import type { Display, Screen } from "./screen.ts";

/** How often the picture is drawn anew: often enough for a spinner, seldom enough to cost nothing. */
const FRAME_MS = 120;

export interface TerminalOptions {
  /** Whether the picture stays when it is complete, or was only there to bridge the wait. */
  readonly keep: boolean;
}

/** A terminal: one picture that is drawn over itself. */
export class Terminal implements Display {
  readonly #stream: NodeJS.WriteStream;
  readonly #paint: Paint;
  readonly #update: ReturnType<typeof createLogUpdate>;
  #timer: NodeJS.Timeout;
  readonly #keep: boolean;
  #screen: Screen | undefined;

  constructor(stream: NodeJS.WriteStream, paint: Paint, { keep }: TerminalOptions) {
    this.#stream = stream;
    this.#keep = keep;
    this.#paint = paint;
    this.#update = createLogUpdate(stream);
    this.#timer = this.#animate();
  }

  show(screen: Screen): void {
    if (!this.#screen && this.#keep) this.#stream.write(`${this.#paint("bold", screen.title)}\n\n`);
    this.#screen = screen;
  }

  line(text: string): void {
    this.#update.persist(text);
  }

  pause(): void {
    clearInterval(this.#timer);
    this.#draw();
    this.#update.done();
  }

  resume(): void {
    this.#timer = this.#animate();
  }

  close(): void {
    clearInterval(this.#timer);
    if (this.#keep) this.#draw();
    else this.#update.clear();
    this.#update.done();
  }

  #animate(): NodeJS.Timeout {
    return setInterval(() => this.#draw(), FRAME_MS).unref();
  }

  #draw(): void {
    if (!this.#screen) return;
    const { columns = 80, rows = 24 } = this.#stream;
    this.#update(frame(this.#screen, { columns, rows }, Date.now(), this.#paint).join("\n"));
  }
}
