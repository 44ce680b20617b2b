/** One line below a step that is under way: what is waited for, and why. */
export interface Item {
  readonly label: string;
  readonly kind: string;
  readonly note: string;
  /** Milliseconds since the epoch. */
  readonly since: number;
}

/** What a step tells of itself while it runs. */
export interface StepNews {
  /** One short line: `41 of 128`. */
  readonly detail: string;
  readonly items?: readonly Item[];
}

export interface Step extends StepNews {
  readonly name: string;
  readonly state: "running" | "done" | "failed" | "stopped";
  /** Milliseconds since the epoch. */
  readonly began: number;
  readonly ended?: number;
}

/** Everything that the screen shows while a command runs. */
export interface Screen {
  readonly title: string;
  readonly steps: readonly Step[];
  /** What the person should know now, such as that a Ctrl-C was heard. */
  readonly notice?: string;
}

/** Shows a screen as it changes, in its own way. */
export interface Display {
  /** The screen changed; `step` is the one that did, if it was one. */
  show(screen: Screen, step?: Step): void;
  /** Shows a line that stays, above what moves. */
  line(text: string): void;
  /** Leaves the terminal to a question, below what was shown so far. */
  pause(): void;
  resume(): void;
  /** Nothing moves any more. */
  close(): void;
}
