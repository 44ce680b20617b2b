import { describe, expect, it } from "vitest";
import { identify, refusalOf } from "./identity.ts";
import { inOrder } from "./manifest-component.ts";
import { parseManifests, withNamespace } from "./manifests.ts";
import { mergePatch } from "./update.ts";

describe("manifests", () => {
  it("reads YAML, JSON and lists, and leaves empty documents out", () => {
    const text =
      '---\n# empty\n---\n{"apiVersion":"v1","kind":"Pod"}\n---\napiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: Secret}\n---\nfoo: bar\n';
    expect(parseManifests(text).map(({ kind }) => kind)).toEqual(["Pod", "Secret"]);
    expect(() => parseManifests("a: [")).toThrow("the manifest is not YAML");
  });

  it("asks the definition among the objects where a kind lives", async () => {
    const spec = { group: "x.io", scope: "Cluster", names: { kind: "Thing" } };
    const objects = [
      {
        apiVersion: "apiextensions.k8s.io/v1",
        kind: "CustomResourceDefinition",
        metadata: { name: "things.x.io", namespace: "-" },
        spec,
      },
      { apiVersion: "x.io/v1", kind: "Thing", metadata: { name: "t" } },
      { apiVersion: "x.io/v1", kind: "Other", metadata: { name: "o" } },
    ];
    const placed = await withNamespace(objects, "n", undefined);
    expect(placed.map(({ metadata }) => (metadata as { namespace?: string }).namespace)).toEqual(["-", undefined, "n"]);
  });

  it("puts namespaces and definitions first, and keeps the order otherwise", () => {
    const kinds = ["Pod", "CustomResourceDefinition", "Secret", "Namespace"].map((kind) => ({
      apiVersion: "v1",
      kind,
    }));
    expect(inOrder(kinds).map(({ kind }) => kind)).toEqual(["Namespace", "CustomResourceDefinition", "Pod", "Secret"]);
  });
});

describe("type tokens", () => {
  it.each([
    ["kubernetes:core/v1:ConfigMap", "ConfigMap", { apiVersion: "v1", kind: "ConfigMap", isPatch: false }],
    ["kubernetes:apps/v1:DeploymentPatch", "Deployment", { apiVersion: "apps/v1", kind: "Deployment", isPatch: true }],
    ["kubernetes:x.io/v1:JsonPatch", "JsonPatch", { apiVersion: "x.io/v1", kind: "JsonPatch", isPatch: false }],
  ])("%s", (token, kind, identity) => {
    expect(identify(token, kind)).toEqual(identity);
  });

  it("refuses what it cannot run", () => {
    expect(refusalOf("kubernetes:helm.sh/v3:Release")).toContain("Helm");
    expect(refusalOf("kubernetes:apps/v1:DeploymentList")).toContain("lists in manifests");
    expect(refusalOf("kubernetes:x.io/v1:WatchList")).toBeUndefined();
  });
});

describe("mergePatch", () => {
  it("sets what differs from the live object, and takes away what is no longer wanted", () => {
    const before = { a: 1, gone: 1, alreadyGone: 1 };
    expect(mergePatch(before, { a: 1, b: { c: 2 } }, { a: 5, gone: 1, theirs: 1 })).toEqual({
      a: 1,
      b: { c: 2 },
      gone: null,
    });
    expect(mergePatch(before, { a: 1 }, { a: 1, theirs: 1 })).toBeUndefined();
  });
});
