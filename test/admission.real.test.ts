import { isDeepStrictEqual } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Held } from "../policies/admission/held.ts";
import { admissionObjects } from "../policies/admission/policies.ts";
import { HELD } from "../policies/admission/table.ts";
import { CLUSTERS_OWN } from "../policies/admission/trusted.ts";
import type { Resource } from "../policies/core/resource.ts";
import type { Rule } from "../policies/core/rule.ts";
import { type Fixture, fixturesOf, resourcesOf, verdictOn } from "../policies/testing/fixtures.ts";
import { ApiError } from "../rehearsal/plugins/kubernetes/client/error.ts";
import type { KubeObject } from "../rehearsal/plugins/kubernetes/object.ts";
import { eventually, type TestCluster, testCluster } from "../rehearsal/plugins/kubernetes/testing/cluster.ts";
import { NO_OBJECT, NOT_SEEN } from "./support/admission-differences.ts";
import { completed } from "./support/admission-fixtures.ts";
import { isPolicy, ADMISSION_LABEL as LABEL, onlyFor } from "./support/admission-policies.ts";
import { imagesUnread } from "./support/crd-images.ts";

const EXEMPTION = {
  rule: "resource-limits-required",
  owner: "team-shop",
  reason: "limits are being measured",
  ticket: "SHOP-1",
  approver: "team-platform",
};

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

/** One rule with the ways around it. */
const WAYS_AROUND = {
  name: "ways-around",
  objects: admissionObjects(
    HELD.filter(({ rule }) => rule.id === "resource-limits-required"),
    {
      config: { "resource-limits-required": { enforcementLevel: "mandatory" } },
      trust: CLUSTERS_OWN,
      today: new Date("2026-11-30"),
      exemptions: [
        { ...EXEMPTION, resource: "Deployment */exempted-*", expires: "2026-11-30" },
        { ...EXEMPTION, resource: "Deployment */ended", expires: "2026-11-29" },
      ],
    },
  ).map((object) => onlyFor("ways-around", object as unknown as KubeObject)),
};

/** Refuses one ConfigMap: once it does, every policy before it is at work. */
const LAST = [
  {
    apiVersion: "admissionregistration.k8s.io/v1",
    kind: "ValidatingAdmissionPolicy",
    metadata: { name: "admission-test-last" },
    spec: {
      matchConstraints: {
        resourceRules: [{ apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["configmaps"] }],
      },
      validations: [{ expression: "false" }],
    },
  },
  {
    apiVersion: "admissionregistration.k8s.io/v1",
    kind: "ValidatingAdmissionPolicyBinding",
    metadata: { name: "admission-test-last" },
    spec: {
      policyName: "admission-test-last",
      validationActions: ["Deny"],
      matchResources: { objectSelector: { matchLabels: { [LABEL]: "last" } } },
    },
  },
];

let cluster: TestCluster;
let namespace: string;

beforeAll(async () => {
  cluster = await testCluster();
  namespace = await cluster.namespace();
  const objects = [...TRIALS, WAYS_AROUND].flatMap((trial) => trial.objects);
  const made = await Promise.allSettled(objects.map((object) => cluster.api.create(object as never, "test", false)));
  const refused = made.flatMap((one) => (one.status === "rejected" ? [String(one.reason)] : []));
  if (refused.length > 0) throw new Error(refused.join("\n"));
  await Promise.all(objects.filter(isPolicy).map((object) => eventually(() => read(object), isChecked, 60_000)));
  // Policies are taken up in the order in which they came.
  for (const object of LAST) await cluster.api.create(object as never, "test", false);
  const asked = {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "a", namespace, labels: { [LABEL]: "last" } },
  };
  await eventually(
    () => refusalOf(asked as never),
    (said) => said !== undefined,
    60_000,
  );
}, 180_000);
afterAll(async () => {
  for (const { kind, apiVersion, metadata } of [...[...TRIALS, WAYS_AROUND].flatMap((trial) => trial.objects), ...LAST])
    await cluster.api.delete({ apiVersion, kind, name: metadata.name }, "Background").catch(() => {});
  await cluster?.close();
});

test("the API server's own check of their types has nothing against any expression", async () => {
  const policies = await Promise.all(TRIALS.flatMap(({ objects }) => objects.filter(isPolicy)).map(read));
  expect(policies.length).toBeGreaterThan(RULES_HELD.length);
  expect(policies.flatMap(({ status }) => (status as Status).typeChecking?.expressionWarnings ?? [])).toEqual([]);
});

test("no image that the pinned operators' kinds can name is one that no rule reads", () => {
  const { unread, kinds } = imagesUnread(JSON.parse(process.env.PLUMBLINE_TEST_CRDS ?? "[]"));
  expect(kinds).toEqual(expect.arrayContaining(["Prometheus", "Alertmanager", "Cluster", "Pooler", "RabbitmqCluster"]));
  expect(unread).toEqual([]);
});

test("who opts out with a reason, who is exempted today, and what the cluster's own controllers make is let through", async () => {
  const deployment = (name: string, reason?: string) => ({
    type: "kubernetes:apps/v1:Deployment",
    name,
    props: {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name, annotations: reason === undefined ? {} : { "plumbline.dev/opt-out.limits": reason } },
    },
  });
  const said = async (resource: Resource) =>
    (await refusalOf(completed(resource, namespace, { [LABEL]: WAYS_AROUND.name }))) ?? "allowed";
  expect(await said(deployment("a"))).toContain("denied request: resource-limits-required: ");
  expect(await said(deployment("a", "measured, and small"))).toBe("allowed");
  expect(await said(deployment("a", "  small  "))).toContain("denied request: ");
  expect(await said(deployment("exempted-orders"))).toBe("allowed");
  expect(await said(deployment("ended"))).toContain("denied request: ");
  const made = completed(deployment("exempted-a"), namespace, { [LABEL]: WAYS_AROUND.name });
  Object.assign((made as unknown as Made).spec.template.metadata.labels, { [LABEL]: WAYS_AROUND.name });
  await cluster.api.create(made as never, "test", false);
  const pods = () => cluster.api.list("v1", "Pod", namespace, { labelSelector: `${LABEL}=${WAYS_AROUND.name}` });
  expect((await eventually(pods, ({ items }) => items.length > 0)).items).toHaveLength(1);
});

test("what is known to differ names fixtures that there are", () => {
  for (const [id, reasons] of [...Object.entries(NO_OBJECT), ...Object.entries(NOT_SEEN)]) {
    const fixtures = TRIALS.filter(({ rule }) => rule.id === id).flatMap((trial) => trial.fixtures);
    expect(fixtures.map(({ name }) => name)).toEqual(expect.arrayContaining(Object.keys(reasons)));
  }
});

describe.each(TRIALS)("$name", (trial) => {
  const judged = trial.fixtures.filter(({ verdict }) => verdict === "pass" || verdict === "fail");

  test.each(judged)("$verdict: $name", async (fixture) => {
    const object = requested(trial, fixture);
    const said = await refusalOf(object);
    if (NO_OBJECT[trial.rule.id]?.[fixture.name] !== undefined) {
      expect(said, "the API server's own refusal").toBeDefined();
      expect(said).not.toContain("ValidatingAdmissionPolicy");
      return;
    }
    const otherwise = NOT_SEEN[trial.rule.id]?.[fixture.name] !== undefined;
    if (!otherwise)
      expect(verdictOf(trial, fixture, object), "what the rule says of the object that is sent").toBe(fixture.verdict);
    if ((fixture.verdict === "pass") !== otherwise) expect(said, said).toBeUndefined();
    else expect(said ?? "allowed", said).toContain(`denied request: ${trial.rule.id}: `);
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
    const objects = admissionObjects(held, { config, trust: CLUSTERS_OWN }).map((object) =>
      onlyFor(name, object as unknown as KubeObject),
    );
    if (objects.length === 0) return [];
    const own = fixtures.filter((fixture) => isDeepStrictEqual(fixture.params ?? {}, params));
    return [{ name, rule, params, fixtures: own, objects }];
  });
}

/** The object of a fixture as it is sent; without the debug containers of a pod, which come later, where the rest says the same. */
function requested(trial: Trial, fixture: Fixture): KubeObject {
  const [resource] = resourcesOf(fixture);
  if (!resource) throw new Error("a fixture has an object");
  const object = completed(resource, namespace, { [LABEL]: trial.name });
  const { ephemeralContainers: _, ...spec } = (object.spec ?? {}) as Record<string, unknown>;
  const without = { ...object, spec } as unknown as KubeObject;
  return verdictOf(trial, fixture, without) === fixture.verdict
    ? ({ ...object, ...(object.spec && { spec }) } as never)
    : object;
}

function verdictOf(trial: Trial, fixture: Fixture, object: KubeObject): string {
  const [first, ...others] = resourcesOf(fixture);
  return verdictOn(trial.rule, [{ ...first, props: object } as never, ...others], fixture.params).verdict;
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

interface Made {
  readonly spec: { readonly template: { readonly metadata: { readonly labels: Record<string, string> } } };
}

interface Status {
  readonly observedGeneration?: number;
  readonly typeChecking?: { readonly expressionWarnings?: unknown[] };
}

function isChecked({ status }: KubeObject): boolean {
  return (status as Status | undefined)?.typeChecking !== undefined;
}

async function read({ apiVersion, kind, metadata }: KubeObject): Promise<KubeObject> {
  const found = await cluster.api.get({ apiVersion, kind, name: metadata.name });
  if (!found) throw new Error(`${metadata.name} is gone`);
  return found;
}
