/**
 * A step down from a safe default, with its reason. The reason is shown on the resource as the annotation
 * `plumbline.dev/opt-out.<what>`, where policies and people read it.
 */
export interface OptOut {
  readonly optOut: string;
}

/** Steps down from a default. The reason is for the person who reads the stack next: at least ten characters. */
export function optOut(reason: string): OptOut {
  if (reason.trim().length < 10)
    throw new TypeError(`an opt-out needs a reason of at least ten characters; ${JSON.stringify(reason)} was given`);
  return { optOut: reason.trim() };
}

export function isOptOut(value: unknown): value is OptOut {
  return typeof value === "object" && value !== null && typeof (value as Partial<OptOut>).optOut === "string";
}
