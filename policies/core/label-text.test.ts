import { describe, expect, test } from "vitest";
import { Field } from "./field.ts";
import { labelText, podLabelText } from "./label-text.ts";
import { StackObject } from "./stack-object.ts";
import { UNKNOWN } from "./unknown.ts";

describe("labels as a line of YAML", () => {
  test.each([
    [{ app: "orders", "app.kubernetes.io/name": "a-b" }, "{ app: orders, app.kubernetes.io/name: a-b }"],
    [{ version: "2", on: "Yes" }, '{ version: "2", "on": "Yes" }'],
    [{ empty: "" }, '{ empty: "" }'],
    [{}, undefined],
    [undefined, undefined],
    [{ app: UNKNOWN }, undefined],
    [["app"], undefined],
  ])("%j", (labels, text) => expect(labelText(new Field(labels))).toBe(text));
});

describe("what tells a workload's pods from others", () => {
  const deployment = (spec: object) =>
    new StackObject({ type: "kubernetes:apps/v1:Deployment", name: "a", props: { metadata: { name: "a" }, spec } });
  const template = { metadata: { labels: { app: "a", version: "v2" } } };

  test("its selector, which never changes", () =>
    expect(podLabelText(deployment({ selector: { matchLabels: { app: "a" } }, template }))).toBe("{ app: a }"));
  test("its pods' labels", () => expect(podLabelText(deployment({ template }))).toBe("{ app: a, version: v2 }"));
  test("where they stand, while they are not known", () =>
    expect(podLabelText(deployment({}))).toBe("<spec.template.metadata.labels>"));
});
