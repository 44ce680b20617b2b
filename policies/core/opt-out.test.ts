import { describe, expect, test } from "vitest";
import { RULES } from "../rules/index.ts";
import { judge } from "./judge.ts";
import { vainOptOut } from "./opt-out.ts";
import { OPT_OUT_NAMES } from "./opt-out-names.ts";
import type { Rule } from "./rule.ts";
import { StackObject } from "./stack-object.ts";
import { UNKNOWN } from "./unknown.ts";

const ruleOf = (id: string) => RULES.find((rule) => rule.id === id) as Rule;

const pod = (annotations: unknown) =>
  new StackObject({
    type: "kubernetes:core/v1:Pod",
    name: "a",
    props: { apiVersion: "v1", kind: "Pod", metadata: { name: "a", annotations } },
  });
const bucket = (tags: unknown) => new StackObject({ type: "aws:s3/bucket:Bucket", name: "a", props: { tags } });

test("every opt-out of a rule is in the list (policies/core/opt-out-names.ts: name a new one there)", () => {
  const used = new Set(RULES.flatMap(({ optOut }) => optOut ?? []));
  // One that frees from a part of what its rule asks for: a call's breaker.
  expect(OPT_OUT_NAMES).toEqual([...used, "breaker"].sort());
});

describe("an opt-out that does not count", () => {
  const vain = (annotations: unknown, id = "replicas-min") => vainOptOut(ruleOf(id), pod(annotations));
  const LONG = "a reason that is long enough";

  test("is told with the length of its reason, and without the reason", () => {
    const said = vain({ "plumbline.dev/opt-out.replication": " short " });
    expect(said).toBe(
      "plumbline.dev/opt-out.replication does not count: its reason has 5 characters, allowed: 10 or more",
    );
  });

  test("is told with the key that was meant, also where the rule's id was written", () => {
    const said = (key: string) => `plumbline.dev/opt-out.${key} is no opt-out; this rule's is plumbline.dev/opt-out.`;
    expect(vain({ "plumbline.dev/opt-out.replicas": LONG })).toBe(`${said("replicas")}replication`);
    expect(vain({ "plumbline.dev/opt-out.replicas-min": LONG })).toBe(`${said("replicas-min")}replication`);
    expect(vain({ "plumbline.dev/opt-out.qqqq": LONG })).toBe(`${said("qqqq")}replication`);
  });

  test("is told of a rule that has none", () => {
    expect(vain({ "plumbline.dev/opt-out.secret-literal-forbidden": LONG }, "secret-literal-forbidden")).toBe(
      "plumbline.dev/opt-out.secret-literal-forbidden is no opt-out; objects cannot opt out of this rule",
    );
  });

  test("is looked for among tags, too", () => {
    const rule = ruleOf("audit-log-required");
    expect(vainOptOut(rule, bucket({ "plumbline.dev/opt-out.auditLogs": LONG }))).toContain("opt-out.auditLog");
    expect(vainOptOut(rule, bucket([{ key: "plumbline.dev/opt-out.auditLogs" }]))).toBeUndefined();
  });

  test.each([
    ["another rule's", { "plumbline.dev/opt-out.spread": LONG }],
    ["something unlike it", { "plumbline.dev/opt-out.hostPaths": LONG }],
    ["no opt-out at all", { "plumbline.dev/rpo": "15m" }],
    ["nothing", undefined],
    ["a text", "plumbline.dev/opt-out.replicas"],
    ["what is not known", UNKNOWN],
  ])("is not what is said of %s", (_, annotations) => {
    expect(vain(annotations)).toBeUndefined();
  });

  test("stands in what the violation wants", () => {
    const failing: Rule = { ...ruleOf("replicas-min"), subjects: () => true, check: () => [WRONG] };
    const judged = (annotations: unknown) => judge(failing, pod(annotations), {});
    expect(judged({ "plumbline.dev/opt-out.replicas": LONG })).toEqual({
      verdict: "fail",
      violations: [
        {
          ...WRONG,
          wanted:
            "at least 2 (plumbline.dev/opt-out.replicas is no opt-out; this rule's is plumbline.dev/opt-out.replication)",
        },
      ],
    });
    expect(judged(undefined)).toEqual({ verdict: "fail", violations: [WRONG] });
  });
});

const WRONG = { path: "spec.replicas", given: "1", wanted: "at least 2" };
