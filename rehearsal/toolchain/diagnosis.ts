/** One requirement, what this machine has, and what to do if that does not serve. */
export interface Diagnosis {
  /** `Node.js`, `Go`, `disk space`, `plugin kubernetes`, … */
  readonly requirement: string;
  /**
   * `serves`: nothing to do. `builds`: missing, and the toolchain makes it by itself at the next `up`.
   * `limited`: works, with the restriction that `note` tells. `missing`: `up` fails until `fix` was done.
   */
  readonly state: "serves" | "builds" | "limited" | "missing";
  /** What is needed, such as "22.18.0 or later". */
  readonly needed: string;
  /** What was found, such as "24.21.0 at /usr/bin/node", or "none". */
  readonly found: string;
  readonly note?: string;
  /** The exact command that gets it. Always there when `missing`. */
  readonly fix?: string;
}

/** Where and how to look. */
export interface DiagnoseOptions {
  /** Root of the cache; see `cacheDirectory`. */
  readonly cacheDir: string;
  /** Environment in which tools are looked up. Default: this process's. */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
}
