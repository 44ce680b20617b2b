import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { whyNoRealNodes } from "../rehearsal/index.ts";
import { traces } from "../rehearsal/nodes/testing/traces.ts";
import { type Checkout, makeCheckout } from "./support/checkout.ts";
import { ask, load, sendCustomer } from "./support/customer.ts";
import { pods } from "./support/shop.ts";

const why = whyNoRealNodes();
const ENVIRONMENT = "local-real";
const ORDER = { customer: "ada", currency: "EUR", items: [{ sku: "anvil", quantity: 2, unitPrice: 4999 }] };
/** Requests a second. For a machine that is slower than two idle cores: `PLUMBLINE_RATE=50`. */
const RATE = Number(process.env.PLUMBLINE_RATE ?? 300);
/** An update takes a dozen seconds, and the last old replica drains for ten more. */
const SECONDS = 40;
const ORDERS = "http://orders.shop:8080/orders";
const STOCK = "http://inventory.shop:8080/stock/anvil";

/** The whole stack in real containers. The tests build on each other, in this order. */
describe.skipIf(why !== undefined)(`the stack on real nodes${why === undefined ? "" : ` (skipped: ${why})`}`, () => {
  const left = () => traces(undefined, ENVIRONMENT);
  const before = why === undefined ? left() : undefined;
  let checkout: Checkout;
  let placed: string;

  beforeAll(async () => {
    checkout = await makeCheckout(ENVIRONMENT);
    const { code, stdout, stderr } = await checkout.plumbline("up", ENVIRONMENT, "--json");
    expect(code, stdout + stderr).toBe(0);
  });
  afterAll(() => checkout?.remove());

  test("up ends with every pod ready in a container, in three zones", () => {
    const all = pods(checkout);
    expect(all.filter(({ ready }) => !ready)).toEqual([]);
    for (const app of ["orders", "payments", "inventory", "postgres", "cache", "kafka"])
      expect(new Set(all.filter((pod) => pod.app === app).map(({ zone }) => zone)), app).toHaveLength(3);
    expect(
      checkout.kubectl("get", "pods", "-A", "-o", "jsonpath={.items[*].status.containerStatuses[*].containerID}"),
    ).not.toMatch(/(^| )(?!containerd:)/);
  });

  test("an order goes through orders, PostgreSQL, Kafka and inventory", async () => {
    await sendCustomer(checkout);
    expect(await ask(checkout, "PUT", STOCK, { available: 10 })).toMatchObject({ status: 200 });
    const answer = await ask(checkout, "POST", ORDERS, ORDER, { "idempotency-key": "the-first-order" });
    expect(answer).toMatchObject({ status: 201, body: { total: 9998 } });
    placed = (answer.body as { id: string }).id;
    await vi.waitFor(
      async () => expect(await ask(checkout, "GET", STOCK)).toMatchObject({ body: { available: 8, reserved: 2 } }),
      { timeout: 60_000, interval: 1_000 },
    );
  });

  test(`a rolling update at ${RATE} requests a second fails none, on new connections and on kept ones`, async () => {
    const before = checkout.kubectl("-n", "shop", "get", "pods", "-l", "app.kubernetes.io/name=orders", "-o", "name");
    const roll = async () => {
      await checkout.ask(["-n", "shop", "rollout", "restart", "deployment/orders"]);
      await checkout.ask(["-n", "shop", "rollout", "status", "deployment/orders", "--timeout=120s"]);
    };
    const { sent, failures } = await load(checkout, { url: `${ORDERS}/${placed}`, rate: RATE, seconds: SECONDS }, roll);
    expect(sent).toBe(RATE * SECONDS);
    expect(failures).toEqual({});
    const after = checkout.kubectl("-n", "shop", "get", "pods", "-l", "app.kubernetes.io/name=orders", "-o", "name");
    expect(after.split("\n").filter((pod) => pod !== "" && before.includes(pod))).toEqual([]);
  });

  test("the node of PostgreSQL's primary is lost: orders are taken without it, and it comes back", async () => {
    const ready = (name: string) =>
      checkout.kubectl("get", "node", name, "-o", 'jsonpath={.status.conditions[?(@.type=="Ready")].status}');
    const primary = ["-n", "shop-data", "-l", "cnpg.io/instanceRole=primary"];
    const node = checkout.kubectl("get", "pods", ...primary, "-o", "jsonpath={.items[0].spec.nodeName}");
    const fault = (...words: string[]) => checkout.plumbline("fault", ...words, "--environment", ENVIRONMENT);
    const eventually = (what: () => unknown) => vi.waitFor(what, { timeout: 120_000, interval: 1_000 });
    expect(await fault("node-kill", node, "--duration", "10m")).toMatchObject({ code: 0 });
    try {
      await eventually(() => expect(ready(node)).toBe("Unknown"));
      await eventually(() => {
        const elsewhere = pods(checkout).filter((pod) => pod.ready && pod.node !== node);
        for (const app of ["orders", "payments", "inventory"])
          expect(elsewhere.filter((pod) => pod.app === app).length, app).toBeGreaterThanOrEqual(3);
      });
      await eventually(async () =>
        expect(await ask(checkout, "POST", ORDERS, ORDER, { "idempotency-key": "the-second-order" })).toMatchObject({
          status: expect.toBeOneOf([200, 201]),
        }),
      );
    } finally {
      expect(await fault("undo", "--all")).toMatchObject({ code: 0 });
    }
    await eventually(() => expect(ready(node)).toBe("True"));
    await eventually(() => expect(pods(checkout).filter((pod) => !pod.ready)).toEqual([]));
    expect(pods(checkout).filter(({ app }) => app === "postgres")).toHaveLength(3);
  });

  test("up again changes nothing", async () => {
    const { code, stdout, stderr } = await checkout.plumbline("up", ENVIRONMENT);
    expect(code, stdout + stderr).toBe(0);
    expect(stdout + stderr).toContain("nothing changed");
  });

  test("a flag of the environment's file holds orders back in every replica, and replaces none", async () => {
    const orders = () =>
      checkout.kubectl("-n", "shop", "get", "pods", "-l", "app.kubernetes.io/name=orders", "-o", "name");
    const before = orders();
    checkout.edit(`stacks/${ENVIRONMENT}.yaml`, "objectives:", "flags: { take-orders: off }\nobjectives:");
    const { code, stdout, stderr } = await checkout.plumbline("up", ENVIRONMENT);
    expect(code, stdout + stderr).toBe(0);
    expect(stdout + stderr).toContain("1 changed");
    await vi.waitFor(
      async () => {
        for (let again = 0; again < 9; again++)
          expect(await ask(checkout, "POST", ORDERS, ORDER, { "idempotency-key": "held-back" })).toMatchObject({
            status: 503,
          });
      },
      { timeout: 150_000, interval: 2_000 },
    );
    expect(orders()).toBe(before);
  });

  test("down leaves nothing on the machine", async () => {
    const { code, stdout, stderr } = await checkout.plumbline("down", ENVIRONMENT);
    expect(code, stdout + stderr).toBe(0);
    expect(checkout.processes()).toEqual([]);
    expect(left()).toEqual(before);
  });
});
