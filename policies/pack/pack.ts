import { PolicyPack } from "@pulumi/policy";
import type { Exemption } from "../core/exemption.ts";
import type { Rule } from "../core/rule.ts";
import { Declarations } from "./declarations.ts";
import { Exemptions } from "./exemptions.ts";
import { policyOf } from "./policy.ts";

/** Serves rules to the Pulumi engine. One process serves one pack: the engine reads its port from the first line. */
export function servePack(name: string, rules: readonly Rule[], exemptions: readonly Exemption[]): void {
  const declarations = new Declarations();
  const granted = new Exemptions(exemptions, rules);
  const policies = [...rules.map((rule) => policyOf(rule, declarations, granted)), ...granted.policies()];
  new PolicyPack(name, { policies });
}
