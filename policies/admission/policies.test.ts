import { expect, test } from "vitest";
import type { PackConfig } from "../config/settings.ts";
import type { Exemption } from "../core/exemption.ts";
import { admissionObjects } from "./policies.ts";
import { HELD } from "./table.ts";
import { CLUSTERS_OWN, trust } from "./trusted.ts";

const EXEMPTION: Exemption = {
  rule: "image-tag-pinned",
  resource: "Deployment shop/orders*",
  owner: "team-shop",
  reason: "the vendor has no tags",
  ticket: "SHOP-1",
  approver: "team-platform",
  expires: "2026-11-30",
};

function made(config: PackConfig, exemptions: readonly Exemption[] = [], day = "2026-11-30") {
  return admissionObjects(HELD, { config, exemptions, trust: CLUSTERS_OWN, today: new Date(day) });
}

/** The expressions of all policies, by the rule that their messages begin with. */
function expressions(...given: Parameters<typeof made>): Record<string, string> {
  const validations = made(...given).flatMap(({ spec }) => ("validations" in spec ? spec.validations : []));
  return Object.fromEntries(validations.map(({ expression, message }) => [message.split(": ")[0] ?? "", expression]));
}

test("fifty rules and more can be held to, none of them one that needs another object alone", () => {
  const ids = new Set(HELD.map(({ rule }) => rule.id));
  expect(ids.size).toBeGreaterThanOrEqual(50);
  expect(ids).not.toContain("pdb-required");
});

test.each([
  ["mandatory", "deny", ["Deny"]],
  ["remediate", "deny", ["Deny"]],
  ["advisory", "warn", ["Warn", "Audit"]],
] as const)("a rule at level %s: %s", (enforcementLevel, action, validationActions) => {
  const objects = made({ "seccomp-required": { enforcementLevel, level: "restricted", types: ["RuntimeDefault"] } });
  expect(objects.map(({ kind, metadata: { name } }) => [kind, name])).toEqual([
    ["ValidatingAdmissionPolicy", `plumbline-pods-${action}`],
    ["ValidatingAdmissionPolicyBinding", `plumbline-pods-${action}`],
    ["ValidatingAdmissionPolicy", `plumbline-operated-pods-${action}`],
    ["ValidatingAdmissionPolicyBinding", `plumbline-operated-pods-${action}`],
  ]);
  expect(objects[1]?.spec).toEqual({ policyName: `plumbline-pods-${action}`, validationActions });
});

test("a rule that is disabled, or not named, is not held to", () => {
  expect(made({ "image-tag-pinned": { enforcementLevel: "disabled" } })).toEqual([]);
  expect(made({})).toEqual([]);
});

test("settings are compiled in; those under which one object says nothing leave the rule out", () => {
  const at = (params: object) =>
    expressions({ "readiness-probe-required": { enforcementLevel: "mandatory", ...params } });
  expect(at({ anyContainer: true })["readiness-probe-required"]).toContain("variables.main.exists");
  expect(at({ onlyServed: true })).toEqual({});
  const tags = { "image-tag-pinned": { enforcementLevel: "mandatory" as const, tags: ["edge", "a.b"] } };
  expect(expressions(tags)["image-tag-pinned"]).toContain(String.raw`:(?:edge|a\\.b)`);
});

test("a message is one line: the rule, what it wants, what repairs it, and the way out", () => {
  const [policy] = made({ "resource-limits-required": { enforcementLevel: "mandatory" } });
  const [validation] = policy && "validations" in policy.spec ? policy.spec.validations : [];
  expect(validation?.message).toBe(
    'resource-limits-required: Every container has limits; fix: resources: { limits: { cpu: "1", memory: 512Mi } }; ' +
      'else annotate it with plumbline.dev/opt-out.limits: "<reason, 10 characters or more>"',
  );
});

test("an exemption frees its object until its last day, and a URN is refused with what to write", () => {
  const config: PackConfig = { "image-tag-pinned": { enforcementLevel: "mandatory" } };
  const free = `matches("^Deployment shop/orders.*$")`;
  expect(expressions(config, [EXEMPTION])["image-tag-pinned"]).toContain(free);
  expect(expressions(config, [EXEMPTION], "2026-12-01")["image-tag-pinned"]).not.toContain(free);
  const urn = { ...EXEMPTION, resource: "urn:pulumi:production::shop::kubernetes:apps/v1:Deployment::orders" };
  expect(() => made(config, [urn])).toThrow(/SHOP-1.*name the object by its label/);
});

test("whom it lets through are those that it is told, and what every cluster has", () => {
  const config: PackConfig = { "bare-pod-forbidden": { enforcementLevel: "mandatory" } };
  const group = { group: "own:operators", reason: "run beside the API server" };
  const [policy] = admissionObjects(HELD, { config, trust: trust(["strimzi-system"], [group]) });
  const spec = policy && "matchConstraints" in policy.spec ? policy.spec : undefined;
  expect(spec?.matchConstraints.namespaceSelector.matchExpressions).toEqual([
    {
      key: "kubernetes.io/metadata.name",
      operator: "NotIn",
      values: ["kube-system", "kube-node-lease", "strimzi-system"],
    },
  ]);
  const condition = spec?.matchConditions.find(({ name }) => name === "not-by-whom-it-trusts")?.expression;
  expect(condition).toContain('"system:serviceaccounts:strimzi-system"');
  expect(condition).toContain('"own:operators"');
  expect(condition).not.toContain("cnpg-system");
});
