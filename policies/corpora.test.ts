import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { load, loadAll } from "js-yaml";
import { describe, expect, test } from "vitest";
import { evaluate, fromManifest, packConfigProblems, type Resource, RULES } from "./index.ts";

// Cases that other checkers' own tests judge, when a copy of them lies beside the project: they are not ours to ship.
const CORPORA = join(import.meta.dirname, "../../shared/corpora");

interface Case {
  readonly id: string;
  readonly files: readonly string[];
  readonly rule: string;
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

  test("settings are ours", () => {
    for (const { id, rule, params } of cases)
      expect(packConfigProblems({ [rule]: { ...params } }, RULES), id).toEqual([]);
  });

  if (agreed.length > 0)
    test.each(agreed)("$expected: $rule, $id", (one) => expect(verdictOn(corpus, one)).toBe(one.expected));

  test("nothing is called a disagreement that is none", () => {
    for (const one of cases.filter(({ id }) => id in DISAGREEMENTS))
      expect(verdictOn(corpus, one), one.id).not.toBe(one.expected);
  });
});

function verdictOn(corpus: string, { files, rule, params = {}, object = {} }: Case): "pass" | "fail" {
  const resources = files.flatMap((file) => resourcesIn(join(CORPORA, corpus, file)));
  const findings = evaluate(resources, { rules: RULES.filter(({ id }) => id === rule), params: { [rule]: params } });
  const [resourceKind, , ...resourceName] = object.resource?.split(".") ?? [];
  const kind = object.kind ?? resourceKind;
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

/** Manifests, or an array of resources as Pulumi has them. */
function resourcesIn(file: string): Resource[] {
  const text = readFileSync(file, "utf8");
  if (file.endsWith(".json") && text.trimStart().startsWith("[")) return JSON.parse(text);
  return loadAll(text).flatMap((manifest) => (manifest ? fromManifest(manifest) : []));
}
