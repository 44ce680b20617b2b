import { describe, expect, it } from "vitest";
import { ApiError } from "./client/error.ts";
import { explainConflict, isOwned, listKeys, passToManager } from "./fields.ts";
import type { JsonObject, KubeObject } from "./object.ts";

const entry = (manager: string, operation: string, fieldsV1: JsonObject, more: JsonObject = {}) => ({
  manager,
  operation,
  apiVersion: "apps/v1",
  fieldsType: "FieldsV1",
  fieldsV1,
  ...more,
});

function object(...managedFields: JsonObject[]): KubeObject {
  return { apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "a", managedFields } } as unknown as KubeObject;
}

const container = {
  "f:spec": {
    "f:containers": { 'k:{"name":"app"}': { ".": {}, "f:image": {}, "f:pullPolicy": {} } },
    "f:replicas": {},
  },
};
const given = {
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "a" },
  spec: { containers: [{ name: "app", image: "a" }] },
};

describe("passToManager", () => {
  it("passes what the program sets, and leaves what the API server filled in", () => {
    const passed = passToManager(object(entry("pulumi-kubernetes", "Update", container)), [given], "ours");
    expect(passed).toEqual([
      entry("pulumi-kubernetes", "Update", {
        "f:spec": { "f:containers": { 'k:{"name":"app"}': { "f:pullPolicy": {} } }, "f:replicas": {} },
      }),
      {
        ...entry("ours", "Apply", { "f:spec": { "f:containers": { 'k:{"name":"app"}': { ".": {}, "f:image": {} } } } }),
        time: expect.any(String),
      },
    ]);
  });

  it("passes what the program sets from now on", () => {
    const wanted = { ...given, spec: { replicas: 3 } } as unknown as KubeObject;
    const passed = passToManager(object(entry("pulumi-kubernetes", "Update", container)), [given, wanted], "ours");
    expect(passed?.at(-1)).toMatchObject({ fieldsV1: { "f:spec": { "f:replicas": {} } } });
  });

  it("adds to what the manager has, and asks for nothing where nothing is to be passed", () => {
    const ours = entry("ours", "Apply", { "f:metadata": { "f:labels": {} } });
    const passed = passToManager(
      object(ours, entry("kubectl-edit", "Update", { "f:spec": { "f:replicas": {} } })),
      [{ ...given, spec: { replicas: 1 } } as never],
      "ours",
    );
    expect(passed).toHaveLength(1);
    expect(passed?.[0]).toMatchObject({
      fieldsV1: { "f:metadata": { "f:labels": {} }, "f:spec": { "f:replicas": {} } },
    });
    expect(passToManager(object(ours), [given], "ours")).toBeUndefined();
  });

  it("never takes from a controller, nor a status", () => {
    const theirs = entry("kube-controller-manager", "Update", container);
    const status = entry("kubectl", "Update", container, { subresource: "status" });
    expect(passToManager(object(theirs, status), [given], "ours")).toBeUndefined();
  });
});

describe("ownership", () => {
  it("finds the keys of a list, and who has a field", () => {
    expect(listKeys([container["f:spec"]["f:containers"]])).toEqual(["name"]);
    const one = object(entry("hpa", "Update", { "f:spec": { "f:replicas": {} } }));
    expect(isOwned(one, ["spec", "replicas"], (name) => name === "hpa")).toBe(true);
    expect(isOwned(one, ["spec", "replicas"], (name) => name !== "hpa")).toBe(false);
    expect(isOwned(one, ["spec", "template"], () => true)).toBe(false);
  });
});

describe("explainConflict", () => {
  it("names field, manager and what to do", () => {
    const causes = [
      { reason: "FieldManagerConflict", message: 'conflict with "kubectl" using apps/v1', field: ".spec.replicas" },
    ];
    const error = new ApiError(409, { message: "Apply failed", reason: "Conflict", details: { causes } }, "");
    const { message } = explainConflict(error, "pulumi-kubernetes-1") as Error;
    expect(message).toContain('.spec.replicas: conflict with "kubectl"');
    expect(message).toContain('field manager "pulumi-kubernetes-1"');
    expect(message).toContain("pulumi.com/patchForce");
    expect(message).toContain("ignoreChanges");
  });

  it("leaves other errors alone", () => {
    const error = new ApiError(409, { message: "outdated", reason: "Conflict" }, "");
    expect(explainConflict(error, "m")).toBe(error);
  });
});
