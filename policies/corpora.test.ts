import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { loadAll } from "js-yaml";
import { describe, expect, test } from "vitest";
import { evaluate, fromManifest, RULES } from "./index.ts";

// Cases that other checkers' own tests judge, when a copy of them lies beside the project: they are not ours to ship.
const CORPORA = join(import.meta.dirname, "../../shared/corpora");

interface Case {
  readonly id: string;
  readonly files: readonly string[];
  readonly rule: string;
  readonly params?: Record<string, unknown>;
  readonly object?: { kind?: string; name?: string; namespace?: string | null; resource?: string };
  readonly expected: "pass" | "fail";
}

/** Verdicts of others that we hold to be wrong. */
const DISAGREEMENTS: Readonly<Record<string, string>> = {
  "polaris/automountServiceAccountToken/success.serviceaccount":
    "the ServiceAccount turns the token off, the pod says nothing: whoever changes the account hands the pod a token",
};

/** Settings of others that ours do not have: their cases say nothing of our rules. */
const FOREIGN_SETTINGS = [
  ...["sa", "anyKind", "anyReplicas", "_req", "alsoRequests", "alsoRequestsOf", "max"],
  ...["allowHttpFalse", "alsoLiveness", "onlyServed", "anyContainer"],
];

const corpora = existsSync(CORPORA)
  ? readdirSync(CORPORA).filter((name) => existsSync(join(CORPORA, name, "index.json")))
  : [];
const ours = new Map(RULES.map((rule) => [rule.id, rule]));

test.skipIf(!existsSync(CORPORA))("the outside cases lie beside the project (skipped: they do not)", () =>
  expect(corpora.length).toBeGreaterThan(5),
);

describe.each(corpora)("%s", (corpus) => {
  const index = JSON.parse(readFileSync(join(CORPORA, corpus, "index.json"), "utf8"));
  const cases = ((index.cases ?? index) as Case[]).filter(({ rule }) => ours.has(rule));
  const settings = ({ params = {} }: Case) => Object.keys(params);

  test("settings are ours, or known not to be", () => {
    const foreign = cases.flatMap((one) =>
      settings(one).filter((name) => !(name in (ours.get(one.rule)?.params ?? {}))),
    );
    expect(foreign.filter((name) => !FOREIGN_SETTINGS.includes(name))).toEqual([]);
  });

  const comparable = cases.filter((one) => !settings(one).some((name) => FOREIGN_SETTINGS.includes(name)));
  const agreed = comparable.filter(({ id }) => !(id in DISAGREEMENTS));

  test.each(agreed)("$expected: $rule, $id", (one) => expect(verdictOn(corpus, one)).toBe(one.expected));

  test("nothing is called a disagreement that is none", () => {
    for (const one of comparable.filter(({ id }) => id in DISAGREEMENTS))
      expect(verdictOn(corpus, one)).not.toBe(one.expected);
  });
});

function verdictOn(corpus: string, { files, rule, params = {}, object }: Case): "pass" | "fail" {
  const texts = files.map((file) => readFileSync(join(CORPORA, corpus, file), "utf8"));
  const resources = texts
    .flatMap((text) => loadAll(text))
    .flatMap((manifest) => (manifest ? fromManifest(manifest) : []));
  const findings = evaluate(resources, { rules: RULES.filter(({ id }) => id === rule), params: { [rule]: params } });
  const [resourceKind, , ...resourceName] = object?.resource?.split(".") ?? [];
  const kind = object?.kind ?? resourceKind;
  const name = object?.name ?? (object?.resource ? resourceName.join(".") : undefined);
  const judged = findings.filter(
    (finding) =>
      (kind === undefined || finding.object.kind === kind) &&
      (name === undefined || finding.object.name === name) &&
      (!object?.namespace || finding.object.namespace === object.namespace),
  );
  return judged.some(({ verdict }) => verdict !== "pass") ? "fail" : "pass";
}
