import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { check } from "../../policies/check/check.ts";
import type { ReportLine } from "../../policies/report/report.ts";
import { read } from "../../policies/sources/read.ts";
import { makeSandbox, type Sandbox } from "./sandbox.ts";

// Each test runs the engine; on a busy machine that takes minutes.
vi.setConfig({ testTimeout: 300_000 });

const NAMESPACE = "policies-check";
let sandbox: Sandbox;

beforeAll(async () => {
  sandbox = await makeSandbox(NAMESPACE);
});
afterAll(() => sandbox.remove());

/** What the engine printed without the warnings that may stand around it. */
function jsonIn(printed: string): string {
  return printed.slice(printed.indexOf("{"), printed.lastIndexOf("}") + 1);
}

/** What a check says of what the engine printed. */
async function checked(printed: string, rules: readonly string[]): Promise<readonly ReportLine[]> {
  const request = { paths: ["-"], only: rules, compareWith: [], fix: false };
  const { report } = await check(request, { stdin: async () => Buffer.from(jsonIn(printed)), tell: () => {} });
  expect(JSON.stringify(report.lines)).not.toContain("marzipan");
  return report.lines;
}

const said = (lines: readonly ReportLine[]) =>
  lines.map(({ rule, verdict, object }) => `${verdict} ${rule} ${object.name}`);

const PROGRAM = `const options = shop();
const orders = new Deployment("orders", workload({ image: "plumbline.dev/shop/orders" }), options);
new ConfigMap("secret", { metadata: { name: "secret", namespace: namespace.name },
  data: { TOKEN: pulumi.secret("marzipan"), LATER_TOKEN: orders.metadata.uid } }, options);`;
const RULES = ["image-tag-pinned", "secret-literal-forbidden", "replicas-min", "network-policy-required"];

test("what the real engine previews and exports is judged as its objects are", async () => {
  sandbox.program(PROGRAM);
  const previewed = said(await checked((await sandbox.pulumi("preview", "--json")).text, RULES));
  const wanted = [
    "pass replicas-min orders",
    "fail image-tag-pinned orders",
    "pass network-policy-required orders",
    "pass secret-literal-forbidden orders",
    "fail secret-literal-forbidden secret",
  ];
  expect(previewed).toEqual(wanted);

  const up = await sandbox.pulumi("up", "--yes", "--skip-preview");
  expect(up.code, up.text).toBe(0);
  const exported = await sandbox.state();
  expect(exported).toContain("1b47061264138c4ac30d75fd1eb44270");
  // Known by now, and a secret in clear to the rules as well: what the uid of the Deployment became.
  expect(said(await checked(exported, RULES))).toEqual([...wanted, "fail secret-literal-forbidden secret"]);
});

test("a preview says what becomes of each resource, and what goes is not asked to be better", async () => {
  sandbox.program("shop();");
  const part = (await sandbox.pulumi("preview", "--json")).text;
  expect(() => read({ file: "preview.json", text: jsonIn(part), found: false })).toThrow("unchanged resources");
  const { text } = await sandbox.pulumi("preview", "--json", "--show-sames");
  const { resources } = read({ file: "preview.json", text: jsonIn(text), found: false });
  const kinds = resources.flatMap(({ type, name, operation }) =>
    type.startsWith("kubernetes:") ? [`${operation} ${name}`] : [],
  );
  expect(kinds.sort()).toEqual([
    "delete orders",
    "delete secret",
    "same budget",
    "same deny",
    "same quota",
    "same shop",
  ]);
  expect(await checked(text, RULES)).toEqual([]);
});
