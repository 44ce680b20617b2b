import { describe, expect, it } from "vitest";
import { parseJsonPath, selectPath } from "./jsonpath.ts";
import type { KubeObject } from "./object.ts";
import { parseWaitFor } from "./wait/wait-for.ts";

const pod = {
  metadata: { name: "a", labels: { "app.io/x": "y" } },
  items: [{ n: 1 }, { n: 2 }, { n: 3 }],
  status: {
    conditions: [
      { type: "Ready", status: "False" },
      { type: "Failed", status: "True" },
    ],
  },
};

describe("parseJsonPath", () => {
  it.each([
    [".metadata.name", ["a"]],
    ["$.metadata.labels['app.io/x']", ["y"]],
    [".items[0].n", [1]],
    [".items[-1].n", [3]],
    [".items[*].n", [1, 2, 3]],
    ["..n", [1, 2, 3]],
    [".items[?(@.n > 1 && @.n <= 3)].n", [2, 3]],
    ['.status.conditions[?(@.type=="Failed"||@.type=="Complete")].status', ["True"]],
    [".status.conditions[?@.type != 'Ready'].type", ["Failed"]],
    [".items[?(!(@.n == 2))].n", [1, 3]],
    [".items[?(@.missing)].n", []],
    [".nothing.here", []],
  ])("%s", (path, found) => {
    expect(selectPath(pod, parseJsonPath(path))).toEqual(found);
  });

  it.each([
    [".items[]", /position 8/],
    [".a b", /unexpected text at position 3/],
    [".items[?(@.n ==)]", /a value expected/],
    [".", /a field name expected/],
  ])("refuses %s", (path, message) => {
    expect(() => parseJsonPath(path)).toThrow(message);
  });
});

describe("pulumi.com/waitFor", () => {
  const judge = (annotation: string, object: object) => parseWaitFor(annotation).judge(object as KubeObject, () => []);

  it.each([
    ["jsonpath={.metadata.name}", true],
    ["jsonpath={ .metadata.name }=a", true],
    ["jsonpath={.metadata.name}=b", false],
    ["jsonpath={.items[1].n}=2", true],
    ["condition=Failed", true],
    ["condition=failed=true", true],
    ["condition=Ready", false],
    ['["condition=Failed","jsonpath={.metadata.name}=a"]', true],
    ['["condition=Failed","condition=Ready"]', false],
  ])("%s is ready: %s", (annotation, ready) => {
    expect(judge(annotation, pod).ready).toBe(ready);
  });

  it("does not trust a status of an older version", () => {
    const stale = { ...pod, metadata: { generation: 2 }, status: { ...pod.status, observedGeneration: 1 } };
    expect(judge("condition=Failed", stale).ready).toBe(false);
    expect(judge("jsonpath={.status.conditions}", stale).ready).toBe(false);
  });

  it("does not wait for a controller that has given up, unless it speaks of an older version", () => {
    const { metadata, status } = pod;
    const conditions = [
      { type: "Ready", status: "False", reason: "TakenBack", message: "no pod is ready" },
      { type: "Failed", status: "True", reason: "TakenBack", message: "no pod is ready" },
    ];
    const object = (observedGeneration: number) => ({
      metadata: { ...metadata, generation: 2 },
      status: { ...status, observedGeneration, conditions },
    });
    expect(judge("condition=Ready", object(2))).toMatchObject({
      failed: true,
      problems: ["[TakenBack] no pod is ready"],
    });
    expect(judge("condition=Ready", object(1))).not.toHaveProperty("failed");
    expect(judge("condition=Failed", object(2)).ready).toBe(true);
  });

  it.each([
    ["{.a}", 'expected a "jsonpath=" or "condition=" prefix'],
    ["jsonpath=.a", "should be wrapped in brackets"],
    ["jsonpath='{.a}'", "should omit shell quotes"],
    ["jsonpath={.a}=", "requires a value"],
    ["[]", "at least one condition"],
  ])("refuses %s", (annotation, message) => {
    expect(() => parseWaitFor(annotation)).toThrow(message);
  });
});
