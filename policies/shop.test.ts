import { readFileSync } from "node:fs";
import { join } from "node:path";
import { loadAll } from "js-yaml";
import { describe, expect, test } from "vitest";
import { ENVIRONMENTS, evaluate, packConfig, RULES } from "./index.ts";

/** A resource of a golden file. What is secret in it stands there as `<secret>`. */
interface Golden {
  readonly type: string;
  readonly name: string;
  readonly inputs?: Record<string, unknown>;
}

/** What decides these is no input of a resource, hence in no golden file. The tests of the engine see it. */
const BY_OPTIONS = ["hpa-owns-replicas", "stateful-protected"];

describe.each(Object.entries(ENVIRONMENTS))("the shop in %s", (environment, settings) => {
  const file = join(import.meta.dirname, "../test/golden", `${environment}.yaml`);
  const golden = loadAll(readFileSync(file, "utf8")) as Golden[];
  const resources = golden.map(({ type, name, inputs = {} }) => ({ type, name, props: withoutSecrets(inputs) }));
  const config = packConfig(settings, RULES);
  const params = Object.fromEntries(Object.entries(config).map(([id, { enforcementLevel: _, ...own }]) => [id, own]));
  const rules = RULES.filter(({ id }) => config[id]?.enforcementLevel !== "disabled" && !BY_OPTIONS.includes(id));
  const findings = evaluate(resources, { rules, params });
  const broken = (...levels: string[]) =>
    findings
      .filter(({ rule, verdict }) => verdict !== "pass" && levels.includes(config[rule.id]?.enforcementLevel ?? ""))
      .map(({ rule, object }) => `${rule.id}: ${object.label}`)
      .sort();

  test("breaks no rule that would stop it", () => {
    expect(findings.length).toBeGreaterThan(500);
    expect(broken("mandatory", "remediate")).toEqual([]);
  });

  test("is warned of what its file says (npm run golden:update after a wanted change)", async () => {
    await expect(`${broken("advisory").join("\n")}\n`).toMatchFileSnapshot(
      `../test/golden/${environment}.warnings.txt`,
    );
  });
});

function withoutSecrets(inputs: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(inputs).filter(([, value]) => value !== "<secret>"));
}
