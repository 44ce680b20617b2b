import { afterAll, beforeAll, expect, test } from "vitest";
import { Namespace } from "../components/cluster/index.ts";
import { Discovery } from "../components/discovery/index.ts";
import { Issuer } from "../components/edge/index.ts";
import type { KubeObject } from "../rehearsal/plugins/kubernetes/object.ts";
import { eventually, type TestCluster, testCluster } from "../rehearsal/plugins/kubernetes/testing/cluster.ts";
import { objectsOf } from "./support/component-objects.ts";

const NAMESPACE = `discovery-${process.pid}`;
const NAME = `consul-${process.pid}`;
const SYNC = `${NAME}-catalog-sync`;
const quota = { cpu: "20", memory: "20Gi", pods: 50, storage: "100Gi" } as const;

const program = () => {
  const namespace = new Namespace(NAMESPACE, { quota });
  const issuer = new Issuer("internal", { authority: "private" });
  new Discovery("names", { namespace }).outside("legacy-billing", {
    port: 8443,
    addresses: ["10.20.0.4", "10.20.0.5"],
  });
  new Discovery(NAME, {
    kind: "consul",
    namespace,
    issuer,
    zones: ["local-a", "local-b", "local-c"],
    agents: ["10.20.0.0/16"],
    catalogSync: { namespaces: ["shop"] },
  });
};

let cluster: TestCluster;
let objects: readonly KubeObject[];
const by = { manager: "discovery", force: true };
const isOwn = ({ kind, metadata }: KubeObject) => metadata.namespace === NAMESPACE || kind.startsWith("ClusterRole");

beforeAll(async () => {
  cluster = await testCluster();
  objects = (await objectsOf(program)) as KubeObject[];
  const namespaces = objects.filter(({ kind, metadata }) => kind === "Namespace" && metadata.name === NAMESPACE);
  for (const object of namespaces) await cluster.api.apply(object, { ...by, dryRun: false });
});
afterAll(async () => {
  for (const kind of ["ClusterRoleBinding", "ClusterRole"])
    await cluster?.api
      .delete({ apiVersion: "rbac.authorization.k8s.io/v1", kind, name: `${NAMESPACE}-${SYNC}` }, "Background")
      .catch(() => {});
  await cluster?.api.delete({ apiVersion: "v1", kind: "Namespace", name: NAMESPACE }, "Background").catch(() => {});
  await cluster?.close();
});

test("the API server takes every object", async () => {
  const own = objects.filter(isOwn);
  expect(own.length).toBeGreaterThan(30);
  const refused: string[] = [];
  for (const object of own)
    await cluster.api
      .apply(object, { ...by, dryRun: true }, (warning) =>
        refused.push(`${object.kind} ${object.metadata.name}: ${warning}`),
      )
      .catch((error: Error) => refused.push(`${object.kind} ${object.metadata.name}: ${error.message}`));
  expect(refused).toEqual([]);
});

test("the sync may read services and where they are, and nothing else", async () => {
  for (const object of objects.filter(({ kind }) => kind.startsWith("ClusterRole")))
    await cluster.api.apply(object, { ...by, dryRun: false });
  const may = async (verb: string, group: string, resource: string) => {
    const review = {
      apiVersion: "authorization.k8s.io/v1",
      kind: "SubjectAccessReview",
      metadata: {},
      spec: {
        user: `system:serviceaccount:${NAMESPACE}:${SYNC}`,
        groups: ["system:serviceaccounts", "system:authenticated"],
        resourceAttributes: { namespace: "shop", verb, group, resource },
      },
    };
    const { status } = (await cluster.api.create(review, "discovery", false)) as { status?: { allowed?: boolean } };
    return status?.allowed === true;
  };
  await eventually(
    () => may("watch", "", "services"),
    (allowed) => allowed,
  );
  const read = [
    ["", "services"],
    ["", "endpoints"],
    ["discovery.k8s.io", "endpointslices"],
  ] as const;
  for (const [group, resource] of read) {
    for (const verb of ["get", "list", "watch"])
      expect(await may(verb, group, resource), `${verb} ${resource}`).toBe(true);
    for (const verb of ["create", "update", "patch", "delete"])
      expect(await may(verb, group, resource), `${verb} ${resource}`).toBe(false);
  }
  for (const resource of ["secrets", "configmaps", "pods", "serviceaccounts"])
    expect(await may("list", "", resource), resource).toBe(false);
});

test("what stands outside has its addresses under its name, and they stay", async () => {
  const outside = objects.filter(({ metadata }) => metadata.name === "legacy-billing");
  expect(outside.map(({ kind }) => kind).sort()).toEqual(["EndpointSlice", "Service"]);
  for (const object of outside) await cluster.api.apply(object, { ...by, dryRun: false });
  const addresses = async () => {
    const { items } = await cluster.api.list("discovery.k8s.io/v1", "EndpointSlice", NAMESPACE);
    return items
      .filter(
        ({ metadata }) =>
          (metadata.labels as Record<string, string> | undefined)?.["kubernetes.io/service-name"] === "legacy-billing",
      )
      .flatMap((slice) => (slice.endpoints as { addresses: string[] }[]).flatMap((one) => one.addresses));
  };
  await eventually(addresses, (all) => all.length === 2);
  // Longer than a controller of the cluster takes to look at a slice that it takes for its own.
  await new Promise((wait) => setTimeout(wait, 3_000));
  expect(await addresses()).toEqual(["10.20.0.4", "10.20.0.5"]);
});
