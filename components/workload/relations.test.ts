import type * as pulumi from "@pulumi/pulumi";
import { expect, test } from "vitest";
import type { Grant, Signer, Usable } from "../core/usage.ts";
import { relationProblems, relationsPlan } from "./relations.ts";

const issuer = { ref: { group: "cert-manager.io", kind: "ClusterIssuer", name: "internal" } } as Signer;
const nothing: Grant = { environment: {}, files: {}, peers: [], dependsOn: [], revision: "" };
const usable = (usableName: string): Usable => ({ usableName, grant: () => nothing });

test("a relation's environment begins with its name, and its files are in one folder", () => {
  const grant: Grant = {
    ...nothing,
    environment: { HOST: "postgres-rw.shop-data.svc", PORT: "5432" },
    files: {
      USER: { secret: "postgres-orders", key: "username" },
      PASSWORD: { secret: "postgres-orders", key: "password" },
    },
    issuer,
  };
  const plan = relationsPlan("orders", [{ name: "orders-db", grant }]);
  expect(plan.environment).toEqual({
    ORDERS_DB_HOST: "postgres-rw.shop-data.svc",
    ORDERS_DB_PORT: "5432",
    ORDERS_DB_USER_FILE: "/var/run/secrets/plumbline/orders-db/username",
    ORDERS_DB_PASSWORD_FILE: "/var/run/secrets/plumbline/orders-db/password",
    ORDERS_DB_CA_FILE: "/var/run/secrets/plumbline/orders-db/ca.crt",
  });
  expect(plan.volumes).toEqual([
    {
      name: "uses-orders-db",
      mountPath: "/var/run/secrets/plumbline/orders-db",
      sources: [
        { secret: "postgres-orders", keys: ["username", "password"] },
        { secret: "orders-internal-tls", keys: ["ca.crt"] },
      ],
    },
  ]);
});

test("what changes while the program runs is in a folder of its own, and no secret's", () => {
  const config = { configMap: "shop-flags", key: "flags.json" };
  const files = { TOKEN: { secret: "shop-flags-orders", key: "token" } };
  const plan = relationsPlan("orders", [{ name: "shop-flags", grant: { ...nothing, config, files } }]);
  expect(plan.environment).toEqual({
    SHOP_FLAGS_FILE: "/var/run/config/plumbline/shop-flags/flags.json",
    SHOP_FLAGS_TOKEN_FILE: "/var/run/secrets/plumbline/shop-flags/token",
  });
  expect(plan.volumes).toEqual([
    {
      name: "uses-shop-flags",
      mountPath: "/var/run/secrets/plumbline/shop-flags",
      sources: [{ secret: "shop-flags-orders", keys: ["token"] }],
    },
    {
      name: "config-shop-flags",
      mountPath: "/var/run/config/plumbline/shop-flags",
      sources: [{ configMap: "shop-flags", keys: ["flags.json"] }],
    },
  ]);
});

test("one authority means one certificate, however many relations it signs for", () => {
  const plan = relationsPlan(
    "orders",
    ["a", "b"].map((name) => ({ name, grant: { ...nothing, issuer } })),
  );
  expect(plan.issuers).toEqual([issuer]);
});

test("a relation without files mounts nothing; peers and dependencies add up", () => {
  const peer = { namespace: "shop", podLabels: {}, port: 8080 };
  const resource = {} as pulumi.Resource;
  const plan = relationsPlan(
    "orders",
    ["a", "b"].map((name) => ({ name, grant: { ...nothing, peers: [peer], dependsOn: [resource] } })),
  );
  expect(plan.volumes).toEqual([]);
  expect(plan.peers).toHaveLength(2);
  expect(plan.dependsOn).toHaveLength(2);
});

test("two relations of one name are refused: both would fill the same variables", () => {
  expect(relationProblems([usable("orders-db"), usable("cache"), usable("orders-db")])).toEqual([
    { field: "uses[2]", given: "orders-db", allowed: expect.stringContaining("uses[0] has this name too") },
  ]);
});

test("a relation's name must be able to begin a variable and name a volume", () => {
  expect(relationProblems([usable("Orders_DB")])).toEqual([expect.objectContaining({ field: "uses[0]" })]);
});

test("too many relations are refused", () => {
  const many = Array.from({ length: 33 }, (_, index) => usable(`r-${index}`));
  expect(relationProblems(many)).toEqual([expect.objectContaining({ field: "uses", given: 33 })]);
});
