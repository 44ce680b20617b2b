/** A setting of a rule. What is written here is JSON Schema, so that the Pulumi engine can refuse a wrong value itself. */
export type ParamSpec =
  | { readonly type: "integer"; readonly minimum: number; readonly default: number; readonly description: string }
  | { readonly type: "boolean"; readonly default: boolean; readonly description: string }
  | {
      readonly type: "string";
      readonly enum: readonly string[];
      readonly default: string;
      readonly description: string;
    }
  | {
      readonly type: "array";
      readonly items: { readonly type: "string"; readonly enum?: readonly string[] };
      readonly default: readonly string[];
      readonly description: string;
    };

export type ParamSpecs = Readonly<Record<string, ParamSpec>>;

type Element<S> = S extends { items: { enum: readonly (infer E)[] } } ? E : string;

type ParamValue<S extends ParamSpec> = S extends { type: "integer" }
  ? number
  : S extends { type: "boolean" }
    ? boolean
    : S extends { type: "string"; enum: readonly (infer E)[] }
      ? E
      : readonly Element<S>[];

/** The values of a rule's settings. */
export type Params<S extends ParamSpecs> = { readonly [K in keyof S]: ParamValue<S[K]> };

export function defaultsOf(specs: ParamSpecs): Record<string, unknown> {
  return Object.fromEntries(Object.entries(specs).map(([name, spec]) => [name, spec.default]));
}

/** What a setting may be, for a message: `a whole number of at least 1`. */
export function allowedOf(spec: ParamSpec): string {
  switch (spec.type) {
    case "integer":
      return `a whole number of at least ${spec.minimum}`;
    case "boolean":
      return "true or false";
    case "string":
      return `one of ${spec.enum.map((value) => JSON.stringify(value)).join(", ")}`;
    case "array":
      return `a list of ${spec.items.enum ? spec.items.enum.map((value) => JSON.stringify(value)).join(", ") : "strings"}`;
  }
}

export function isAllowed(spec: ParamSpec, value: unknown): boolean {
  switch (spec.type) {
    case "integer":
      return Number.isInteger(value) && (value as number) >= spec.minimum;
    case "boolean":
      return typeof value === "boolean";
    case "string":
      return spec.enum.includes(value as string);
    case "array": {
      const { items } = spec;
      const fits = (item: unknown) => typeof item === "string" && (items.enum?.includes(item) ?? true);
      return Array.isArray(value) && value.every(fits);
    }
  }
}
