import { afterAll, beforeAll, expect, test } from "vitest";
import { Namespace } from "../../components/cluster/index.ts";
import { TRIVY_OPERATOR } from "../../components/cluster/operators/index.ts";
import { ENVIRONMENTS, evaluate, packConfig, RULES } from "../../policies/index.ts";
import type { KubeObject } from "../../rehearsal/plugins/kubernetes/object.ts";
import { type TestCluster, testCluster } from "../../rehearsal/plugins/kubernetes/testing/cluster.ts";
import { objectsOf } from "../support/component-objects.ts";
import { StrictServer } from "../support/strict.ts";
import { type OperatorModule, operatorModule } from "./programs.ts";

let cluster: TestCluster;
let module: OperatorModule;
/** What a `Cluster` makes around it. */
let ours: readonly KubeObject[];

beforeAll(async () => {
  module = await operatorModule();
  const { namespace, openPorts } = TRIVY_OPERATOR;
  const quota = { cpu: "2", memory: "4Gi", pods: 12 } as const;
  ours = (await objectsOf(() => void new Namespace(namespace, { quota, openPorts }))) as KubeObject[];
  cluster = await testCluster();
});
afterAll(() => cluster?.close());

test("what its chart makes is taken by the API server, and gives no right to everything and to no Secret of others", async () => {
  const server = new StrictServer(cluster);
  // Its own kinds are taken where its definitions are: operator.real.test.ts.
  const standard = module.objects.filter(({ apiVersion }) => !apiVersion.startsWith("aquasecurity.github.io/"));
  const namespace = await cluster.namespace();
  const there = ({ metadata, ...object }: KubeObject) =>
    ({ ...object, metadata: { ...metadata, ...(metadata.namespace && { namespace }) } }) as KubeObject;
  expect(standard.length).toBeGreaterThan(12);
  expect(await server.refusals([...standard, ...module.definitions].map(there))).toEqual([]);
  server.close();
  const rules = module.objects
    .filter(({ kind }) => kind === "ClusterRole")
    .flatMap(({ metadata, rules: own }) =>
      (own as unknown as { apiGroups: string[]; resources: string[]; verbs: string[] }[]).map((rule) => ({
        ...rule,
        of: metadata.name,
      })),
    );
  expect(rules.length).toBeGreaterThan(10);
  expect(JSON.stringify(rules)).not.toContain('"*"');
  const over = (resource: string) =>
    rules.filter(({ resources }) => resources.includes(resource)).map(({ verbs }) => verbs);
  for (const resource of ["secrets", "serviceaccounts", "nodes/proxy", "pods/exec"]) expect(over(resource)).toEqual([]);
  expect(over("jobs").flat().sort()).toEqual(["create", "delete", "get", "list", "watch"]);
});

test("the rules that would stop production hold of what its chart makes", () => {
  const config = packConfig(ENVIRONMENTS.production, RULES);
  const params = Object.fromEntries(Object.entries(config).map(([id, { enforcementLevel: _, ...own }]) => [id, own]));
  const type = ({ apiVersion, kind }: KubeObject) =>
    `kubernetes:${apiVersion.includes("/") ? apiVersion : `core/${apiVersion}`}:${kind}`;
  const judged = evaluate(
    [...ours, ...module.objects].map((object) => ({ type: type(object), name: object.metadata.name, props: object })),
    { rules: RULES.filter(({ id }) => config[id]?.enforcementLevel !== "advisory"), params },
  );
  // Of a namespace as such, whoever runs in it, other tests tell.
  const broken = judged.filter(({ verdict, object }) => verdict === "fail" && object.kind !== "Namespace");
  expect(judged.length).toBeGreaterThan(100);
  expect(broken.map(({ rule, object }) => `${rule.id}: ${object.label}`)).toEqual([]);
});
