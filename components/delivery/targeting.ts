import { type Problem, refuse } from "../core/invalid.ts";
import { hundredths, isPercent, type Percent } from "../core/percent.ts";

/** JsonLogic with flagd's own operators: https://flagd.dev/reference/flag-definitions/#targeting-rules */
export type Logic = string | number | boolean | readonly Logic[] | { readonly [operator: string]: Logic };

/** A question about who asks for a flag. An attribute that the service did not give answers it with no. */
export interface Condition {
  readonly logic: Logic;
}

/** Parts of those who ask, by the variants that they get. */
export interface Shares<Variant extends string> {
  /** The attribute by which they are told apart, such as `customer`: one value gets one variant, for as long as the shares stay. */
  readonly by: string;
  /** They add up to 100, each with at most two decimals. Of two, the one that grows keeps those whom it had. */
  readonly shares: { readonly [Name in Variant]?: Percent };
}

/** Who gets what. Shares without a condition are of all who have the attribute. */
export type Rule<Variant extends string = string> =
  | { readonly when: Condition; readonly serve: Variant | Shares<Variant> }
  | { readonly when?: never; readonly serve: Shares<Variant> };

type AtLeastOne<Item> = readonly [Item, ...Item[]];

/** The attribute has this value, or one of these. */
export function is(attribute: string, ...values: AtLeastOne<string | number | boolean>): Condition {
  for (const given of values)
    if (typeof given === "number" && !Number.isFinite(given))
      refuse("is()", [{ field: "values", given: String(given), allowed: "finite numbers, which JSON can say" }]);
  const [value] = values;
  if (values.length === 1) return { logic: { "===": [variable(attribute), value] } };
  return { logic: { in: [variable(attribute), values] } };
}

export function startsWith(attribute: string, text: string): Condition {
  return { logic: { starts_with: [variable(attribute), text] } };
}

export function endsWith(attribute: string, text: string): Condition {
  return { logic: { ends_with: [variable(attribute), text] } };
}

/** As flagd's schema has it: what it refuses, it refuses with every flag of the file. */
const VERSION =
  /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-(0|[1-9]\d*|\d*[A-Za-z-][\dA-Za-z-]*)(\.(0|[1-9]\d*|\d*[A-Za-z-][\dA-Za-z-]*))*)?$/;

/** How the attribute stands to a semantic version; `^` is the same major version, `~` the same minor one. */
export function version(
  attribute: string,
  operator: "=" | "!=" | "<" | "<=" | ">" | ">=" | "^" | "~",
  of: string,
): Condition {
  if (!VERSION.test(of))
    refuse("version()", [{ field: "of", given: of, allowed: 'a whole semantic version, such as "2.1.0"' }]);
  return { logic: { sem_ver: [variable(attribute), operator, of] } };
}

export function not({ logic }: Condition): Condition {
  return { logic: { "!": [logic] } };
}

export function all(...conditions: AtLeastOne<Condition>): Condition {
  return { logic: { and: conditions.map(({ logic }) => logic) } };
}

export function any(...conditions: AtLeastOne<Condition>): Condition {
  return { logic: { or: conditions.map(({ logic }) => logic) } };
}

/** The rules as flagd reads them: the first that applies decides, else the default variant. */
export function targetingLogic(rules: readonly Rule[]): Logic {
  return { if: rules.flatMap(ruleLogic) };
}

/** What a rule asks, and what it answers. Without the attribute all would share one value, and one variant. */
function ruleLogic({ when, serve }: Rule): readonly Logic[] {
  if (typeof serve === "string") return [when?.logic ?? true, serve];
  const given: Logic = { "!!": [{ var: serve.by }] };
  return [when === undefined ? given : { and: [when.logic, given] }, sharesLogic(serve)];
}

/** flagd's weights are whole numbers. */
export const WHOLE = 10_000;

/** A share of {@link WHOLE}; nothing of what is no percentage, or has more decimals than two. */
export function weight(share: Percent | undefined): number | undefined {
  if (!isPercent(share)) return undefined;
  const exact = (hundredths(share) / 100) * WHOLE;
  const whole = Math.round(exact);
  return Math.abs(exact - whole) < 1e-6 ? whole : undefined;
}

/** Each flag has an order of its own, by its key: else the first tenth of one were the first tenth of all. */
function sharesLogic({ by, shares }: Shares<string>): Logic {
  const weights = Object.entries(shares).map(([variant, share]) => [variant, weight(share) ?? 0]);
  return { fractional: [{ cat: [{ var: "$flagd.flagKey" }, { var: by }] }, ...weights] };
}

/** A `.` leads into an attribute that is an object. */
const ATTRIBUTE = /^[A-Za-z_]\w*(\.\w+)*$/;

export function attributeProblems(field: string, attribute: string): Problem[] {
  if (ATTRIBUTE.test(attribute)) return [];
  return [{ field, given: attribute, allowed: 'the name of an attribute, such as "customer" or "device.os"' }];
}

/** Conditions are refused where they are written: in flagd a mistaken one is one that never applies. */
function variable(attribute: string): Logic {
  refuse("a condition", attributeProblems("attribute", attribute));
  return { var: attribute };
}
