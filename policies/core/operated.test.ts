import { expect, test } from "vitest";
import { isOperated, OPERATED, operatedFields, placesOf } from "./operated.ts";
import { StackObject } from "./stack-object.ts";

function object(group: string, kind: string, spec: object): StackObject {
  const props = { apiVersion: `${group}/v1`, kind, metadata: { name: "a" }, spec };
  return new StackObject({ type: `kubernetes:${group}/v1:${kind}`, name: "a", props });
}

test("a kind of another group is nobody's", () => {
  expect(isOperated(object("postgresql.cnpg.io", "Cluster", {}))).toBe(true);
  expect(isOperated(object("cluster.x-k8s.io", "Cluster", {}))).toBe(false);
  expect(isOperated(object("postgresql.cnpg.io", "Backup", {}))).toBe(false);
  expect(isOperated(object("postgresql.cnpg.io", "constructor", {}))).toBe(false);
});

test("no place is a list in a list, which the cluster's expressions cannot read", () => {
  const places = Object.values(OPERATED).flatMap((operated) => Object.values(placesOf(operated)).flat());
  expect(places.length).toBeGreaterThan(60);
  for (const place of places) expect(place).toMatch(/^(spec|metadata)(\.\w+(\[\])?)*$/);
  for (const place of places) expect(place.split("[]").length).toBeLessThanOrEqual(2);
});

test("a template speaks of a pod, its containers, its volumes and its annotations", () => {
  const template = {
    metadata: { annotations: { a: "b" } },
    spec: {
      initContainers: [{ name: "first" }],
      containers: [{ name: "main" }, { name: "own" }],
      volumes: [{ name: "v" }],
    },
  };
  const told = object("rabbitmq.com", "RabbitmqCluster", {
    image: "a:1",
    override: { statefulSet: { spec: { template } } },
  });
  const at = "spec.override.statefulSet.spec.template";
  const paths = (part: Parameters<typeof operatedFields>[1]) => operatedFields(told, part).map(({ path }) => path);
  expect(paths("specs")).toEqual([`${at}.spec`]);
  expect(paths("annotations")).toEqual([`${at}.metadata.annotations`]);
  expect(paths("containers")).toEqual([
    `${at}.spec.initContainers[0]`,
    `${at}.spec.containers[0]`,
    `${at}.spec.containers[1]`,
  ]);
  expect(paths("volumes")).toEqual([`${at}.spec.volumes[0]`]);
  expect(paths("images")).toEqual(["spec.image", "spec.secretBackend.vault.defaultUserUpdaterImage"]);
});

test("each item of a list speaks of a pod of its own", () => {
  const solvers = [{ http01: { ingress: { podTemplate: { spec: { securityContext: {} } } } } }, { dns01: {} }];
  const told = object("cert-manager.io", "Issuer", { acme: { solvers } });
  const specs = operatedFields(told, "specs");
  expect(specs.filter((spec) => !spec.absent).map(({ path }) => path)).toEqual([
    "spec.acme.solvers[0].http01.ingress.podTemplate.spec",
  ]);
});
