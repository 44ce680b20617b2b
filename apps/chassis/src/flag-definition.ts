type Plain = boolean | string | number;
/** What a flag can be worth. An object has plain fields: what is deeper is configuration, not a flag. */
export type FlagValue = Plain | FlagObject;
type FlagObject = Readonly<Record<string, Plain>>;

/** Values by the names of variants, all of one kind. */
type Variants =
  | Readonly<Record<string, boolean>>
  | Readonly<Record<string, string>>
  | Readonly<Record<string, number>>
  | Readonly<Record<string, FlagObject>>;

/** One flag, as the service that reads it and the stack that sets it both know it: a part of flagd's own format. */
export interface FlagDefinition {
  readonly variants: Variants;
  /** The variant where nothing decides otherwise, and wherever the flag cannot be read. */
  readonly defaultVariant: string;
}

export type FlagDefinitions = Readonly<Record<string, FlagDefinition>>;

/** Defines flags: a default that is no variant, or variants of two kinds, do not compile. */
export function defineFlags<const Flags extends FlagDefinitions>(flags: Flags & Consistent<Flags>): Flags {
  return flags;
}

type Consistent<Flags extends FlagDefinitions> = {
  readonly [Name in keyof Flags]: { readonly defaultVariant: keyof Flags[Name]["variants"] };
};

/**
 * What a program gets of a flag: of texts only those that the definition names, so that a `switch` can be complete; of
 * numbers any, so that a limit can change; of objects any of the same shape.
 */
export type ValueOf<Flag extends FlagDefinition> = Open<Flag["variants"][keyof Flag["variants"]]>;

type Open<Value> = Value extends string
  ? Value
  : Value extends Plain
    ? Widened<Value>
    : { readonly [Field in keyof Value]: Widened<Value[Field]> };
type Widened<Value> = Value extends boolean ? boolean : Value extends number ? number : string;

/** Whether a value may stand for one of the variants: what {@link ValueOf} says in types. */
export function isValueOf({ variants }: FlagDefinition, value: unknown): boolean {
  const values = Object.values<FlagValue>(variants);
  if (typeof value === "string") return values.includes(value);
  return values.some((variant) =>
    typeof variant === "object" ? isLike(value, variant) : typeof value === typeof variant,
  );
}

function isLike(value: unknown, example: FlagObject): boolean {
  if (typeof value !== "object" || value === null) return false;
  const fields = value as Readonly<Record<string, unknown>>;
  return Object.entries(example).every(([field, part]) => typeof fields[field] === typeof part);
}
