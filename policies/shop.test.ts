import { readFileSync } from "node:fs";
import { join } from "node:path";
import { loadAll } from "js-yaml";
import { expect, test } from "vitest";
import { ENVIRONMENTS, evaluate, packConfig, RULES } from "./index.ts";

/** A resource of a golden file. */
interface Golden {
  readonly type: string;
  readonly name: string;
  readonly inputs?: Record<string, unknown>;
}

test.each(Object.entries(ENVIRONMENTS))("the shop breaks no rule that %s holds it to", (name, settings) => {
  const file = join(import.meta.dirname, "../test/golden", `${name}.yaml`);
  const golden = loadAll(readFileSync(file, "utf8")) as Golden[];
  const resources = golden.map(({ type, name, inputs = {} }) => ({ type, name, props: inputs }));
  const config = packConfig(settings, RULES);
  const params = Object.fromEntries(Object.entries(config).map(([id, { enforcementLevel: _, ...own }]) => [id, own]));
  const rules = RULES.filter(({ id }) => config[id]?.enforcementLevel !== "disabled");
  const findings = evaluate(resources, { rules, params });
  expect(findings.length).toBeGreaterThan(50);
  expect(
    findings.filter(({ verdict }) => verdict !== "pass").map(({ rule, object }) => `${rule.id}: ${object.label}`),
  ).toEqual([]);
});
