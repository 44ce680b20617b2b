import { withoutSecrets } from "../../components/testing/golden.ts";
import { isSecret, type Recorded } from "../../components/testing/record.ts";
import { ENVIRONMENTS, evaluate, packConfig, RULES } from "../../policies/index.ts";

const config = packConfig(ENVIRONMENTS.production, RULES);
const params = Object.fromEntries(Object.entries(config).map(([id, { enforcementLevel: _, ...own }]) => [id, own]));

/** What breaks a rule at production's settings: of the rules that would stop an up, and of AWS' resources; and how many rules speak of these. */
export interface Judged {
  readonly stopping: readonly string[];
  readonly onAws: readonly string[];
  readonly rulesOnAws: number;
}

/** Judges resources by all rules but some. `also` adds to a resource's inputs what only the engine would know. */
export function judged(
  recorded: readonly Recorded[],
  { but = [], also = () => ({}) }: { readonly but?: readonly string[]; readonly also?: (of: Recorded) => object } = {},
): Judged {
  const resources = recorded.map((one) => ({
    type: one.type,
    name: one.name,
    props: { ...also(one), ...shown(one.inputs) },
  }));
  const findings = evaluate(resources, { rules: RULES.filter(({ id }) => !but.includes(id)), params });
  const onAws = findings.filter(({ object }) => object.kind === undefined);
  return {
    stopping: told(findings.filter(({ rule }) => config[rule.id]?.enforcementLevel !== "advisory")),
    onAws: told(onAws),
    rulesOnAws: new Set(onAws.map(({ rule }) => rule.id)).size,
  };
}

function told(findings: ReturnType<typeof evaluate>): string[] {
  return findings
    .filter(({ verdict }) => verdict !== "pass")
    .map(({ rule, object, violations }) => `${rule.id}: ${object.label}: ${violations[0]?.path}`)
    .sort();
}

/** Inputs as a rule may see them. What is secret as a whole is left out: all secrets would seem to be the same. */
function shown(inputs: Record<string, unknown>): Record<string, unknown> {
  const entries = Object.entries(inputs).filter(([, value]) => !isSecret(value));
  return withoutSecrets(Object.fromEntries(entries)) as Record<string, unknown>;
}
