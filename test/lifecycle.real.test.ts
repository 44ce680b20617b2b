import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Checkout, makeCheckout, type Run } from "./support/checkout.ts";
import { deployments, pods } from "./support/shop.ts";

/** The life of one rehearsal as a newcomer sees it. The tests build on each other, in this order. */
describe("from nothing to a stack and back", { timeout: 300_000 }, () => {
  let checkout: Checkout;
  let before: readonly string[];
  let first: Run;

  beforeAll(async () => {
    checkout = await makeCheckout();
    before = checkout.files();
    first = await checkout.plumbline("up", "--json");
  });
  afterAll(() => checkout?.remove());

  test("up ends with every pod of the stack ready, spread over three zones", () => {
    expect(first.code, first.stdout + first.stderr).toBe(0);
    const all = pods(checkout);
    expect(all.length).toBeGreaterThanOrEqual(3 * 3 + 3 + 3 + 6);
    expect(all.filter(({ ready }) => !ready)).toEqual([]);
    for (const service of ["orders", "payments", "inventory"]) {
      const zones = all.filter(({ app }) => app === service).map(({ zone }) => zone);
      expect(new Set(zones), `${service} runs in ${zones.join(", ")}`).toHaveLength(3);
    }
  });

  test("up says on standard output, as one JSON document, what it did and where things are", () => {
    const report = JSON.parse(first.stdout);
    expect(report).toMatchObject({ command: "up", environment: "local", exitCode: 0 });
    expect(first.stdout).toContain(checkout.kubeconfig);
  });

  test("the certificate of the gateway is issued by the real cert-manager", () => {
    const certificates = JSON.parse(checkout.kubectl("get", "certificates", "--all-namespaces", "-o", "json"));
    expect(certificates.items.length).toBeGreaterThan(0);
    for (const { metadata, status } of certificates.items)
      expect(status.conditions, metadata.name).toContainEqual(
        expect.objectContaining({ type: "Ready", status: "True" }),
      );
  });

  test("up again changes nothing", async () => {
    const versions = () =>
      checkout.kubectl(
        "get",
        "deployments,statefulsets,services,secrets",
        "-A",
        "-o",
        'jsonpath={range .items[*]}{.kind} {.metadata.name} {.metadata.uid} {.metadata.generation}{"\\n"}{end}',
      );
    const stood = versions();
    const { code, stdout, stderr } = await checkout.plumbline("up");
    expect(code, stdout + stderr).toBe(0);
    expect(stdout + stderr).toMatch(/no(thing| change)/i);
    expect(versions()).toBe(stood);
  });

  test("up sees a Deployment that someone deleted, says so, and puts it back", async () => {
    checkout.kubectl("delete", "deployment", "payments", "--namespace", "shop");
    const { code, stdout, stderr } = await checkout.plumbline("up");
    expect(code, stdout + stderr).toBe(0);
    expect(stdout + stderr).toContain("payments");
    expect(deployments(checkout)).toContainEqual({ name: "payments", ready: 3, wanted: 3 });
  });

  test("no secret is in a log, in the state, in the outputs or in a pod's environment", () => {
    const secrets = JSON.parse(checkout.kubectl("get", "secrets", "--all-namespaces", "-o", "json")).items;
    const values = secrets.flatMap(({ data }: { data?: Record<string, string> }) =>
      Object.entries(data ?? {})
        .filter(([key]) => /password|key$/i.test(key))
        .map(([, value]) => Buffer.from(value, "base64").toString()),
    );
    expect(values.length).toBeGreaterThan(3);
    const places = checkout.kept();
    expect(places.size).toBeGreaterThan(3);
    const environment = checkout.kubectl(
      "get",
      "pods",
      "--all-namespaces",
      "-o",
      "jsonpath={.items[*].spec.containers[*].env}",
    );
    for (const value of values) {
      const encoded = Buffer.from(value).toString("base64");
      for (const [place, text] of [...places, ["pods", environment], ["output", first.stdout + first.stderr]] as const)
        expect(text.includes(value) || text.includes(encoded), `a secret is in clear in ${place}`).toBe(false);
    }
  });

  test("down leaves no process, no port and no file behind", async () => {
    const server = new URL(
      checkout.kubectl("config", "view", "--minify", "-o", "jsonpath={.clusters[0].cluster.server}"),
    );
    const { code, stdout, stderr } = await checkout.plumbline("down");
    expect(code, stdout + stderr).toBe(0);
    expect(checkout.processes()).toEqual([]);
    await expect(fetch(server)).rejects.toMatchObject({ cause: { code: "ECONNREFUSED" } });
    expect(checkout.files()).toEqual(before);
  });

  test("down once more has nothing to do, and says so", async () => {
    const { code, stdout, stderr } = await checkout.plumbline("down");
    expect(code, stdout + stderr).toBe(0);
  });
});
