import type { PropertyMap } from "./property.ts";

/**
 * The resource was made or changed, but did not become what it should be: the engine keeps its state, reports the
 * reasons, and calls update again at the next run.
 */
export class InitFailed extends Error {
  override readonly name = "InitFailed";
  readonly id: string;
  /** The state to keep: what is live. */
  readonly outputs: PropertyMap;
  readonly inputs: PropertyMap;
  /** Each a sentence for the reader. */
  readonly reasons: readonly string[];

  constructor(id: string, outputs: PropertyMap, inputs: PropertyMap, reasons: readonly string[]) {
    super(reasons.join("; "));
    this.id = id;
    this.outputs = outputs;
    this.inputs = inputs;
    this.reasons = reasons;
  }
}

/** The operation stopped because the engine asked for it, and changed nothing that the engine must know of. */
export class Cancelled extends Error {
  override readonly name = "Cancelled";

  constructor(message = "the operation was cancelled") {
    super(message);
  }
}
