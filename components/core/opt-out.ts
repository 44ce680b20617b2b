/**
 * A step down from a safe default, with its reason. The reason is shown on the resource as the annotation
 * `plumbline.dev/opt-out.<what>`, where policies and people read it.
 */
export interface OptOut {
  readonly optOut: string;
}

/** Shortest reason that is accepted: long enough that "n/a" and "because" are not. */
const SHORTEST_REASON = 10;

/** Steps down from a default. The reason is for the person who reads the stack next: at least ten characters. */
export function optOut(reason: string): OptOut {
  if (reason.trim().length < SHORTEST_REASON)
    throw new TypeError(
      `an opt-out needs a reason of at least ten characters; ${JSON.stringify(reason)} was given; say why this default does not fit here`,
    );
  return { optOut: reason.trim() };
}

export function isOptOut(value: unknown): value is OptOut {
  return typeof value === "object" && value !== null && typeof (value as Partial<OptOut>).optOut === "string";
}

/** The annotations that show what was stepped down from, and why. Fields that are no opt-out are left out. */
export function optOutAnnotations(choices: Readonly<Record<string, unknown>>): Record<string, string> {
  const annotations: Record<string, string> = {};
  for (const [what, choice] of Object.entries(choices))
    if (isOptOut(choice)) annotations[`plumbline.dev/opt-out.${what}`] = choice.optOut;
  return annotations;
}
