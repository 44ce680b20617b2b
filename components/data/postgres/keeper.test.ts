import { beforeAll, describe, expect, test } from "vitest";
import { Namespace } from "../../cluster/index.ts";
import { Issuer } from "../../edge/index.ts";
import { isSecret, type Recording, record } from "../../testing/record.ts";
import { Microservice } from "../../workload/index.ts";
import type { PostgresArgs } from "./args.ts";
import { auditProblems } from "./audit-args.ts";
import { Postgres } from "./postgres.ts";
import { accessProblems } from "./problems.ts";

const zones = ["a", "b", "c"];

function made(
  audit: PostgresArgs<"orders" | "stock">["audit"],
  uses: (postgres: Postgres<"orders" | "stock">) => "owner" | "auditor",
) {
  return record("test", () => {
    const quota = { cpu: "10", memory: "10Gi", pods: 100 } as const;
    const namespace = new Namespace("shop-data", { quota });
    const shop = new Namespace("shop", { quota });
    const issuer = new Issuer("internal", { authority: "private" });
    const personal = { dataClass: "personal", retention: "365d" } as const;
    const postgres = new Postgres("postgres", {
      namespace,
      issuer,
      zones,
      databases: ["orders", "stock"],
      ...personal,
      ...(audit && { audit }),
    });
    const image = "registry.example.com/any:1.0.0";
    const right = uses(postgres);
    new Microservice("any", { namespace: shop, zones, image, uses: [postgres.database("orders")[right]] });
  });
}

let owner: Recording<unknown>;
let auditor: Recording<unknown>;
beforeAll(async () => {
  owner = await made({ events: { orders: "400d" } }, () => "owner");
  auditor = await made({ events: { orders: "400d" } }, () => "auditor");
});
const spec = (type: string, name: string) => owner.inputsOf(type, name).spec;

describe("the keeper of a Postgres' audit events", () => {
  test("has the schema for its own, by a role without any other", () => {
    expect(spec(":Database", "postgres-orders").schemas).toEqual([
      { name: "audit", owner: "keeper_orders", ensure: "present" },
    ]);
    expect(spec(":Database", "postgres-stock")).not.toHaveProperty("schemas");
    const { roles } = spec(":Cluster", "postgres").managed;
    const role = (name: string) => roles.find((one: { name: string }) => one.name === name);
    expect(role("keeper_orders")).toMatchObject({ login: true, connectionLimit: 1 });
    expect(role("keeper_orders")).not.toHaveProperty("inRoles");
    expect(role("orders_auditor")).toMatchObject({ login: false });
    expect(isSecret(owner.inputsOf(":Secret", "shop-data-postgres-keeper-orders").stringData)).toBe(true);
    expect(spec(":Cluster", "postgres").postgresql.pg_hba).toContain("hostssl orders keeper_orders all scram-sha-256");
  });

  test("runs before any service starts and every night, and is told how long events are kept", () => {
    const [job] = owner.resources.filter(({ type }) => type.endsWith(":Job"));
    expect(job?.inputs.metadata.name).toMatch(/^postgres-keeper-[0-9a-f]{8}$/);
    const { schedule, jobTemplate } = spec(":CronJob", "postgres-keeper");
    expect(schedule).toBe("20 3 * * *");
    expect(job?.inputs.spec).toEqual(jobTemplate.spec);
    const { data } = owner.inputsOf(":ConfigMap", "postgres-keeper");
    expect(data["orders.env"]).toBe("OWNER=orders_owner AUDITOR=orders_auditor KEEP=34560000\n");
    expect(Object.keys(data).sort()).toEqual(["keep.sh", "keep.sql", "orders.env"]);
  });

  test("reaches the server alone, and nobody reaches it", () => {
    const { ingress, egress } = spec(":NetworkPolicy", "postgres-keeper");
    expect([ingress, egress.map(({ ports }: never) => ports)]).toEqual([[], [[{ protocol: "TCP", port: 5432 }]]]);
    expect(JSON.stringify(spec(":NetworkPolicy", "postgres").ingress)).toContain('"keeper"');
  });

  test("an owner learns that it writes events, an auditor reads them and nothing else, on the server that takes writes", () => {
    const environment = (all: Recording<unknown>) => {
      const { env } = all.inputsOf(":Deployment", "any").spec.template.spec.containers[0];
      return Object.fromEntries(env.map(({ name, value }: never) => [name, value]));
    };
    expect(environment(owner)).toMatchObject({ ORDERS_DB_AUDIT: "on" });
    expect(environment(auditor)).not.toHaveProperty("ORDERS_DB_AUDIT");
    expect(environment(auditor)).toMatchObject({ ORDERS_DB_HOST: "postgres-rw.shop-data.svc" });
    const { roles } = auditor.inputsOf(":Cluster", "postgres").spec.managed;
    expect(roles).toContainEqual(expect.objectContaining({ name: "any_orders", inRoles: ["orders_auditor"] }));
  });

  test("statements of a personal store are recorded, without values", () => {
    expect(spec(":Cluster", "postgres").postgresql.parameters).toMatchObject({
      "pgaudit.log": "ddl, role",
      "pgaudit.log_parameter": "off",
      log_parameter_max_length_on_error: "0",
    });
  });

  test("every reading of events is recorded, where there are any", async () => {
    const none = await made(undefined, () => "owner");
    const parameters = (all: Recording<unknown>) => all.inputsOf(":Cluster", "postgres").spec.postgresql.parameters;
    expect(parameters(owner)).toHaveProperty(["pgaudit.role"], "pg_read_all_data");
    expect(parameters(none)).not.toHaveProperty(["pgaudit.role"]);
  });

  test("what cannot be is refused", () => {
    const databases = ["orders", "stock"];
    const said = (events: object) =>
      auditProblems({ databases, audit: { events } }).map(({ field, allowed }) => `${field}: ${allowed}`);
    expect(said({ orders: "400d" })).toEqual([]);
    expect(said({ orders: "7d" })).toEqual([expect.stringMatching(/^audit\.events\.orders: .*30d/)]);
    expect(said({})).toEqual([expect.stringMatching(/^audit\.events: at least one database/)]);
    expect(said({ orderz: "400d" })).toEqual(["audit.events.orderz: a declared database: orders, stock"]);
    const access = { database: "orders", consumer: "any", namespace: "shop", podLabels: {}, connections: 5 };
    const budget = { connections: 400, poolSize: 5, databases };
    const [problem] = accessProblems(budget, [], { ...access, right: "auditor" });
    expect(problem).toMatchObject({
      given: "orders.auditor",
      allowed: expect.stringMatching(/^nobody: it keeps no audit events/),
    });
  });
});
