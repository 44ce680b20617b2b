/** A setting of a rule. What is written here is JSON Schema, so that the Pulumi engine can refuse a wrong value itself. */
export type ParamSpec =
  | { readonly type: "integer"; readonly minimum: number; readonly default: number; readonly description: string }
  | { readonly type: "number"; readonly minimum: number; readonly default: number; readonly description: string }
  | { readonly type: "boolean"; readonly default: boolean; readonly description: string }
  | {
      readonly type: "string";
      readonly enum?: readonly string[];
      readonly default: string;
      readonly description: string;
    }
  | {
      readonly type: "array";
      readonly items: { readonly type: "string"; readonly enum?: readonly string[] };
      readonly default: readonly string[];
      readonly description: string;
    }
  | {
      readonly type: "object";
      readonly additionalProperties: { readonly type: "string" | "number" };
      readonly default: Readonly<Record<string, string | number>>;
      readonly description: string;
    };

export type ParamSpecs = Readonly<Record<string, ParamSpec>>;

type Element<S> = S extends { items: { enum: readonly (infer E)[] } } ? E : string;

type Entry<S> = S extends { additionalProperties: { type: "number" } } ? number : string;

type ParamValue<S extends ParamSpec> = S extends { type: "integer" | "number" }
  ? number
  : S extends { type: "boolean" }
    ? boolean
    : S extends { type: "string"; enum: readonly (infer E)[] }
      ? E
      : S extends { type: "string" }
        ? string
        : S extends { type: "object" }
          ? Readonly<Record<string, Entry<S>>>
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
    case "number":
      return `a number of at least ${spec.minimum}`;
    case "boolean":
      return "true or false";
    case "object":
      return `a map from strings to ${spec.additionalProperties.type}s`;
    case "string":
      if (!spec.enum) return "a string";
      return `one of ${spec.enum.map((value) => JSON.stringify(value)).join(", ")}`;
    case "array":
      return `a list of ${spec.items.enum ? spec.items.enum.map((value) => JSON.stringify(value)).join(", ") : "strings"}`;
  }
}

export function isAllowed(spec: ParamSpec, value: unknown): boolean {
  switch (spec.type) {
    case "integer":
      return Number.isInteger(value) && (value as number) >= spec.minimum;
    case "number":
      return typeof value === "number" && Number.isFinite(value) && value >= spec.minimum;
    case "boolean":
      return typeof value === "boolean";
    case "string":
      return typeof value === "string" && (spec.enum?.includes(value) ?? true);
    case "object": {
      if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
      return Object.values(value).every((entry) => typeof entry === spec.additionalProperties.type);
    }
    case "array": {
      const { items } = spec;
      const fits = (item: unknown) => typeof item === "string" && (items.enum?.includes(item) ?? true);
      return Array.isArray(value) && value.every(fits);
    }
  }
}
