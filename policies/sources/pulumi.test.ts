import { expect, test } from "vitest";
import { SECRET as HIDDEN } from "../core/unknown.ts";
import { read } from "./read.ts";
import { Unreadable } from "./unreadable.ts";

const reading = (value: unknown) => read({ file: "a.json", text: JSON.stringify(value), found: false });
const urn = (type: string, name: string) => `urn:pulumi:dev::shop::${type}::${name}`;
const PROVIDER = urn("pulumi:providers:kubernetes", "k8s");
const DEPLOYMENT = "kubernetes:apps/v1:Deployment";
const SECRET = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", ciphertext: "v1:x" };

const state = (resources: unknown) => ({ version: 3, deployment: { manifest: {}, resources } });
const provider = {
  urn: PROVIDER,
  type: "pulumi:providers:kubernetes",
  custom: true,
  id: "1",
  inputs: { namespace: "shop" },
};
const orders = {
  urn: urn(DEPLOYMENT, "orders"),
  type: DEPLOYMENT,
  custom: true,
  id: "shop/orders",
  provider: `${PROVIDER}::1`,
  protect: true,
  ignoreChanges: ["spec.replicas"],
  propertyDependencies: { spec: ["urn:a", 7], metadata: null },
  inputs: {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "orders" },
    spec: { replicas: 2, token: SECRET },
  },
  outputs: { spec: { replicas: 7 } },
};

test("a state's resources are judged by what was declared, in their provider's namespace", () => {
  const gone = { ...orders, urn: urn(DEPLOYMENT, "gone"), delete: true };
  const foreign = { ...orders, urn: urn(DEPLOYMENT, "foreign"), external: true };
  const stack = { urn: urn("pulumi:pulumi:Stack", "dev"), type: "pulumi:pulumi:Stack" };
  const { resources, notes } = reading(state([stack, provider, orders, gone, foreign]));
  expect(notes).toEqual([]);
  expect(resources.map(({ name }) => name)).toEqual(["k8s", "orders"]);
  expect(resources[1]).toEqual({
    type: DEPLOYMENT,
    name: "orders",
    urn: orders.urn,
    props: { ...orders.inputs, spec: { replicas: 2, token: HIDDEN } },
    options: { protect: true, ignoreChanges: ["spec.replicas"] },
    references: { spec: ["urn:a"] },
    defaultNamespace: "shop",
    origin: { file: "a.json" },
  });
});

test("a preview's steps say what becomes of each resource, once", () => {
  const step = (op: string, name: string, side: "newState" | "oldState" = "newState") => ({
    op,
    urn: urn(DEPLOYMENT, name),
    [side]: { ...orders, urn: urn(DEPLOYMENT, name) },
  });
  const steps = [
    step("create", "made"),
    step("update", "changed"),
    step("same", "kept"),
    step("create-replacement", "replaced"),
    step("replace", "replaced"),
    step("delete-replaced", "replaced", "oldState"),
    step("delete", "gone", "oldState"),
    step("read", "read"),
  ];
  const { resources } = reading({ config: {}, steps, changeSummary: { same: 1, create: 1 } });
  expect(resources.map(({ name, operation }) => [name, operation])).toEqual([
    ["made", "create"],
    ["changed", "update"],
    ["kept", "same"],
    ["replaced", "replace"],
    ["gone", "delete"],
  ]);
});

test("a preview that failed is judged, with a note that it may not be whole", () => {
  const { notes } = reading({ steps: [], diagnostics: [{ severity: "error", message: "boom hunter2" }] });
  expect(notes).toEqual(["a.json: the preview failed: what it holds may be a part of the stack only"]);
});

test("a list of resources is taken as it is", () => {
  const bucket = { type: "aws:s3/bucket:Bucket", name: "logs", props: { acl: "private" } };
  const { resources } = reading([bucket, { ...bucket, operation: "delete", options: { protect: true }, urn: "urn:x" }]);
  expect(resources).toEqual([
    { ...bucket, origin: { file: "a.json" } },
    { ...bucket, origin: { file: "a.json" }, operation: "delete", options: { protect: true }, urn: "urn:x" },
  ]);
});

test.each([
  [state({}), "deployment.resources is no list"],
  [state([1]), "deployment.resources[0] is no object"],
  [state([{ urn: "urn:x" }]), "deployment.resources[0] has no urn and type"],
  [state([{ ...orders, inputs: [] }]), "deployment.resources[0].inputs is no object"],
  [
    { steps: [{ op: "same", newState: orders }], changeSummary: { same: 5, create: 1 } },
    "it leaves out 4 unchanged resources; write it with pulumi preview --json --show-sames",
  ],
  [{ steps: [{ op: "create" }] }, "steps[0].newState is missing"],
  [{ steps: [{ op: "delete", newState: orders }] }, "steps[0].oldState is missing"],
  [[{ type: "a", props: {} }], "[0].name is no text"],
  [[{ type: "", name: "a", props: {} }], "[0].type is no text"],
  [[{ type: "a", name: "a", props: {} }, 2], "[1] is no object"],
  [[{ type: "a", name: "a", props: [] }], "[0].props is no object"],
  [[{ type: "a", name: "a", props: {}, operation: "renew" }], "[0].operation is none of create, update"],
])("%j is refused", (value, problem) => {
  expect(() => reading(value)).toThrow(Unreadable);
  expect(() => reading(value)).toThrow(problem);
});

test("a state that is nested without end is refused in time", () => {
  const text = `{"version":3,"deployment":{"resources":${"[".repeat(20_000)}${"]".repeat(20_000)}}}`;
  expect(() => read({ file: "a.json", text, found: false })).toThrow("nested deeper than 500 levels");
});

test("files of a folder that hold no objects are told apart without being parsed", () => {
  const notJson = '{ "compilerOptions": { // a comment: \n } ] }';
  expect(read({ file: "tsconfig.json", text: notJson, found: true })).toEqual({
    resources: [],
    notes: ["tsconfig.json: passed over: it holds no Kubernetes object"],
  });
  expect(() => read({ file: "tsconfig.json", text: notJson, found: false })).toThrow(Unreadable);
});

test("JSON manifests are manifests", () => {
  const pod = { apiVersion: "v1", kind: "Pod", metadata: { name: "steps", annotations: { steps: "x" } } };
  expect(reading(pod).resources.map(({ type }) => type)).toEqual(["kubernetes:core/v1:Pod"]);
});
