import type { types } from "@pulumi/kubernetes";
import { labels } from "../core/labels.ts";
import type { FlagDefinitions, Variant } from "./flag-definition.ts";
import { type Rule, targetingLogic } from "./targeting.ts";

/** Which variants flags serve here. What is not named serves the default variant of its definition, to everyone. */
export interface Serving<Flags extends FlagDefinitions = FlagDefinitions> {
  readonly flags: Flags;
  /** The variant where no rule decides, if another than the definition's. */
  readonly defaults?: { readonly [Name in keyof Flags]?: Variant<Flags[Name]> };
  /** Who gets another variant than the default. The first rule that applies decides. */
  readonly targeting?: { readonly [Name in keyof Flags]?: readonly Rule<Variant<Flags[Name]>>[] };
  /** Flags that are not looked at: services take the default that they know themselves. */
  readonly disabled?: readonly (keyof Flags & string)[];
}

/** The key of the ConfigMap, and the name of the file. */
export const FLAGS_FILE = "flags.json";

export function configMapPlan(name: string, namespace: string, serving: Serving): types.input.core.v1.ConfigMap {
  return { metadata: { name, namespace, labels: labels(name) }, data: { [FLAGS_FILE]: flagsDocument(serving) } };
}

/** What is said of a flag, whose name may be one that every object knows, such as `constructor`. */
export function own<Value>(said: Readonly<Record<string, Value | undefined>>, flag: string): Value | undefined {
  return Object.hasOwn(said, flag) ? said[flag] : undefined;
}

/** The flags in flagd's format: https://flagd.dev/reference/flag-definitions */
export function flagsDocument({ flags, defaults = {}, targeting = {}, disabled = [] }: Serving): string {
  const rendered = Object.entries(flags).map(([name, { variants, defaultVariant }]) => {
    const rules = own(targeting, name) ?? [];
    return [
      name,
      {
        state: disabled.includes(name) ? "DISABLED" : "ENABLED",
        variants,
        defaultVariant: own(defaults, name) ?? defaultVariant,
        ...(rules.length > 0 && { targeting: targetingLogic(rules) }),
      },
    ];
  });
  const document = { $schema: "https://flagd.dev/schema/v0/flags.json", flags: Object.fromEntries(rendered) };
  return `${JSON.stringify(document, undefined, 2)}\n`;
}
