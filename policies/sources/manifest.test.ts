import { expect, test } from "vitest";
import { manifestsIn, readManifests } from "./manifest.ts";
import { Unreadable } from "./unreadable.ts";

const read = (text: string) => readManifests({ file: "a.yaml", text, found: false });
const POD = "apiVersion: v1\nkind: Pod\nmetadata: { name: web }\n";

test("several documents, lists and lists in lists become objects, each with its place", () => {
  const text = `${POD}---
apiVersion: v1
kind: List
items:
  - apiVersion: apps/v1
    kind: Deployment
    metadata:
      name: orders
  - apiVersion: v1
    kind: PodList
    items:
      - { apiVersion: v1, kind: Pod, metadata: { name: inner } }
`;
  const found = manifestsIn({ file: "a.yaml", text, found: false });
  expect(found.map(({ resource: { type, name }, place }) => [type, name, place.document, place.keys])).toEqual([
    ["kubernetes:core/v1:Pod", "web", 0, []],
    ["kubernetes:apps/v1:Deployment", "orders", 1, ["items", 0]],
    ["kubernetes:core/v1:Pod", "inner", 1, ["items", 1, "items", 0]],
  ]);
  expect(found.map(({ resource }) => resource.origin?.line?.("metadata.name"))).toEqual([3, 11, 15]);
  expect(found[1]?.resource.origin?.file).toBe("a.yaml");
});

test("what the API server lists is what the list is of", () => {
  const { resources } = read("apiVersion: apps/v1\nkind: DeploymentList\nitems: [{ metadata: { name: a } }]\n");
  expect(resources.map(({ type, name }) => [type, name])).toEqual([["kubernetes:apps/v1:Deployment", "a"]]);
});

test.each([
  ["image: nginx\n", "a.yaml: passed over: it has no apiVersion and kind"],
  ["apiVersion: v2\nname: shop\nversion: 1.0.0\n", "it has no apiVersion and kind"],
  ["resources: [a.yaml]\n", "it is for Kustomize; check what kustomize build prints"],
  ["apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n", "it is for Kustomize"],
  ["- a\n- b\n", "it is a list, no Kubernetes object"],
  ["just words\n", "it is a single value"],
  [`${POD}---\nimage: nginx\n`, "a.yaml: document 2: passed over"],
])("%j is passed over with a note", (text, note) => {
  const { notes, resources } = read(text);
  expect(notes).toEqual([expect.stringContaining(note)]);
  expect(resources).toHaveLength(text.includes("Pod") ? 1 : 0);
});

test.each(["", "---\n---\n", "# only a comment\n", "null\n"])(
  "%j holds nothing, and nothing is to be said of it",
  (text) => expect(read(text)).toEqual({ resources: [], notes: [] }),
);

test.each([
  ["apiVersion: 1\nkind: Pod\n", 'apiVersion is a number; a text such as "v1" or "Pod" is wanted'],
  ["apiVersion: v1\nkind: [Pod]\n", "kind is a list"],
  ["kind: Pod\nmetadata: {}\n", "apiVersion is not set"],
  ["apiVersion: v1\nmetadata: {}\n", "kind is not set"],
  [`${POD}---\napiVersion: v1\nkind: List\nitems: [1]\n`, "document 2: items[0] is a number; an object is wanted"],
  ["apiVersion: v1\nkind: List\nitems: [{ kind: Pod }]\n", "items[0].apiVersion is not set"],
  ["a: {{ .Values.a }}\n", "it is a template, not a manifest (line 1: "],
  ["{{- if .Values.on }}\napiVersion: v1\n{{- end }}\n", "check what helm template prints"],
])("%j is refused", (text, problem) => {
  expect(() => read(text)).toThrow(Unreadable);
  expect(() => read(text)).toThrow(problem);
});

test("a template that happens to be YAML is judged, and called what it is", () => {
  const { resources, notes } = read(`${POD}spec: { nodeName: "{{ .Values.node }}" }\n`);
  expect([resources.length, notes.length]).toEqual([1, 1]);
  expect(notes[0]).toContain("of a Helm chart, check what helm template prints");
  expect(read(`${POD}spec: { nodeName: "{{ $labels.node }}" }\n`).notes).toEqual([]);
});
