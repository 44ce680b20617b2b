import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { makeSandbox, PACK, type Sandbox } from "./policies/sandbox.ts";

vi.setConfig({ testTimeout: 300_000 });

const NAMESPACE = "workloads";
const COMPONENTS = join(import.meta.dirname, "..", "components");
let sandbox: Sandbox;

beforeAll(async () => {
  sandbox = await makeSandbox(NAMESPACE);
  sandbox.program(`
import { Namespace } from ${JSON.stringify(join(COMPONENTS, "cluster/index.ts"))};
import { blueGreen } from ${JSON.stringify(join(COMPONENTS, "delivery/index.ts"))};
import { CronTask, Microservice, Worker } from ${JSON.stringify(join(COMPONENTS, "workload/index.ts"))};
const home = new Namespace(namespace.name, { quota: { cpu: "20", memory: "20Gi", pods: 40 } });
const shared = { namespace: home, zones: ["tests-a", "tests-b", "tests-c"] };
const image = (name) => \`plumbline.dev/shop/\${name}:0.1.0\`;
const orders = new Microservice("orders", {
  ...shared, image: image("orders"),
  calls: { payments: { timeout: "2s", retries: 2, breaker: {}, fallback: { contentType: "application/json", body: "[]" } } },
});
new Worker("mailer", {
  ...shared, image: image("mailer"), uses: [orders],
  rights: { why: "elects a leader among its replicas", rules: [
    { apiGroups: ["coordination.k8s.io"], resources: ["leases"], resourceNames: ["mailer"], verbs: ["get", "update"] } ] },
});
new CronTask("expiry", { ...shared, image: image("expiry"), uses: [orders], schedule: "30 2 * * *" });
new Microservice("payments", { ...shared, image: image("payments"), release: blueGreen() });`);
});
afterAll(() => sandbox.remove());

/** What production warns of, as no component can know it of an image; and that nothing here collects logs. */
const WARNED_OF = ["ephemeral-storage-bounded", "image-digest-required", "image-pull-policy-always", "logs-collected"];

/** With the rules that stop an `up` in production, but for one that is about the stack around this. */
function up() {
  const production = JSON.parse(readFileSync(join(PACK, "config", "production.json"), "utf8"));
  const config = sandbox.config({ ...production, "logs-collected": { enforcementLevel: "advisory" } });
  return sandbox.pulumi("up", "--yes", "--skip-preview", "--policy-pack", PACK, "--policy-pack-config", config);
}
const kubectl = async (...words: string[]) => (await sandbox.kubectl("-n", NAMESPACE, ...words)).text.trim();

test("a service, a worker and a task hold to the rules of production, and stand; up again changes nothing", async () => {
  const first = await up();
  expect(first.code, first.text).toBe(0);
  const told = Array.from(first.text.matchAll(/\[(mandatory|advisory)\] \[severity: \w+\] {2}(\S+)/g));
  expect(told.filter(([, level]) => level === "mandatory")).toEqual([]);
  expect([...new Set(told.map(([, , rule]) => rule))].sort()).toEqual(WARNED_OF);
  expect(await kubectl("get", "release", "payments", "-o", "jsonpath={.status.phase}")).toBe("Healthy");
  expect(await kubectl("get", "deployment", "mailer", "-o", "jsonpath={.status.readyReplicas}")).toBe("3");
  const zones = await kubectl(
    "get",
    "pods",
    "-l",
    "app.kubernetes.io/name=mailer",
    "-o",
    "jsonpath={.items[*].spec.nodeName}",
  );
  expect(new Set(zones.split(" ")).size).toBe(3);
  const again = await up();
  expect(again.text).toMatch(/Resources:\s+\d+ unchanged/);
});

test("a task runs to its end, where it may send to what it uses and nobody to it", async () => {
  await kubectl("create", "job", "--from=cronjob/expiry", "expiry-now");
  await kubectl("wait", "--for=condition=Complete", "job/expiry-now", "--timeout=60s");
  expect(await kubectl("get", "job", "expiry-now", "-o", "jsonpath={.status.succeeded}")).toBe("1");
  const policy = JSON.parse(await kubectl("get", "networkpolicy", "expiry", "-o", "json"));
  expect(policy.spec).toMatchObject({ egress: [{ ports: [{ port: 8080 }] }] });
  expect(policy.spec.ingress).toBeUndefined();
  const admitted = JSON.parse(await kubectl("get", "networkpolicy", "orders", "-o", "json")).spec.ingress[0].from;
  expect(admitted.map((from: { podSelector: { matchLabels: object } }) => from.podSelector.matchLabels)).toEqual([
    { "app.kubernetes.io/name": "mailer" },
    { "app.kubernetes.io/name": "expiry" },
  ]);
});

test("rights are those that were asked for, and no others'", async () => {
  const may = (who: string, ...what: string[]) =>
    kubectl("auth", "can-i", ...what, "--as", `system:serviceaccount:${NAMESPACE}:${who}`);
  expect(await may("mailer", "update", "leases/mailer")).toBe("yes");
  expect(await may("mailer", "update", "leases/other")).toMatch(/^no/);
  expect(await may("mailer", "get", "secrets")).toMatch(/^no/);
  expect(await may("orders", "update", "leases/mailer")).toMatch(/^no/);
});

test("a service that calls another, which is declared later, has its proxy and the way to it; the other is found by pod", async () => {
  const container = JSON.parse(await kubectl("get", "deployment", "orders", "-o", "json")).spec.template.spec;
  expect(container.initContainers).toMatchObject([{ name: "calls", restartPolicy: "Always" }]);
  expect(container.containers[0].env).toContainEqual({ name: "PAYMENTS_URL", value: "http://127.0.0.1:14001" });
  const { clusterIP, ports } = JSON.parse(await kubectl("get", "service", "payments-pods", "-o", "json")).spec;
  expect([clusterIP, ports]).toEqual(["None", [expect.objectContaining({ port: 8080 })]]);
  const pods = (name: string) => [
    expect.objectContaining({ podSelector: { matchLabels: { "app.kubernetes.io/name": name } } }),
  ];
  const policy = async (name: string) => JSON.parse(await kubectl("get", "networkpolicy", name, "-o", "json")).spec;
  expect((await policy("orders")).egress).toContainEqual({
    to: pods("payments"),
    ports: [{ port: 8080, protocol: "TCP" }],
  });
  expect((await policy("payments")).ingress[0]).toMatchObject({ from: pods("orders"), ports: [{ port: 8080 }] });
  const { resources } = JSON.parse(await sandbox.state()).deployment;
  const deployment = resources.find(({ urn }: { urn: string }) => urn.endsWith("/v1:Deployment::orders"));
  expect(deployment.dependencies.length).toBeGreaterThan(0);
  expect(deployment.dependencies.filter((urn: string) => urn.includes("payments"))).toEqual([]);
});

test("a call to nobody is refused, with what there is, before anything is changed", async () => {
  sandbox.program(`
import { Namespace } from ${JSON.stringify(join(COMPONENTS, "cluster/index.ts"))};
import { Microservice } from ${JSON.stringify(join(COMPONENTS, "workload/index.ts"))};
const home = new Namespace(namespace.name, { quota: { cpu: "20", memory: "20Gi", pods: 40 } });
const shared = { namespace: home, zones: ["tests-a", "tests-b", "tests-c"] };
new Microservice("orders", { ...shared, image: "plumbline.dev/shop/orders:0.1.0", calls: { paymnts: { timeout: "2s" } } });
new Microservice("payments", { ...shared, image: "plumbline.dev/shop/payments:0.1.0" });`);
  const before = await sandbox.state();
  const { code, text } = await sandbox.pulumi("up", "--yes");
  expect(code).not.toBe(0);
  expect(text).toContain('Microservice "orders" was given arguments that it cannot use:');
  expect(text).not.toContain("error serializing");
  expect(text).toMatch(
    /calls\.paymnts: .* declared in namespace "workloads": orders, payments; did you mean "payments"\?/,
  );
  expect(await sandbox.state()).toBe(before);
});
