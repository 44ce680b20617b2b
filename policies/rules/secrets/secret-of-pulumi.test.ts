import { expect, test } from "vitest";
import { evaluate } from "../../core/evaluate.ts";
import { SECRET, UNKNOWN } from "../../core/unknown.ts";
import { secretLiteralForbidden } from "./secret-literal-forbidden.ts";

const config = (props: object) => ({ type: "kubernetes:core/v1:ConfigMap", name: "a", props: { ...props } });
const pod = (container: object) => ({
  type: "kubernetes:core/v1:Pod",
  name: "a",
  props: { metadata: { name: "a" }, spec: { containers: [{ name: "a", ...container }] } },
});
const database = (props: object) => ({ type: "aws:rds/instance:Instance", name: "a", props: { ...props } });
const said = (resource: ReturnType<typeof config>) =>
  evaluate([resource], { rules: [secretLiteralForbidden] }).map(({ verdict, violations, unknown, secret }) => ({
    verdict,
    paths: violations.map(({ path }) => path),
    unknown,
    secret,
  }));
const fails = (...paths: string[]) => [{ verdict: "fail", paths, unknown: undefined, secret: undefined }];

test.each([
  [config({ data: { LEVEL: "info", A: SECRET, B: SECRET } }), ["data.A", "data.B"]],
  [config({ data: SECRET }), ["data"]],
  [config({ binaryData: { A: SECRET }, data: { LATER: UNKNOWN } }), ["binaryData.A"]],
  [pod({ env: [{ name: "A", value: SECRET }] }), ["spec.containers[0].env[0].value"]],
  [pod({ args: ["--port=1", SECRET] }), ["spec.containers[0].args[1]"]],
  [database({ password: SECRET }), ["password"]],
  [
    { type: "aws:lambda/function:Function", name: "a", props: { environment: { variables: { A: SECRET } } } },
    ["environment.variables.A"],
  ],
])("a value that Pulumi marks secret stands in clear where everybody reads it: %j", (resource, paths) => {
  expect(said(resource)).toEqual(fails(...paths));
});

test("where it belongs, or where nobody can say where it stands, it is no violation", () => {
  expect(said(pod({ env: SECRET }))).toEqual([
    { verdict: "unknown", paths: [], unknown: "spec.containers[0].env", secret: true },
  ]);
  expect(said(config({ data: { A: UNKNOWN } }))).toEqual([
    { verdict: "unknown", paths: [], unknown: "data.A", secret: undefined },
  ]);
  const kept = { type: "aws:secretsmanager/secretVersion:SecretVersion", name: "a", props: { secretString: SECRET } };
  expect(said(kept)[0]?.verdict).not.toBe("fail");
});
