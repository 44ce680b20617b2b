import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { RULES } from "../rules/index.ts";
import { askedRules } from "./settings-file.ts";
import { WrongUse } from "./wrong-use.ts";

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "plumbline-settings-"));
});
afterEach(() => rmSync(dir, { recursive: true }));

const file = (content: string) => {
  const path = join(dir, "config.yaml");
  writeFileSync(path, content);
  return path;
};
const asked = (config: string | undefined, environment?: string, only: string[] = []) =>
  new Map(
    askedRules(RULES, {
      only,
      ...(config !== undefined && { config: file(config) }),
      ...(environment !== undefined && { environment }),
    }).map((one) => [one.rule.id, one]),
  );

test("without settings every rule is asked, strictly", () => {
  const rules = asked(undefined);
  expect(rules.size).toBe(RULES.length);
  for (const { rule, level } of rules.values())
    expect(level).toBe(["critical", "high"].includes(rule.severity) ? "mandatory" : "advisory");
});

test("an environment brings its levels and settings, and the file goes before it", () => {
  expect(asked(undefined, "production").get("replicas-min")).toMatchObject({ level: "mandatory", params: { min: 3 } });
  expect(asked(undefined, "dev").has("replicas-min")).toBe(false);
  expect(asked("replicas-min: { enforcementLevel: advisory }", "production").get("replicas-min")).toMatchObject({
    level: "advisory",
    params: { min: 3 },
  });
  expect(asked("replicas-min: { min: 5 }", "production").get("replicas-min")).toMatchObject({
    level: "mandatory",
    params: { min: 5 },
  });
});

test("levels by severity hold for what is not named: first the file's, then the environment's", () => {
  const rules = asked(
    '{ "levels": { "high": "advisory", "medium": "disabled" }, "replicas-min": { "enforcementLevel": "mandatory" } }',
  );
  expect(rules.get("replicas-min")?.level).toBe("mandatory");
  expect(rules.get("pdb-required")?.level).toBe("advisory");
  expect(rules.has("sa-token-automount-forbidden")).toBe(false);
  expect(rules.get("secret-literal-forbidden")?.level).toBe("mandatory");
  // What an environment says of a rule by name is more than a level for all of its severity.
  expect(asked("levels: { medium: disabled }", "local").get("sa-token-automount-forbidden")?.level).toBe("remediate");
});

test.each([
  "replicas-min: { enforcementLevel: advisory, min: 5 }",
  "replicas-min: { level: advisory, params: { min: 5 } }",
  "rules: { replicas-min: { level: advisory, params: { min: 5 } } }",
  '"rules": { "replicas-min": { "level": "advisory", "min": 5 } }',
])("a rule is set as policies/config, or as its page has it: %s", (config) => {
  expect(asked(config).get("replicas-min")).toMatchObject({ level: "advisory", params: { min: 5 } });
});

test("a setting that is called level stays one, where settings stand beside the level of the rule", () => {
  const seccomp = (config: string) => asked(config).get("seccomp-required");
  expect(seccomp("seccomp-required: { level: baseline }")).toMatchObject({
    level: "advisory",
    params: { level: "baseline" },
  });
  expect(seccomp("seccomp-required: { level: mandatory, params: { level: baseline } }")).toMatchObject({
    level: "mandatory",
    params: { level: "baseline" },
  });
  expect(seccomp("rules: { seccomp-required: { level: mandatory } }")?.level).toBe("mandatory");
});

test("a level may stand alone", () => {
  const rules = asked("replicas-min: disabled\npdb-required: advisory");
  expect([rules.has("replicas-min"), rules.get("pdb-required")?.level]).toEqual([false, "advisory"]);
});

test("rules can be picked", () => {
  expect([...asked(undefined, undefined, ["pdb-required", "replicas-min"]).keys()]).toEqual([
    "replicas-min",
    "pdb-required",
  ]);
});

test.each<[string | undefined, string | undefined, string[], string]>([
  [undefined, "prod", [], '--environment: "prod" was given; allowed: local, local-real, dev, staging, production'],
  [undefined, undefined, ["replica-min"], '--rule: "replica-min" is not a rule; the nearest: replicas-min'],
  [undefined, "dev", ["replicas-min"], "no rule is left to be asked"],
  ["replica-min: {}", undefined, [], "config.yaml: replica-min: is not a rule; the nearest: replicas-min"],
  ["replicas-min: { minimum: 3 }", undefined, [], "replicas-min.minimum: 3 was given; allowed: enforcementLevel, min"],
  ["replicas-min: { min: two }", undefined, [], 'replicas-min.min: "two" was given; allowed: a whole number'],
  [
    "replicas-min: { enforcementLevel: strict }",
    undefined,
    [],
    '"strict" was given; allowed: disabled, advisory, mandatory',
  ],
  ["replicas-min: strict", undefined, [], 'replicas-min.enforcementLevel: "strict" was given; allowed: disabled'],
  ["rules: all", undefined, [], "rules: is no map; allowed: { <rule>: { level"],
  ["rules: { replica-min: {} }", undefined, [], "replica-min: is not a rule; the nearest: replicas-min"],
  ["replicas-min: { params: 3 }", undefined, [], "replicas-min.params: 3 was given; allowed: enforcementLevel, min"],
  ["rules: { replicas-min: disabled }\nreplicas-min: advisory", undefined, [], "replicas-min: is set twice"],
  ["levels: strict", undefined, [], "levels: is no map"],
  ["levels: { huge: advisory }", undefined, [], "levels.huge: is no severity; allowed: critical, high, medium, low"],
  [
    "levels: { low: remediate }",
    undefined,
    [],
    'levels.low: "remediate" was given; allowed: disabled, advisory, mandatory',
  ],
  ["- a", undefined, [], "the file is not a map of rules"],
  ["a: [", undefined, [], "--config: "],
  ["", undefined, [], "cannot be read"],
])("%j, %s, %j is refused", (config, environment, only, problem) => {
  expect(() => asked(config, environment, only)).toThrow(WrongUse);
  expect(() => asked(config, environment, only)).toThrow(problem);
});
