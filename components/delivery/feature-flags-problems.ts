import type { Problem } from "../core/invalid.ts";
import { isDnsLabel, nameProblems, nearest } from "../core/names.ts";
import { flagsDocument, own, type Serving } from "./feature-flags-plan.ts";
import type { FlagDefinition } from "./flag-definition.ts";
import { attributeProblems, type Rule, type Shares, WHOLE, weight } from "./targeting.ts";

/** A ConfigMap holds 1 MiB with its metadata, which server-side apply adds to. */
const LARGEST_BYTES = 900 * 1024;
const VARIANT = /^[A-Za-z0-9][\w-]{0,62}$/;

/** Everything that is wrong with a set of flags. */
export function featureFlagsProblems(name: string, serving: Serving): Problem[] {
  const { flags, defaults = {}, targeting = {}, disabled = [] } = serving;
  const names = Object.keys(flags);
  const problems = [
    ...nameProblems("name", name),
    ...Object.entries(flags).flatMap(([flag, definition]) => definitionProblems(flag, definition)),
    ...Object.keys(defaults).flatMap((flag) => oneOf(`defaults.${flag}`, flag, names)),
    ...Object.keys(targeting).flatMap((flag) => oneOf(`targeting.${flag}`, flag, names)),
    ...disabled.flatMap((flag, index) => oneOf(`disabled[${index}]`, flag, names)),
  ];
  if (names.length === 0) problems.push({ field: "flags", given: flags, allowed: "at least one flag" });
  for (const [flag, { variants }] of Object.entries(flags)) {
    const known = Object.keys(variants);
    const [variant, rules] = [own(defaults, flag), own(targeting, flag)];
    if (variant !== undefined) problems.push(...oneOf(`defaults.${flag}`, variant, known));
    if (rules !== undefined) problems.push(...rulesProblems(`targeting.${flag}`, rules, known));
  }
  return problems.length > 0 ? problems : sizeProblems(serving);
}

function definitionProblems(flag: string, { variants, defaultVariant }: FlagDefinition): Problem[] {
  const field = `flags.${flag}`;
  const problems: Problem[] = [];
  if (!isDnsLabel(flag))
    problems.push({ field, given: flag, allowed: 'a DNS label: a-z, 0-9 and "-", beginning with a letter' });
  for (const variant of Object.keys(variants))
    if (!VARIANT.test(variant))
      problems.push({
        field: `${field}.variants`,
        given: variant,
        allowed: 'names of at most 63 letters, digits, "_" and "-", beginning with a letter or digit',
      });
  const kinds = new Set(Object.values(variants).map((value) => typeof value));
  if (kinds.size > 1)
    problems.push({ field: `${field}.variants`, given: [...kinds], allowed: "values of one kind in one flag" });
  for (const [variant, value] of Object.entries(variants))
    if (Object.values(typeof value === "object" ? value : { value }).some(isNoNumber))
      problems.push({
        field: `${field}.variants.${variant}`,
        given: String(value),
        allowed: "finite numbers, which JSON can say",
      });
  if (kinds.size === 0) problems.push({ field: `${field}.variants`, given: variants, allowed: "at least one variant" });
  else problems.push(...oneOf(`${field}.defaultVariant`, defaultVariant, Object.keys(variants)));
  return problems;
}

function isNoNumber(value: unknown): boolean {
  return typeof value === "number" && !Number.isFinite(value);
}

function rulesProblems(field: string, rules: readonly Rule[], variants: readonly string[]): Problem[] {
  return rules.flatMap(({ serve }, index) => {
    const at = `${field}[${index}].serve`;
    return typeof serve === "string" ? oneOf(at, serve, variants) : sharesProblems(at, serve, variants);
  });
}

function sharesProblems(field: string, { by, shares }: Shares<string>, variants: readonly string[]): Problem[] {
  const problems = [
    ...attributeProblems(`${field}.by`, by),
    ...Object.keys(shares).flatMap((variant) => oneOf(`${field}.shares`, variant, variants)),
  ];
  const parts = Object.entries(shares).map(([variant, share]) => ({ variant, share, part: weight(share) }));
  for (const { variant, share, part } of parts)
    if (part === undefined)
      problems.push({
        field: `${field}.shares.${variant}`,
        given: share,
        allowed: 'a percentage with at most two decimals, such as 10 or "0.25%"',
      });
  const sum = parts.reduce((before, { part = 0 }) => before + part, 0);
  if (sum !== WHOLE && parts.every(({ part }) => part !== undefined))
    problems.push({ field: `${field}.shares`, given: (sum / WHOLE) * 100, allowed: "shares that add up to 100" });
  return problems;
}

function sizeProblems(serving: Serving): Problem[] {
  const bytes = Buffer.byteLength(flagsDocument(serving));
  if (bytes <= LARGEST_BYTES) return [];
  return [{ field: "flags", given: `${bytes} bytes`, allowed: `at most ${LARGEST_BYTES}, which one ConfigMap holds` }];
}

function oneOf(field: string, given: string, known: readonly string[]): Problem[] {
  if (known.includes(given)) return [];
  const meant = nearest(given, known);
  return [{ field, given, allowed: `${known.join(", ")}${meant === undefined ? "" : `; did you mean ${meant}?`}` }];
}
