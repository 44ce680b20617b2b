import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { loadAll } from "js-yaml";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Transport } from "../rehearsal/plugins/kubernetes/client/transport.ts";
import { connect } from "../rehearsal/plugins/kubernetes/kubeconfig/connect.ts";
import { selectContext } from "../rehearsal/plugins/kubernetes/kubeconfig/kubeconfig.ts";
import { loadKubeconfig } from "../rehearsal/plugins/kubernetes/kubeconfig/load.ts";
import type { KubeObject } from "../rehearsal/plugins/kubernetes/object.ts";
import { type TestCluster, testCluster } from "../rehearsal/plugins/kubernetes/testing/cluster.ts";

const GOLDEN = join(import.meta.dirname, "golden");
/** The API server judges the object whole, keeps nothing, and refuses a field that the kind's definition does not have. */
const STRICT = "fieldManager=strictness&force=true&dryRun=All&fieldValidation=Strict";

let cluster: TestCluster;
let transport: Transport;
/** Everything that any environment makes, each object once, in the namespace of this test. */
let objects: readonly KubeObject[];
/** Kinds that projects bring as CustomResourceDefinitions, as `group/Kind`. */
let brought: ReadonlySet<string>;

beforeAll(async () => {
  cluster = await testCluster();
  const { config, source } = loadKubeconfig(cluster.kubeconfig);
  transport = new Transport(connect(selectContext(config, {}, source)), 60_000);
  objects = goldenObjects(await cluster.namespace());
  const { items } = await cluster.api.list("apiextensions.k8s.io/v1", "CustomResourceDefinition");
  const definitions = items as unknown as { spec: { group: string; names: { kind: string } } }[];
  brought = new Set(definitions.map(({ spec }) => `${spec.group}/${spec.names.kind}`));
});
afterAll(async () => {
  transport?.close();
  await cluster?.close();
});

test("the API server takes every custom resource of every environment, by the projects' own definitions", async () => {
  const custom = objects.filter((object) => brought.has(kindOf(object)));
  expect(new Set(custom.map(kindOf)).size).toBeGreaterThanOrEqual(10);
  expect(await refusals(custom)).toEqual([]);
});

test("and everything else that is made, by its own", async () => {
  const builtIn = objects.filter((object) => !brought.has(kindOf(object)));
  expect(new Set(builtIn.map(kindOf)).size).toBeGreaterThanOrEqual(15);
  expect(await refusals(builtIn)).toEqual([]);
});

test("a field that a definition does not have is refused, in every kind", async () => {
  const kinds = Map.groupBy(
    objects.filter(({ spec }) => spec !== undefined),
    kindOf,
  );
  expect(kinds.size).toBeGreaterThanOrEqual(15);
  for (const [kind, [object]] of kinds) {
    const typo = { ...object, spec: { ...(object?.spec as object), replicaz: 3 } } as unknown as KubeObject;
    expect(await refusals([typo]), kind).toEqual([
      expect.stringMatching(/\.spec\.replicaz: field not declared|unknown field "?spec\.replicaz/),
    ]);
  }
});

/** What the API server says against objects, each with its kind and name. */
async function refusals(all: readonly KubeObject[]): Promise<string[]> {
  const said = await Promise.all(all.map(refusal));
  return said.flatMap((one) => one ?? []);
}

async function refusal(object: KubeObject): Promise<string | undefined> {
  const { apiVersion, kind, metadata } = object;
  const path = await cluster.api.collectionPath(apiVersion, kind, metadata.namespace);
  const { status, body } = await transport.request({
    method: "PATCH",
    path: `${path}/${metadata.name}?${STRICT}`,
    contentType: "application/apply-patch+yaml",
    body: JSON.stringify(object),
  });
  if (status < 300) return undefined;
  return `${kind} ${metadata.name}: ${(JSON.parse(body) as { message: string }).message}`;
}

function kindOf({ apiVersion, kind }: KubeObject): string {
  return `${apiVersion.split("/")[0]}/${kind}`;
}

/** What is secret stands in a golden file as one text. In its place comes what a Secret must have at least. */
function goldenObjects(namespace: string): KubeObject[] {
  const files = readdirSync(GOLDEN).filter((file) => file.endsWith(".yaml"));
  const documents = files.flatMap((file) => loadAll(readFileSync(join(GOLDEN, file), "utf8")) as { inputs?: object }[]);
  const made = documents.flatMap(({ inputs }) => (isObject(inputs) ? [inputs] : []));
  const distinct = new Map(made.map((object) => [JSON.stringify(object), object]));
  return [...distinct.values()].map((object) => ({
    ...object,
    ...(object.data === "<secret>" && { data: { password: "c2VjcmV0" } }),
    ...(object.stringData === "<secret>" && { stringData: { username: "nobody", password: "secret" } }),
    metadata: { ...object.metadata, ...(object.metadata.namespace && { namespace }) },
  }));
}

function isObject(inputs: object | undefined): inputs is KubeObject {
  return inputs !== undefined && ["apiVersion", "kind", "metadata"].every((field) => field in inputs);
}
