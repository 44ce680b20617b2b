import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Checkout, makeCheckout } from "./support/checkout.ts";

describe("an environment file that is wrong", () => {
  let checkout: Checkout;
  beforeAll(async () => {
    checkout = await makeCheckout();
  });
  afterAll(() => checkout?.remove());

  test.each([
    {
      what: "a wrong type",
      from: "nodesPerZone: 3",
      to: "nodesPerZone: three",
      field: "cluster.nodesPerZone",
      allowed: /whole number/,
    },
    {
      what: "a negative count",
      from: "nodesPerZone: 3",
      to: "nodesPerZone: -3",
      field: "cluster.nodesPerZone",
      allowed: /1/,
    },
    {
      what: "an unknown key",
      from: "    storage: 10Gi",
      to: "    storrage: 10Gi",
      field: "stores.postgres.storrage",
      allowed: /storage/,
    },
    {
      what: "an unknown zone",
      from: "zones: [local-a, local-b, local-c]",
      to: "zones: [local-a, mars-b, local-c]",
      field: "zones",
      allowed: /local/,
    },
    {
      what: "a secret in clear",
      from: "region: local\n",
      to: "region: local\npassword: hunter2hunter2\n",
      field: "password",
      allowed: /./,
    },
  ])(
    "$what is refused, with file, field and what is allowed, and nothing is made",
    async ({ from, to, field, allowed }) => {
      checkout.edit("stacks/local.yaml", from, to);
      const before = checkout.files();
      const { code, stdout, stderr } = await checkout.plumbline("up");
      expect(code).toBe(2);
      const said = stdout + stderr;
      expect(said).toContain("stacks/local.yaml");
      expect(said).toContain(field);
      expect(said).toMatch(allowed);
      expect(said).not.toContain("hunter2");
      expect(checkout.files()).toEqual(before);
      expect(checkout.processes()).toEqual([]);
      checkout.edit("stacks/local.yaml", to, from);
    },
  );

  test("an environment that does not exist is refused with those that do", async () => {
    const { code, stdout, stderr } = await checkout.plumbline("up", "mars");
    expect(code).toBe(2);
    expect(stdout + stderr).toMatch(/dev.*local.*production.*staging/s);
  });
});

describe("a program with a declaration that is wrong", { timeout: 300_000 }, () => {
  let checkout: Checkout;
  beforeAll(async () => {
    checkout = await makeCheckout();
    checkout.edit(
      "stacks/index.ts",
      'shop.service("payments", {',
      'shop.service("payments", { image: "shop/payments",',
    );
    // Declared after what is wrong: the program does not come to it.
    checkout.edit(
      "stacks/index.ts",
      'shop.service("orders", {',
      'shop.service("orders", { calls: { inventory: { timeout: "2s" } },',
    );
  });
  afterAll(() => checkout?.remove());

  test("is refused with what is wrong and what is allowed, and nothing of where the program ran", async () => {
    const { code, stdout, stderr } = await checkout.plumbline("preview");
    const said = stdout + stderr;
    expect(code, said).toBe(1);
    expect(said).toMatch(
      /✗ Microservice "payments" was given arguments that it cannot use:\n +image: "shop\/payments" was/,
    );
    expect(said).not.toMatch(/unhandled|\n +at |\.ts:\d/);
    expect(said).not.toMatch(/serializing|"orders"|calls/);
  });
});

describe("a program that breaks a mandatory rule", { timeout: 300_000 }, () => {
  let checkout: Checkout;
  beforeAll(async () => {
    checkout = await makeCheckout();
    const program = checkout.read("stacks/index.ts");
    checkout.edit(
      "stacks/index.ts",
      program,
      `${program}\nimport { Pod } from "@pulumi/kubernetes/core/v1/pod.js";\nnew Pod("bare", { metadata: { namespace: data.name }, spec: { containers: [{ name: "bare", image: "bare:latest" }] } }, on);\n`,
    );
  });
  afterAll(() => checkout?.remove());

  test("is stopped before anything is made, and the rule, the resource and the fix are named", async () => {
    const { code, stdout, stderr } = await checkout.plumbline("up");
    const said = stdout + stderr;
    expect(code, said).toBe(3);
    expect(said).toContain("image-tag-pinned");
    expect(said).toContain("bare");
    expect(said).toMatch(/fix/i);
    expect(checkout.kubectl("get", "namespaces", "-o", "name")).not.toContain("shop");
  });
});
