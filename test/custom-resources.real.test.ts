import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { loadAll } from "js-yaml";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { KubeObject } from "../rehearsal/plugins/kubernetes/object.ts";
import { type TestCluster, testCluster } from "../rehearsal/plugins/kubernetes/testing/cluster.ts";
import { StrictServer } from "./support/strict.ts";

const GOLDEN = join(import.meta.dirname, "golden");
/** Of what no rehearsal has the definitions: test/traffic-policy.real.test.ts brings them. */
const ELSEWHERE = "gateway.envoyproxy.io/";

let cluster: TestCluster;
let server: StrictServer;
/** Everything that any environment makes, each object once, in the namespace of this test. */
let objects: readonly KubeObject[];
/** Kinds that projects bring as CustomResourceDefinitions, as `group/Kind`. */
let brought: ReadonlySet<string>;

beforeAll(async () => {
  cluster = await testCluster();
  server = new StrictServer(cluster);
  objects = goldenObjects(await cluster.namespace()).filter(({ apiVersion }) => !apiVersion.startsWith(ELSEWHERE));
  const { items } = await cluster.api.list("apiextensions.k8s.io/v1", "CustomResourceDefinition");
  const definitions = items as unknown as { spec: { group: string; names: { kind: string } } }[];
  brought = new Set(definitions.map(({ spec }) => `${spec.group}/${spec.names.kind}`));
});
afterAll(async () => {
  server?.close();
  await cluster?.close();
});

test("the API server takes every custom resource of every environment, by the projects' own definitions", async () => {
  const custom = objects.filter((object) => brought.has(kindOf(object)));
  expect(new Set(custom.map(kindOf)).size).toBeGreaterThanOrEqual(10);
  expect(await server.refusals(custom)).toEqual([]);
});

test("and everything else that is made, by its own", async () => {
  const builtIn = objects.filter((object) => !brought.has(kindOf(object)));
  expect(new Set(builtIn.map(kindOf)).size).toBeGreaterThanOrEqual(15);
  expect(await server.refusals(builtIn)).toEqual([]);
});

test("a field that a definition does not have is refused, in every kind", async () => {
  const kinds = Map.groupBy(
    objects.filter(({ spec }) => spec !== undefined),
    kindOf,
  );
  expect(kinds.size).toBeGreaterThanOrEqual(15);
  for (const [kind, [object]] of kinds) {
    const typo = { ...object, spec: { ...(object?.spec as object), replicaz: 3 } } as unknown as KubeObject;
    expect(await server.refusals([typo]), kind).toEqual([
      expect.stringMatching(/\.spec\.replicaz: field not declared|unknown field "?spec\.replicaz/),
    ]);
  }
});

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
