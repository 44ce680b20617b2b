import { beforeAll, describe, expect, test } from "vitest";
import { Namespace } from "../../cluster/index.ts";
import { optOut } from "../../core/opt-out.ts";
import { Issuer } from "../../edge/index.ts";
import { isSecret, type Recording, record } from "../../testing/record.ts";
import { Microservice } from "../../workload/index.ts";
import { ObjectStore } from "../object-store/object-store.ts";
import { Postgres } from "./postgres.ts";

const zones = ["a", "b", "c"];

let all: Recording<unknown>;
beforeAll(async () => {
  all = await record("test", () => {
    const quota = { cpu: "10", memory: "10Gi", pods: 100 } as const;
    const namespace = new Namespace("shop-data", { quota });
    const shop = new Namespace("shop", { quota });
    const issuer = new Issuer("internal", { authority: "private" });
    const store = { namespace, issuer, zones };
    const buckets = { backups: {}, erasures: {} };
    const objects = new ObjectStore("objects", { ...store, buckets, dataClass: "restricted" });
    const postgres = new Postgres("postgres", {
      ...store,
      databases: ["orders", "stock"],
      dataClass: "personal",
      retention: "365d",
      backup: { to: objects.bucket("backups"), keep: "60d", serverName: "history-2" },
      restore: { from: objects.bucket("backups"), serverName: "history-1" },
      erasure: {
        tables: {
          orders: {
            lines: { by: "placed_at", subject: "customer" },
            "crm.people": { by: "seen_at", keep: "90d" },
          },
        },
        log: objects.bucket("erasures"),
        backups: optOut("requests are carried out again after a restore"),
      },
    });
    const image = "registry.example.com/any:1.0.0";
    new Microservice("shop", { namespace: shop, zones, image, uses: [postgres.database("orders").owner] });
  });
});
const pod = () => all.inputsOf(":CronJob", "postgres-eraser").spec.jobTemplate.spec.template.spec;
const container = (name: string) =>
  [...pod().initContainers, ...pod().containers].find((one: { name: string }) => one.name === name);
const environment = (name: string) =>
  Object.fromEntries(container(name).env.map(({ name: variable, value }: never) => [variable, value]));

describe("the eraser of a Postgres", () => {
  test("says what it erases, of what class that is, and why it is not gone from backups in time", () => {
    const { metadata, spec } = all.inputsOf(":CronJob", "postgres-eraser");
    expect(metadata.annotations).toEqual({
      "plumbline.dev/erases": "Cluster/shop-data/postgres",
      "plumbline.dev/opt-out.erasedFromBackups": "requests are carried out again after a restore",
    });
    expect(metadata.labels).toMatchObject({ "plumbline.dev/data-class": "personal" });
    expect(spec).toMatchObject({ schedule: "40 2 * * *", concurrencyPolicy: "Forbid" });
  });

  test("is told of the tables as data, in their order, with the store's retention where they say none", () => {
    const { data } = all.inputsOf(":ConfigMap", "postgres-eraser");
    expect(JSON.parse(data["orders.json"])).toEqual([
      { table: "public.lines", by: "placed_at", keep: 31_536_000, subject: "customer" },
      { table: "crm.people", by: "seen_at", keep: 7_776_000 },
    ]);
    expect(data["orders.role"]).toBe("eraser_orders");
    expect(Object.keys(data)).not.toContain("stock.json");
  });

  test("logs in as a role without any other; who gives it rights is a member of all that own tables", () => {
    const { managed, postgresql } = all.inputsOf(":Cluster", "postgres").spec;
    const role = (name: string) => managed.roles.find((one: { name: string }) => one.name === name);
    expect(role("eraser_orders")).not.toHaveProperty("inRoles");
    expect(role("eraser_orders")).toMatchObject({ login: true, connectionLimit: 1 });
    expect(role("steward_orders").inRoles).toEqual(["orders_owner", "shop_orders"]);
    expect(managed.roles.at(-1).name).toBe("steward_orders");
    expect(postgresql.pg_hba).toEqual(
      ["eraser", "shop", "steward"]
        .map((login) => `hostssl orders ${login}_orders all scram-sha-256`)
        .concat("host all all all reject"),
    );
  });

  test("no container has both passwords, and the one with the bucket's key has none", () => {
    const mounts = (name: string) => container(name).volumeMounts.map((mount: { name: string }) => mount.name);
    const secret = ["steward", "eraser", "log"];
    const of = (name: string) => mounts(name).filter((mount: string) => secret.includes(mount));
    expect(["prepare", "keep", "erase"].map(of)).toEqual([["steward"], ["log"], ["eraser"]]);
    for (const part of ["eraser", "steward"])
      expect(isSecret(all.inputsOf(":Secret", `shop-data-postgres-${part}-orders`).stringData), part).toBe(true);
  });

  test("keeps requests under the server's own history, and reads that of the one it was restored from", () => {
    expect(environment("keep")).toMatchObject({
      BUCKET: "erasures",
      FOLDER: "history-2",
      ORIGIN: "history-1",
      ENCRYPTION: "AES256",
      AWS_CA_BUNDLE: "/var/run/secrets/plumbline/log/ca.crt",
      // 60 days, and 7 until the last backup from before is gone.
      FORGET_SECONDS: "5788800",
    });
    expect(environment("erase")).toMatchObject({ PGHOST: "postgres-rw.shop-data.svc", PGSSLMODE: "verify-full" });
  });

  test("reaches the server and the bucket, and the server lets it in", () => {
    const { ingress, egress } = all.inputsOf(":NetworkPolicy", "postgres-eraser").spec;
    expect(ingress).toEqual([]);
    expect(egress.map(({ ports }: never) => ports[0])).toMatchObject([{ port: 5432 }, { port: 8333 }]);
    expect(JSON.stringify(all.inputsOf(":NetworkPolicy", "postgres").spec.ingress)).toContain('"eraser"');
  });
});
