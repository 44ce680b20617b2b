import { type Field, MalformedValue } from "../../core/field.ts";

const WRITTEN = /^([+-]?(?:\d+(?:\.\d*)?|\.\d+))(?:([eE][+-]?\d+)|(n|u|m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei)?)$/;

const SUFFIXES: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

/** A Kubernetes quantity as a number of its base unit (cores, bytes): `500m` is 0.5, `1Ki` is 1024. Undefined if it is none. */
export function quantityIn(written: string | number): number | undefined {
  const match = WRITTEN.exec(String(written));
  if (!match) return undefined;
  const [, digits = "", exponent, suffix] = match;
  if (exponent !== undefined) return Number(`${digits}${exponent}`);
  return Number(digits) * (suffix === undefined ? 1 : (SUFFIXES[suffix] ?? 1));
}

/** The quantity that stands at a field; undefined when nothing is set. Throws MalformedValue for what is no quantity. */
export function quantityOf(field: Field): number | undefined {
  if (field.absent) return undefined;
  const value = field.value;
  const quantity = typeof value === "string" || typeof value === "number" ? quantityIn(value) : undefined;
  if (quantity === undefined)
    throw new MalformedValue(field.path, field.shown(), "a quantity, e.g. 500m, 1.5 or 512Mi,");
  return quantity;
}
