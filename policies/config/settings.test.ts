import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { RULES } from "../rules/index.ts";
import { ENVIRONMENTS } from "./environments.ts";
import { levelOf, packConfig, packConfigProblems, type Settings } from "./settings.ts";

const levels: Settings["levels"] = { critical: "mandatory", high: "mandatory", medium: "advisory", low: "disabled" };

test.each(Object.entries(ENVIRONMENTS))("%s.json is what the settings say (npm run policies)", (name, settings) => {
  const written = JSON.parse(readFileSync(join(import.meta.dirname, `${name}.json`), "utf8"));
  expect(written).toEqual(packConfig(settings, RULES));
  expect(packConfigProblems(written, RULES)).toEqual([]);
});

test("a secret in clear and a store that may be deleted stop an up wherever they can do harm", () => {
  for (const settings of Object.values(ENVIRONMENTS))
    expect(packConfig(settings, RULES)["secret-literal-forbidden"]?.enforcementLevel).toBe("mandatory");
  for (const settings of [ENVIRONMENTS.staging, ENVIRONMENTS.production])
    expect(packConfig(settings, RULES)["stateful-protected"]?.enforcementLevel).toBe("mandatory");
});

test("a level comes from the rule's own settings, then from its severity, then from the strict defaults", () => {
  const [replicasMin] = RULES;
  if (!replicasMin) throw new Error("there are rules");
  expect(levelOf(replicasMin, { levels, rules: { "replicas-min": { level: "advisory" } } })).toBe("advisory");
  expect(levelOf(replicasMin, { levels: { ...levels, high: "disabled" } })).toBe("disabled");
  expect(levelOf(replicasMin)).toBe("mandatory");
  expect(packConfig({ levels, rules: { "replicas-min": { params: { min: 5 } } } }, [replicasMin])).toEqual({
    "replicas-min": { enforcementLevel: "mandatory", min: 5 },
  });
});

test("the compiler refuses settings that no rule has", () => {
  const settings: Settings[] = [
    // @ts-expect-error no such rule
    { levels, rules: { "replicas-most": { level: "advisory" } } },
    // @ts-expect-error no such level
    { levels, rules: { "replicas-min": { level: "warn" } } },
    // @ts-expect-error this rule repairs nothing
    { levels, rules: { "replicas-min": { level: "remediate" } } },
    // @ts-expect-error a number is wanted
    { levels, rules: { "replicas-min": { params: { min: "2" } } } },
    // @ts-expect-error no such resource
    { levels, rules: { "resource-limits-required": { params: { resources: ["cpus"] } } } },
    { levels, rules: { "seccomp-required": { level: "remediate", params: { level: "baseline" } } } },
  ];
  expect(settings).toHaveLength(6);
});

test.each([
  [[], "the file is not a map of rules; allowed: { <rule>: { enforcementLevel: <level> } }"],
  [{ "replicas-most": {} }, "replicas-most: is not a rule; the nearest: replicas-min"],
  [{ "replicas-min": "mandatory" }, 'replicas-min: "mandatory" was given; allowed: { enforcementLevel: <level> }'],
  [
    { "replicas-min": { enforcementLevel: "remediate" } },
    'replicas-min.enforcementLevel: "remediate" was given; allowed: disabled, advisory, mandatory',
  ],
  [
    { "seccomp-required": { enforcementLevel: "warn" } },
    'seccomp-required.enforcementLevel: "warn" was given; allowed: disabled, advisory, mandatory, remediate',
  ],
  [{ "replicas-min": { minimum: 2 } }, "replicas-min.minimum: 2 was given; allowed: enforcementLevel, min"],
  [{ "replicas-min": { toString: 2 } }, "replicas-min.toString: 2 was given; allowed: enforcementLevel, min"],
  [{ "replicas-min": { min: 0 } }, "replicas-min.min: 0 was given; allowed: a whole number of at least 1"],
  [{ "replicas-min": { min: 1.5 } }, "replicas-min.min: 1.5 was given; allowed: a whole number of at least 1"],
  [
    { "network-policy-required": { any: "yes" } },
    'network-policy-required.any: "yes" was given; allowed: true or false',
  ],
  [
    { "seccomp-required": { level: "none" } },
    'seccomp-required.level: "none" was given; allowed: one of "restricted", "baseline"',
  ],
  [
    { "resource-limits-required": { resources: ["cpus"] } },
    'resource-limits-required.resources: ["cpus"] was given; allowed: a list of "cpu", "memory", "ephemeral-storage"',
  ],
  [{ "image-tag-pinned": { tags: "latest" } }, 'image-tag-pinned.tags: "latest" was given; allowed: a list of strings'],
  [{ "image-tag-pinned": { tags: [1] } }, "image-tag-pinned.tags: [1] was given; allowed: a list of strings"],
])("%j is refused: field, given, allowed", (config, problem) => {
  const problems = packConfigProblems(config, RULES);
  expect(problems).toHaveLength(1);
  expect(problems[0]).toContain(problem);
});
