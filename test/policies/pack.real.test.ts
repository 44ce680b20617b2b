import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { makeSandbox, PACK, type Sandbox } from "./sandbox.ts";

// Each test runs the engine two to four times; on a busy machine that takes minutes.
vi.setConfig({ testTimeout: 300_000 });

const NAMESPACE = "policies-pack";
let sandbox: Sandbox;

beforeAll(async () => {
  sandbox = await makeSandbox(NAMESPACE);
});
afterAll(() => sandbox.remove());

/** `pulumi up` as a person runs it: a preview, then the update. */
function up(environment: string, pack = PACK) {
  return sandbox.pulumi("up", "--yes", "--policy-pack", pack, "--policy-pack-config", configOf(environment));
}

function configOf(environment: string): string {
  return environment.endsWith(".json") ? environment : join(PACK, "config", `${environment}.json`);
}

async function expectNothingMade(): Promise<void> {
  expect(JSON.parse(await sandbox.state()).deployment.resources ?? []).toEqual([]);
  expect((await sandbox.kubectl("get", "namespace", NAMESPACE)).text).toContain("NotFound");
}

test("a broken mandatory rule stops up before anything is made, and says what, where and how to repair it", async () => {
  sandbox.program(`new Deployment("orders",
    workload({ env: [{ name: "DB_PASSWORD", value: pulumi.secret("marzipan") }] }), shop());`);
  const { code, text } = await up("production");
  expect(code).not.toBe(0);
  expect(text).toContain("[mandatory] [severity: critical]  secret-literal-forbidden");
  expect(text).toContain(
    `what: Deployment ${NAMESPACE}/orders: spec.template.spec.containers[0].env[0].value is a value of 8`,
  );
  expect(text).toContain("fix:  keep it in a Secret");
  expect(text).not.toContain("marzipan");
  await expectNothingMade();
});

test("a stack rule sees what is missing beside an object", async () => {
  sandbox.program(`new Deployment("orders", workload());`);
  const { code, text } = await up("local");
  expect(code).not.toBe(0);
  for (const rule of ["network-policy-required", "pdb-required"])
    expect(text).toContain(`[mandatory] [severity: high]  ${rule}  (kubernetes:apps/v1:Deployment: orders)`);
  await expectNothingMade();
});

test("a wrong config is refused before anything is made, with the field and what is allowed", async () => {
  sandbox.program("shop();");
  const number = await up(sandbox.config({ "replicas-min": { min: 0 } }));
  expect(number.code).not.toBe(0);
  expect(number.text).toContain("replicas-min: min: Must be greater than or equal to 1");
  const level = await up(sandbox.config({ "replicas-min": "warn" }));
  expect(level.code).not.toBe(0);
  expect(level.text).toContain('parsing enforcement level for "replicas-min": "warn" is not a valid enforcement level');
  await expectNothingMade();
});

test("a rule that throws stops up", async () => {
  sandbox.program("shop();");
  const rule = `defineRule({ ...RULES[0], id: "broken-rule", scope: "resource", params: {}, subjects: () => true,
    check() { throw new Error("out of reach"); } })`;
  const { code, text } = await up(sandbox.config({}), sandbox.pack("broken", `[${rule}]`));
  expect(code).not.toBe(0);
  expect(text).toContain("[mandatory] [severity: high]  broken-rule");
  expect(text).toContain("on which the rule broken-rule broke: out of reach");
  await expectNothingMade();
});

test("what is not known in a preview is a warning, and stops up as soon as it is known to be wrong", async () => {
  sandbox.program(`const inside = shop();
    const later = new ConfigMap("later", { metadata: { name: "later", namespace: namespace.name } }, inside);
    new Deployment("orders", workload({ env: [{ name: "DB_PASSWORD", value: later.id }] }), inside);`);
  const preview = await sandbox.pulumi("preview", "--policy-pack", PACK, "--policy-pack-config", configOf("local"));
  expect(preview.code, preview.text).toBe(0);
  expect(preview.text).toContain("[advisory] [severity: critical]  secret-literal-forbidden");
  expect(preview.text).toContain("containers[0].env[0].value is not known before up; the rule judges it then");
  const hidden = Array.from(preview.text.matchAll(/\[advisory\] \[severity: critical\] {2}(\S+)/g), ([, rule]) => rule);
  expect(hidden.sort(), "nothing else is hidden by it").toEqual(["secret-literal-forbidden", "secret-value-traced"]);
  const update = await up("local");
  expect(update.code).not.toBe(0);
  expect(update.text).toContain("[mandatory] [severity: critical]  secret-literal-forbidden");
  expect((await sandbox.kubectl("get", "deployment", "orders", "--namespace", NAMESPACE)).text).toContain("NotFound");
});

test("the environment decides: what stops one only warns in another", async () => {
  sandbox.program(`new Deployment("orders", workload({ readinessProbe: undefined }, { replicas: 1 }), shop());`);
  const local = await sandbox.pulumi("preview", "--policy-pack", PACK, "--policy-pack-config", configOf("local"));
  expect(local.code).not.toBe(0);
  expect(local.text).toContain("[mandatory] [severity: high]  readiness-probe-required");
  expect(local.text).toContain("spec.replicas is 1; wanted: at least 2");
  const dev = await up("dev");
  expect(dev.code, dev.text).toBe(0);
  expect(dev.text).toContain("[advisory] [severity: high]  readiness-probe-required");
  expect(dev.text).not.toContain("replicas-min");
});

test("a remediation repairs what is made, keeps secrets secret, and has nothing to do the next time", async () => {
  sandbox.program(`new Deployment("orders",
    workload({ env: [{ name: "GREETING", value: pulumi.secret("marzipan") }] }), shop());`);
  const first = await up("local");
  expect(first.code, first.text).toBe(0);
  for (const rule of ["sa-token-automount-forbidden", "seccomp-required"])
    expect(first.text).toContain(`[remediate]  ${rule}  (1 resource)`);
  const made = JSON.parse(
    (await sandbox.kubectl("get", "deployment", "orders", "--namespace", NAMESPACE, "--output", "json")).text,
  );
  const { spec } = made.spec.template;
  expect(spec.automountServiceAccountToken).toBe(false);
  expect(spec.securityContext.seccompProfile).toEqual({ type: "RuntimeDefault" });
  expect(spec.containers[0].env).toEqual([{ name: "GREETING", value: "marzipan" }]);
  const state = await sandbox.state();
  expect(state).toContain("automountServiceAccountToken");
  expect(state).not.toContain("marzipan");
  expect(first.text).not.toContain("marzipan");
  const second = await up("local");
  expect(second.code, second.text).toBe(0);
  expect(second.text).toMatch(/Resources:\n\s+\d+ unchanged\n/);
});

test("an exemption lets one object break one rule; one that has ended stops up, one that frees nothing warns", async () => {
  sandbox.program(`new Deployment("orders", workload({ image: "plumbline.dev/shop/orders:latest" }), shop());`);
  const exemption = {
    rule: "image-tag-pinned",
    resource: `Deployment ${NAMESPACE}/orders`,
    owner: "shop team",
    reason: "until the registry keeps versions",
    ticket: "SHOP-3",
    approver: "platform team",
    expires: new Date(Date.now() + 30 * 86_400_000).toISOString().slice(0, 10),
  };
  const only = `RULES.filter(({ id }) => id === "image-tag-pinned")`;
  const preview = (pack: string) => sandbox.pulumi("preview", "--policy-pack", pack);
  const held = await preview(sandbox.pack("held", only, [exemption, { ...exemption, resource: "Pod shop/*" }]));
  expect(held.code, held.text).toBe(0);
  expect(held.text).toContain(
    "the exemption of shop team from image-tag-pinned for Pod shop/* (SHOP-3) was not needed in this run",
  );
  const ended = await preview(sandbox.pack("ended", only, [{ ...exemption, expires: "2026-01-31" }]));
  expect(ended.code).not.toBe(0);
  expect(ended.text).toContain(`for Deployment ${NAMESPACE}/orders (SHOP-3) ended on 2026-01-31`);
  expect(ended.text).toContain("image-tag-pinned  (kubernetes:apps/v1:Deployment: orders)");
  const wrong = await preview(sandbox.pack("wrong", only, [{ ...exemption, expires: "soon" }]));
  expect(wrong.code).not.toBe(0);
  expect(wrong.text).toContain('exemptions[0].expires: "soon" is not a day');
});
