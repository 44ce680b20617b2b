import { describe, expect, it } from "vitest";
import { formatPath, type PropertyMap, Secret, UNKNOWN } from "../rpc/index.ts";
import { diffInputs } from "./diff.ts";
import { replacePatterns } from "./immutable.ts";

const FIXED = { configMapMutable: false, secretMutable: false };

function told(kind: string, apiVersion: string, olds: PropertyMap, news: PropertyMap, isPatch = false): string[] {
  const patterns = replacePatterns({ apiVersion, kind, immutable: false }, isPatch, FIXED);
  return diffInputs(olds, news, patterns).map(
    ({ path, kind: change, replace }) => `${change}${replace ? "-replace" : ""} ${formatPath(path)}`,
  );
}

describe("diffInputs", () => {
  it("compares lists place by place, and takes null for nothing", () => {
    const olds = { spec: { list: ["a", "b", "c"], gone: "x", empty: null } };
    const news = { spec: { list: ["a", "z"], added: {}, empty: null } };
    expect(told("Thing", "x.io/v1", olds, news)).toEqual([
      "update spec.list[1]",
      "delete spec.list[2]",
      "delete spec.gone",
      "add spec.added",
    ]);
  });

  it("counts what is not known as changed, and a secret mark as no change", () => {
    expect(told("Thing", "x.io/v1", { spec: { a: "1" } }, { spec: { a: UNKNOWN } })).toEqual(["update spec.a"]);
    expect(told("Thing", "x.io/v1", { spec: new Secret({ a: "1" }) }, { spec: { a: new Secret("1") } })).toEqual([]);
  });

  it("leaves the provider's own properties out", () => {
    expect(told("Thing", "x.io/v1", { __fieldManager: "a" }, { __fieldManager: "b" })).toEqual([]);
  });
});

describe("what replaces", () => {
  it.each<[string, string, PropertyMap, PropertyMap, string[]]>([
    [
      "Deployment",
      "apps/v1",
      { spec: { selector: { matchLabels: { a: "1" } } } },
      { spec: { selector: { matchLabels: { a: "2" } } } },
      ["update-replace spec.selector.matchLabels.a"],
    ],
    ["Deployment", "apps/v1", { spec: { replicas: 1 } }, { spec: { replicas: 2 } }, ["update spec.replicas"]],
    [
      "StatefulSet",
      "apps/v1",
      { spec: {} },
      { spec: { volumeClaimTemplates: [{}] } },
      ["add-replace spec.volumeClaimTemplates"],
    ],
    [
      "Job",
      "batch/v1",
      { spec: { template: { a: 1 } } },
      { spec: { template: { a: 2 } } },
      ["update-replace spec.template.a"],
    ],
    ["Job", "batch/v1", {}, { spec: { template: {} } }, ["add-replace spec"]],
    [
      "Pod",
      "v1",
      { spec: { containers: [{ image: "a" }] } },
      { spec: { containers: [{ image: "b" }] } },
      ["update-replace spec.containers[0].image"],
    ],
    [
      "Pod",
      "v1",
      { spec: { activeDeadlineSeconds: 1 } },
      { spec: { activeDeadlineSeconds: 2 } },
      ["update spec.activeDeadlineSeconds"],
    ],
    [
      "Service",
      "v1",
      { spec: { clusterIP: "None" } },
      { spec: { clusterIP: "10.0.0.1" } },
      ["update-replace spec.clusterIP"],
    ],
    ["Secret", "v1", { data: new Secret({ a: "1" }) }, { data: new Secret({ a: "2" }) }, ["update-replace data.a"]],
    ["Secret", "v1", { type: "Opaque" }, { type: "tls" }, ["update-replace type"]],
    ["ConfigMap", "v1", { data: { a: "1" } }, {}, ["delete-replace data"]],
    [
      "RoleBinding",
      "rbac.authorization.k8s.io/v1",
      { roleRef: { name: "a" } },
      { roleRef: { name: "b" } },
      ["update-replace roleRef.name"],
    ],
    ["StorageClass", "storage.k8s.io/v1", { provisioner: "a" }, { provisioner: "b" }, ["update-replace provisioner"]],
    [
      "PersistentVolumeClaim",
      "v1",
      { spec: { accessModes: ["a"] } },
      { spec: { accessModes: ["b"] } },
      ["update-replace spec.accessModes[0]"],
    ],
    [
      "Thing",
      "x.io/v1",
      { metadata: { namespace: "a" } },
      { metadata: { namespace: "b" } },
      ["update-replace metadata.namespace"],
    ],
  ])("%s: %j", (kind, apiVersion, olds, news, expected) => {
    expect(told(kind, apiVersion, olds, news)).toEqual(expected);
  });

  it("knows no immutable field of a patch but its target", () => {
    const olds = { metadata: { name: "a" }, spec: { selector: { a: "1" } } };
    const news = { metadata: { name: "b" }, spec: { selector: { a: "2" } } };
    expect(told("Deployment", "apps/v1", olds, news, true)).toEqual([
      "update-replace metadata.name",
      "update spec.selector.a",
    ]);
  });
});
