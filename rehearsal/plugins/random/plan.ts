import {
  type CheckFailure,
  hasSecret,
  hasUnknown,
  isPropertyMap,
  type PropertyMap,
  type PropertyValue,
  reveal,
  revealMap,
  Secret,
  Unknown,
} from "../rpc/index.ts";
import type { Input, Kind } from "./kind.ts";

/** The inputs that a resource will have: those given, and the defaults of the rest. Secret marks stay. */
export function planned(kind: Kind, given: PropertyMap): PropertyMap {
  const inputs: Record<string, PropertyValue> = {};
  for (const [name, input] of Object.entries(kind.inputs)) {
    const value = given[name] ?? input.default;
    if (value !== undefined) inputs[name] = value;
  }
  return kind.complete?.(inputs, given) ?? inputs;
}

/** Whether what is drawn from these inputs is secret, because it is made from a secret. Keepers are not drawn from. */
function drawnFromSecret({ keepers: _, ...inputs }: PropertyMap): boolean {
  return hasSecret(inputs);
}

/** What is wrong with the inputs of a resource. What is not known yet is taken to be right. */
export function checkInputs(kind: Kind, given: PropertyMap): CheckFailure[] {
  const inputs = planned(kind, given);
  const failures = Object.entries(kind.inputs).flatMap(([name, input]) => {
    const reason = checkInput(input, inputs[name]) ?? checkId(kind, name, inputs[name]);
    return reason === undefined ? [] : [{ property: name, reason }];
  });
  if (failures.length > 0 || hasUnknown(inputs)) return failures;
  const together = kind.check?.(revealMap(inputs)) ?? [];
  if (!drawnFromSecret(inputs)) return together;
  return together.map((failure) => ({ ...failure, reason: "does not go with the other inputs; some are secret" }));
}

function checkInput({ type, required, least }: Input, given: PropertyValue | undefined): string | undefined {
  if (given === undefined) return required ? `is required; give ${TYPES[type].name}` : undefined;
  const value = reveal(given);
  if (value instanceof Unknown) return undefined;
  const shown = hasSecret(given) ? "a secret" : JSON.stringify(value);
  if (!TYPES[type].holds(value)) return `is ${shown}; it must be ${TYPES[type].name}`;
  if (least !== undefined && (value as number) < least) return `is ${shown}; it must be at least ${least}`;
  return undefined;
}

function checkId(kind: Kind, name: string, value: PropertyValue | undefined): string | undefined {
  if (value === undefined || !kind.inId?.includes(name) || !hasSecret(value)) return undefined;
  return "is secret, and would become part of the id, which the state keeps in clear; give it in clear, or use another name";
}

/** The types of inputs: what a value must be, in words and as a test. An unknown inside a list or a map may be anything. */
const TYPES: Record<Input["type"], { name: string; holds(value: PropertyValue): boolean }> = {
  boolean: { name: "true or false", holds: (value) => typeof value === "boolean" },
  integer: { name: "a whole number", holds: Number.isSafeInteger },
  string: { name: "a text", holds: isText },
  strings: { name: "a list of texts", holds: (value) => Array.isArray(value) && value.every(isText) },
  keepers: { name: "a map of texts", holds: (value) => isPropertyMap(value) && Object.values(value).every(isText) },
};

function isText(value: PropertyValue): boolean {
  return typeof value === "string" || value instanceof Unknown;
}

/** What was drawn, with its secret marks. */
export function marked(kind: Kind, inputs: PropertyMap, drawn: PropertyMap): PropertyMap {
  const all = drawnFromSecret(inputs);
  return Object.fromEntries(
    Object.entries(drawn).map(([name, value]) => [
      name,
      all || kind.secret?.includes(name) ? new Secret(value) : value,
    ]),
  );
}
