import { isDeepStrictEqual } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Held } from "../policies/admission/held.ts";
import { admissionObjects } from "../policies/admission/policies.ts";
import { HELD } from "../policies/admission/table.ts";
import type { Rule } from "../policies/core/rule.ts";
import { type Fixture, fixturesOf, resourcesOf, verdictOn } from "../policies/testing/fixtures.ts";
import { ApiError } from "../rehearsal/plugins/kubernetes/client/error.ts";
import type { KubeObject } from "../rehearsal/plugins/kubernetes/object.ts";
import { eventually, type TestCluster, testCluster } from "../rehearsal/plugins/kubernetes/testing/cluster.ts";
import { NOT_SEEN, NO_OBJECT } from "./support/admission-differences.ts";
import { completed } from "./support/admission-fixtures.ts";

/** Only objects with this label meet the policies of this test: other tests work on the same API server. */
const LABEL = "admission-test";

/** One rule under one set of settings, as the API server is given it. */
interface Trial {
  readonly name: string;
  readonly rule: Rule;
  readonly params: Record<string, unknown>;
  readonly fixtures: Fixture[];
  readonly objects: KubeObject[];
}

const RULES_HELD = [...Map.groupBy(HELD, ({ rule }) => rule)];
const TRIALS = RULES_HELD.flatMap(([rule, held]) => trialsOf(rule, held));

let cluster: TestCluster;
let namespace: string;

beforeAll(async () => {
  cluster = await testCluster();
  namespace = await cluster.namespace();
  const objects = TRIALS.flatMap((trial) => trial.objects);
  const made = await Promise.allSettled(objects.map((object) => cluster.api.create(object as never, "test", false)));
  const refused = made.flatMap((one) => (one.status === "rejected" ? [String(one.reason)] : []));
  if (refused.length > 0) throw new Error(refused.join("\n"));
  await Promise.all(objects.filter(isPolicy).map((object) => eventually(() => read(object), isChecked, 60_000)));
}, 180_000);
afterAll(async () => {
  for (const { kind, apiVersion, metadata } of TRIALS.flatMap((trial) => trial.objects))
    await cluster.api.delete({ apiVersion, kind, name: metadata.name }, "Background").catch(() => {});
  await cluster?.close();
});

test("the API server's own check of their types has nothing against any expression", async () => {
  const policies = await Promise.all(TRIALS.flatMap(({ objects }) => objects.filter(isPolicy)).map(read));
  expect(policies.length).toBeGreaterThan(RULES_HELD.length);
  expect(policies.flatMap(({ status }) => (status as Status).typeChecking?.expressionWarnings ?? [])).toEqual([]);
});

describe.each(TRIALS)("$name", (trial) => {
  const judged = trial.fixtures.filter(({ verdict }) => verdict === "pass" || verdict === "fail");

  test.each(judged)("$verdict: $name", async (fixture) => {
    const [resource] = resourcesOf(fixture);
    if (!resource) throw new Error("a fixture has an object");
    const object = completed(resource.props, namespace, { [LABEL]: trial.name });
    const said = await refusalOf(object);
    if (NO_OBJECT[trial.rule.id]?.[fixture.name] !== undefined) {
      expect(said, "the API server's own refusal").toBeDefined();
      expect(said).not.toContain("ValidatingAdmissionPolicy");
      return;
    }
    const otherwise = NOT_SEEN[trial.rule.id]?.[fixture.name] !== undefined;
    expect(verdictOn(trial.rule, [{ ...resource, props: object as never }], fixture.params).verdict).toBe(fixture.verdict);
    if ((fixture.verdict === "pass") !== otherwise) expect(said).toBeUndefined();
    else expect(said).toContain(`denied request: ${trial.rule.id}: `);
  });
});

function trialsOf(rule: Rule, held: Held[]): Trial[] {
  const fixtures = fixturesOf(rule);
  const settings: Record<string, unknown>[] = [];
  for (const { params = {} } of fixtures)
    if (!settings.some((one) => isDeepStrictEqual(one, params))) settings.push(params);
  return settings.flatMap((params, at) => {
    const name = `${rule.id}-${at}`;
    const config = { [rule.id]: { enforcementLevel: "mandatory" as const, ...params } };
    const objects = admissionObjects(held, { config }).map((object) => onlyFor(name, object as unknown as KubeObject));
    if (objects.length === 0) return [];
    const own = fixtures.filter((fixture) => isDeepStrictEqual(fixture.params ?? {}, params));
    return [{ name, rule, params, fixtures: own, objects }];
  });
}

function onlyFor(trial: string, object: KubeObject): KubeObject {
  const name = `${object.metadata.name}-${trial}`;
  const spec = object.spec as Record<string, unknown>;
  const matchResources = { objectSelector: { matchLabels: { [LABEL]: trial } } };
  return {
    ...object,
    metadata: { ...object.metadata, name },
    spec: isPolicy(object) ? spec : { ...spec, policyName: name, matchResources },
  } as unknown as KubeObject;
}

async function refusalOf(object: KubeObject): Promise<string | undefined> {
  try {
    await cluster.api.create(object as never, "test", true);
    return undefined;
  } catch (error) {
    if (error instanceof ApiError) return error.message;
    return String(error);
  }
}

interface Status {
  readonly observedGeneration?: number;
  readonly typeChecking?: { readonly expressionWarnings?: unknown[] };
}

function isPolicy({ kind }: { kind: string }): boolean {
  return kind === "ValidatingAdmissionPolicy";
}

function isChecked({ status }: KubeObject): boolean {
  return (status as Status | undefined)?.typeChecking !== undefined;
}

async function read({ apiVersion, kind, metadata }: KubeObject): Promise<KubeObject> {
  const found = await cluster.api.get({ apiVersion, kind, name: metadata.name });
  if (!found) throw new Error(`${metadata.name} is gone`);
  return found;
}
