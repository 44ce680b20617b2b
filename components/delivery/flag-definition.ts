type Plain = boolean | string | number;
/** What a flag can be worth. */
export type FlagValue = Plain | Readonly<Record<string, Plain>>;

/** One flag as those who read it and those who set it both know it: a part of flagd's own format. */
export interface FlagDefinition {
  /** What it can be worth, by name; all of one kind. */
  readonly variants: Readonly<Record<string, FlagValue>>;
  /** The variant where nothing decides otherwise; a service that cannot read its flags falls back on it. */
  readonly defaultVariant: string;
}

export type FlagDefinitions = Readonly<Record<string, FlagDefinition>>;

/** Names of a flag's variants. */
export type Variant<Flag extends FlagDefinition> = keyof Flag["variants"] & string;
