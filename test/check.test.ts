import { spawn, spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";

// The launcher itself, as people call it.
const BIN = join(import.meta.dirname, "../bin/plumbline.mjs");

// Every test starts processes, on a machine that may be busy with others.
vi.setConfig({ testTimeout: 60_000 });

let dir = "";
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), "plumbline-check-"));
});
afterAll(() => rmSync(dir, { recursive: true }));
let stack = "";
let number = 0;
beforeEach(() => {
  stack = join(dir, String(number++));
  mkdirSync(stack);
});

const environment = () => ({ ...process.env, PLUMBLINE_CACHE: join(dir, "cache"), NO_COLOR: "1" });

function check(args: readonly string[], input = "") {
  const { status, stdout, stderr } = spawnSync(process.execPath, [BIN, "check", ...args], {
    cwd: stack,
    input,
    encoding: "utf8",
    env: environment(),
  });
  return { status, stdout, stderr };
}

const put = (name: string, text: string) => writeFileSync(join(stack, name), text);
const get = (name: string) => readFileSync(join(stack, name), "utf8");

const CLEAN = "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a, namespace: shop }\ndata: { LOG_LEVEL: info }\n";
const BROKEN =
  "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n  namespace: shop\ndata:\n  DB_PASSWORD: hunter22\n";
const SECRET_RULE = ["--rule", "secret-literal-forbidden"];
const TOKEN_RULE = ["--rule", "sa-token-automount-forbidden"];
const POD = "# the pod\napiVersion: v1\nkind: Pod\nmetadata: { name: web }\nspec:\n  containers: [] # none yet\n";

test("0: what holds, from a folder and from a pipe", () => {
  put("a.yaml", CLEAN);
  put("values.yaml", "image: nginx\n");
  const folder = check([".", ...SECRET_RULE]);
  expect(folder).toMatchObject({
    status: 0,
    stderr: "note: values.yaml: passed over: it holds no Kubernetes object\n",
  });
  expect(folder.stdout).toContain("Holds: 0 mandatory violations");
  expect(check(SECRET_RULE, CLEAN)).toMatchObject({ status: 0, stderr: "" });
  expect(check([...SECRET_RULE, "-"], CLEAN).stdout).toContain("Checked standard input");
});

test("1: what is broken, with file and line, and never the secret itself", () => {
  put("a.yaml", `${CLEAN}---\n${BROKEN.replace("name: a", "name: b")}`);
  for (const format of ["text", "json", "sarif", "junit", "markdown", "html"]) {
    const { status, stdout, stderr } = check(["a.yaml", ...SECRET_RULE, "--format", format]);
    expect([status, stderr]).toEqual([1, ""]);
    expect(stdout).toContain("secret-literal-forbidden");
    expect(stdout).not.toContain("hunter22");
  }
  const { findings } = JSON.parse(check(["a.yaml", ...SECRET_RULE, "-f", "json"]).stdout);
  expect(findings.find(({ verdict }: { verdict: string }) => verdict === "fail")).toMatchObject({
    file: "a.yaml",
    line: 12,
    path: "data.DB_PASSWORD",
    level: "mandatory",
  });
});

test("0: what is broken but advisory, or exempted; 1: an exemption that has ended", () => {
  put("pod.yaml", POD);
  expect(check(["pod.yaml", ...TOKEN_RULE]).status).toBe(0);
  put("config.yaml", "sa-token-automount-forbidden: { enforcementLevel: mandatory }\n");
  const strict = ["pod.yaml", ...TOKEN_RULE, "--config", "config.yaml"];
  expect(check(strict).status).toBe(1);
  const exemption = (days: number) => [
    {
      rule: "sa-token-automount-forbidden",
      resource: "Pod web",
      owner: "shop team",
      approver: "platform team",
      reason: "it talks to the API server",
      ticket: "SHOP-1",
      expires: new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10),
    },
  ];
  put("exemptions.json", JSON.stringify(exemption(30)));
  expect(check([...strict, "--exemptions", "exemptions.json"]).status).toBe(0);
  put("exemptions.json", JSON.stringify([...exemption(1), ...exemption(30)]));
  const overlapping = JSON.parse(check([...strict, "--exemptions", "exemptions.json", "-f", "json"]).stdout);
  expect(overlapping.exemptions.map(({ state }: { state: string }) => state)).toEqual(["used", "used"]);
  expect(overlapping.findings[0].exemption.expires).toBe(exemption(30)[0]?.expires);
  put("exemptions.json", JSON.stringify(exemption(-2)));
  expect(check([...strict, "--exemptions", "exemptions.json"]).status).toBe(1);
});

test("3: what nobody can know yet, unless that is to be a warning", () => {
  const data = { PASSWORD: "04da6b54-80e4-46f7-96ec-b56ff0331ba9" };
  const type = "kubernetes:core/v1:ConfigMap";
  const newState = { urn: `urn:pulumi:dev::shop::${type}::a`, type, inputs: { metadata: { name: "a" }, data } };
  put("preview.json", JSON.stringify({ steps: [{ op: "create", newState }] }));
  const open = check(["preview.json", ...SECRET_RULE]);
  expect(open.status).toBe(3);
  expect(open.stdout).toContain("Not known whether it holds");
  expect(open.stdout).toContain("--unknown warn");
  expect(check(["preview.json", ...SECRET_RULE, "--unknown", "warn"]).status).toBe(0);
});

test.each<[what: string, args: string[], input: string, says: string]>([
  ["a rule that does not exist", ["-", "--rule", "replica-min"], CLEAN, "the nearest: replicas-min"],
  ["an environment that does not exist", ["-", "-e", "prod"], CLEAN, "allowed: local, local-real, dev"],
  ["a flag that does not exist", ["-", "--frmat", "json"], CLEAN, "(plumbline check --help shows what is allowed)"],
  ["a format that does not exist", ["-", "-f", "xml"], CLEAN, "Allowed choices are text, json"],
  ["a file that does not exist", ["nowhere.yaml"], "", "nowhere.yaml: there is no such file or folder"],
  ["nothing on standard input", [], "", "no object was found in standard input"],
  ["no object in a folder", ["."], "", "no object was found in . (0 files"],
  ["no YAML", ["-"], "a: [", "<stdin>: line 1: it is no YAML"],
  ["a template", ["-"], "{{ .Values.a }}", "check what helm template prints"],
  ["a trial of nothing", ["-", "--dry-run"], CLEAN, "--dry-run was given without --fix"],
  ["a repair of a pipe", ["-", "--fix"], POD, "--fix --dry-run shows"],
  ["a repair of what Pulumi wrote", ["-", "--fix"], '[{"type":"a","name":"a","props":{}}]', "repaired in the program"],
  ["an output that cannot be written", ["-", "-o", "no/where/x"], CLEAN, "--output: no/where/x cannot be written"],
])("2: %s", (_what, args, input, says) => {
  const { status, stdout, stderr } = check(args, input);
  expect([status, stdout]).toEqual([2, ""]);
  expect(stderr).toContain(says);
  expect(stderr).toMatch(/^plumbline check: /);
  expect(stderr).not.toContain("    at ");
});

test("2: one file that cannot be read is enough to judge nothing, and each is named", () => {
  put("a.yaml", BROKEN);
  put("b.yaml", "apiVersion: v1\nkind: Pod\nkind: Pod\n");
  put("c.yaml", "apiVersion: 1\nkind: Pod\n");
  const { status, stdout, stderr } = check(["."]);
  expect([status, stdout]).toEqual([2, ""]);
  expect(stderr).toContain("nothing was judged");
  expect(stderr).toContain(
    "b.yaml: line 3: a key stands twice in one map\nplumbline check: c.yaml: apiVersion is a number",
  );
});

test("a repair is shown first, then made in the text itself, and then there is nothing left to do", () => {
  put("pod.yaml", POD);
  chmodSync(join(stack, "pod.yaml"), 0o640);
  symlinkSync("pod.yaml", join(stack, "link.yaml"));
  const trial = check(["link.yaml", ...TOKEN_RULE, "--fix", "--dry-run"]);
  expect(trial.stdout).toBe(
    "--- link.yaml\n+++ link.yaml\n@@ -4,3 +4,4 @@\n metadata: { name: web }\n spec:\n   containers: [] # none yet\n+  automountServiceAccountToken: false\n",
  );
  expect(get("pod.yaml")).toBe(POD);
  const made = check(["link.yaml", ...TOKEN_RULE, "--fix"]);
  expect(made).toMatchObject({ status: 0, stderr: "repaired: link.yaml: Pod web: sa-token-automount-forbidden\n" });
  expect(made.stdout).toContain("Holds: 0 mandatory violations");
  expect(get("pod.yaml")).toBe(`${POD}  automountServiceAccountToken: false\n`);
  expect(statSync(join(stack, "pod.yaml")).mode & 0o777).toBe(0o640);
  expect(check(["link.yaml", ...TOKEN_RULE, "--fix"])).toMatchObject({ status: 0, stderr: "" });
  expect(get("pod.yaml")).toBe(`${POD}  automountServiceAccountToken: false\n`);
});

test("a report does not take the place of what it judges", () => {
  put("a.yaml", CLEAN);
  const { status, stderr } = check(["a.yaml", "--output", join(stack, "a.yaml")]);
  expect(status).toBe(2);
  expect(stderr).toContain("is read by this very check; allowed: another file");
  expect(get("a.yaml")).toBe(CLEAN);
});

test("a report goes to the file that is named, and nothing to standard output", () => {
  put("a.yaml", BROKEN);
  expect(check(["a.yaml", ...SECRET_RULE, "-f", "json", "-o", "report.json"])).toMatchObject({ status: 1, stdout: "" });
  expect(JSON.parse(get("report.json"))).toMatchObject({ holds: false, objects: 1 });
});

test("a reader that goes away changes no verdict", async () => {
  put("many.yaml", Array.from({ length: 3_000 }, (_, at) => BROKEN.replace("name: a", `name: a${at}`)).join("---\n"));
  const child = spawn(process.execPath, [BIN, "check", "many.yaml", ...SECRET_RULE], {
    cwd: stack,
    env: environment(),
    stdio: ["ignore", "pipe", "pipe"],
  });
  let errors = "";
  child.stderr.on("data", (chunk) => {
    errors += chunk;
  });
  child.stdout.once("data", () => child.stdout.destroy());
  const code = await new Promise((resolve) => child.once("close", resolve));
  expect([code, errors]).toEqual([1, ""]);
});

test("what is asked for help is answered", () => {
  const { status, stdout } = check(["--help"]);
  expect(status).toBe(0);
  expect(stdout).toContain("Exit codes: 0 every mandatory rule holds");
});

test("neither Pulumi nor zod nor the cluster's code is loaded for a check", () => {
  put("a.yaml", CLEAN);
  const loaded = join(dir, "loaded.mjs");
  const hook = `import { registerHooks } from "node:module"; registerHooks({ load(url, context, next) { process.stderr.write(url + "\\n"); return next(url, context); } });`;
  writeFileSync(loaded, hook);
  const { stderr } = spawnSync(process.execPath, ["--import", loaded, BIN, "check", "a.yaml"], {
    cwd: stack,
    encoding: "utf8",
    env: environment(),
  });
  expect(stderr).toContain("/policies/check/check.ts");
  expect(stderr).not.toMatch(/node_modules\/(?:@pulumi|@grpc|zod|yaml)\/|\/(?:components|stacks)\/|rehearsal\/index/);
});
