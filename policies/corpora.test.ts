import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { load } from "js-yaml";
import { describe, expect, test } from "vitest";
import { evaluate, packConfigProblems, type Resource, RULES } from "./index.ts";
import { read } from "./sources/read.ts";

// Cases that other checkers' own tests judge, when a copy of them lies beside the project: they are not ours to ship.
const CORPORA = join(import.meta.dirname, "../../shared/corpora");

interface Case {
  readonly id: string;
  readonly files: readonly string[];
  readonly rule: string;
  readonly section: string;
  readonly params?: Record<string, unknown>;
  readonly object?: { type?: string; kind?: string; name?: string; namespace?: string | null; resource?: string };
  readonly expected: "pass" | "fail";
  /** The verdict speaks of one aspect of the rule; by another one the object may be wrong. */
  readonly aspect_only?: boolean;
}

const OWN_READINGS = join(import.meta.dirname, "disagreements");

/** Verdicts of others that we hold to be wrong, each with the reason: a file for each topic. */
const DISAGREEMENTS: Readonly<Record<string, string>> = Object.assign(
  {},
  ...readdirSync(OWN_READINGS).map((file) => load(readFileSync(join(OWN_READINGS, file), "utf8"))),
);

const corpora = existsSync(CORPORA)
  ? readdirSync(CORPORA).filter((name) => existsSync(join(CORPORA, name, "index.json")))
  : [];
const ours = new Map(RULES.map((rule) => [rule.id, rule]));

test.skipIf(!existsSync(CORPORA))("the outside cases lie beside the project (skipped: they do not)", () =>
  expect(corpora.length).toBeGreaterThan(5),
);

describe.each(corpora)("%s", (corpus) => {
  const index = JSON.parse(readFileSync(join(CORPORA, corpus, "index.json"), "utf8"));
  const all = (index.cases ?? index) as Case[];
  const cases = all.filter(({ rule }) => ours.has(rule));
  const agreed = cases.filter(({ id, aspect_only }) => !(id in DISAGREEMENTS) && !aspect_only);

  test("each of its rules is one of ours, and of a hundred cases we call three wrong at most", () => {
    expect(all.filter(({ rule }) => !ours.has(rule)).map(({ rule }) => rule)).toEqual([]);
    expect(all.filter(({ id }) => id in DISAGREEMENTS).length).toBeLessThanOrEqual(all.length * 0.03);
  });

  test("settings are ours", () => {
    for (const { id, rule, params } of cases)
      expect(packConfigProblems({ [rule]: { ...params } }, RULES), id).toEqual([]);
  });

  if (agreed.length > 0)
    test.each(agreed)("$expected: $rule, $id", (one) => {
      const resources = resourcesOf(corpus, one);
      expect(verdictOn(one, resources)).toBe(one.expected);
      expect(verdictOn(one, resources.toReversed()), "in another order").toBe(one.expected);
      for (const kind of CONTROLLERS)
        if (OF_PODS.includes(one.section) && !BY_KIND.includes(one.rule) && one.object?.kind === "Pod")
          expect(verdictOn(one, resources.map(inController(kind)), kind), `in a ${kind}`).toBe(one.expected);
    });

  test("nothing is called a disagreement that is none", () => {
    for (const one of cases.filter(({ id }) => id in DISAGREEMENTS))
      expect(verdictOn(one, resourcesOf(corpus, one)), one.id).not.toBe(one.expected);
  });
});

/** What is said of a pod is said of it in whatever makes it. */
const CONTROLLERS = ["Deployment", "DaemonSet", "CronJob"] as const;
const OF_PODS = ["pod-security", "images"];
/** Rules that judge a kind and not the pod in it. */
const BY_KIND = ["bare-pod-forbidden"];

function inController(kind: (typeof CONTROLLERS)[number]) {
  return (resource: Resource): Resource => {
    const { metadata, spec, kind: own } = resource.props;
    if (own !== "Pod") return resource;
    const template = { metadata, spec };
    const [group, body] =
      kind === "CronJob" ? ["batch", { jobTemplate: { spec: { template } } }] : ["apps", { template }];
    const props = { apiVersion: `${group}/v1`, kind, metadata, spec: body };
    return { ...resource, type: `kubernetes:${group}/v1:${kind}`, props };
  };
}

function verdictOn(one: Case, resources: readonly Resource[], controller?: string): "pass" | "fail" {
  const { rule, params = {}, object = {} } = one;
  const findings = evaluate(resources, { rules: RULES.filter(({ id }) => id === rule), params: { [rule]: params } });
  const [resourceKind, , ...resourceName] = object.resource?.split(".") ?? [];
  const kind = controller ?? object.kind ?? resourceKind;
  const name = object.name ?? (object.resource ? resourceName.join(".") : undefined);
  const judged = findings.filter(
    (finding) =>
      (object.type === undefined || finding.object.resource.type === object.type) &&
      (kind === undefined || finding.object.kind === kind) &&
      (name === undefined || finding.object.name === name) &&
      (!object.namespace || finding.object.namespace === object.namespace),
  );
  return judged.some(({ verdict }) => verdict !== "pass") ? "fail" : "pass";
}

function resourcesOf(corpus: string, { files }: Case): Resource[] {
  return files.flatMap((file) => resourcesIn(join(CORPORA, corpus, file)));
}

/** What a check reads of a file: manifests, or resources as Pulumi has them. */
function resourcesIn(file: string): readonly Resource[] {
  return read({ file, text: readFileSync(file, "utf8"), found: false }).resources;
}
