import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { loadAll } from "js-yaml";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { cacheDirectory } from "../../rehearsal/index.ts";
import { missingPrograms } from "../../rehearsal/nodes/machine.ts";
import type { KubeObject } from "../../rehearsal/plugins/kubernetes/object.ts";
import { eventually, type TestCluster, testCluster } from "../../rehearsal/plugins/kubernetes/testing/cluster.ts";
import { toolsDirectory } from "../../rehearsal/toolchain/cache.ts";
import { findJava } from "../../rehearsal/toolchain/java.ts";
import { STRIMZI_JAVA, strimziDefinitions } from "../../rehearsal/toolchain/strimzi-crds.ts";
import { objectsOf } from "../support/component-objects.ts";
import { StrictServer } from "../support/strict.ts";
import { strimziShop } from "./shop.ts";

const java = await findJava(STRIMZI_JAVA);
const [missing = java === undefined ? `Java ${STRIMZI_JAVA}` : undefined] = missingPrograms(["mvn"], process.env);
const CRD = { apiVersion: "apiextensions.k8s.io/v1", kind: "CustomResourceDefinition" };

describe.skipIf(missing)(`Strimzi's own definitions${missing ? ` (skipped: there is no ${missing})` : ""}`, () => {
  let cluster: TestCluster;
  let server: StrictServer;
  let definitions: readonly KubeObject[];
  let objects: readonly KubeObject[];

  beforeAll(async () => {
    cluster = await testCluster();
    server = new StrictServer(cluster);
    const folder = await strimziDefinitions({ toolsDir: toolsDirectory(cacheDirectory()) });
    const files = readdirSync(folder).filter((file) => file.endsWith(".yaml"));
    definitions = files.flatMap((file) => loadAll(readFileSync(join(folder, file), "utf8")) as KubeObject[]);
    for (const definition of definitions) await cluster.api.create(definition, "test", false);
    for (const { metadata } of definitions)
      await eventually(
        () => cluster.api.get({ ...CRD, name: metadata.name }),
        ({ status }) => JSON.stringify(status ?? {}).includes('"type":"Established"'),
      );
    const namespace = await cluster.namespace();
    const made = (await objectsOf(() => strimziShop())) as KubeObject[];
    objects = made
      .filter(({ apiVersion }) => apiVersion.startsWith("kafka.strimzi.io/"))
      .map((object) => ({ ...object, metadata: { ...object.metadata, namespace } }));
  });
  afterAll(async () => {
    for (const { metadata } of definitions ?? [])
      await cluster.api.delete({ ...CRD, name: metadata.name }, "Background").catch(() => {});
    server?.close();
    await cluster?.close();
  });

  test("the API server takes everything that is written for Strimzi, every kind of it", async () => {
    expect(Object.groupBy(objects, ({ kind }) => kind)).toEqual({
      Kafka: expect.objectContaining({ length: 2 }),
      KafkaNodePool: expect.objectContaining({ length: 3 }),
      KafkaTopic: expect.objectContaining({ length: 5 }),
      KafkaUser: expect.objectContaining({ length: 4 }),
    });
    expect(await server.refusals(objects)).toEqual([]);
  });

  test("and refuses a field that a definition does not have, and a word that it does not know", async () => {
    for (const [kind, [object]] of Map.groupBy(objects, ({ kind }) => kind)) {
      const typo = { ...object, spec: { ...(object?.spec as object), replicaz: 3 } } as unknown as KubeObject;
      expect(await server.refusals([typo]), kind).toEqual([expect.stringMatching(/replicaz/)]);
    }
    const user = objects.find(({ kind }) => kind === "KafkaUser") as KubeObject;
    const { authentication } = user.spec as { authentication: object };
    const wrong = { ...user, spec: { authentication: { ...authentication, type: "scram-sha-256" } } };
    expect(await server.refusals([wrong])).toEqual([expect.stringMatching(/Unsupported value: "scram-sha-256"/)]);
  });
});
