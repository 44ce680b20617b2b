import type * as pulumi from "@pulumi/pulumi";
import { beforeAll, describe, expect, test } from "vitest";
import { Namespace } from "../../cluster/index.ts";
import { optOut } from "../../core/opt-out.ts";
import type { Consumer, Grant } from "../../core/usage.ts";
import { Issuer } from "../../edge/index.ts";
import { type Recording, record } from "../../testing/record.ts";
import type { PostgresArgs } from "./args.ts";
import { Postgres } from "./postgres.ts";

const POOLER = { "cnpg.io/poolerName": "postgres-pooler" };
const consumer = (name: string, maxReplicas = 12): Consumer => ({
  name,
  namespace: "shop",
  podLabels: { "app.kubernetes.io/name": name },
  maxReplicas,
  opts: {},
});

/** Everything of a Postgres that `orders` owns and `reports` reads. */
function made(args: Partial<PostgresArgs>, replicas?: number) {
  return record("test", () => {
    const namespace = new Namespace("shop-data", { quota: { cpu: "10", memory: "10Gi", pods: 100 } });
    const issuer = new Issuer("internal", { authority: "private" });
    const postgres = new Postgres("postgres", {
      namespace,
      issuer,
      zones: ["a", "b", "c"],
      databases: ["orders"],
      poolSize: 8,
      ...args,
    });
    const { owner, reader } = postgres.database("orders");
    return {
      endpoint: postgres.endpoint,
      owner: owner.grant(consumer("orders", replicas)),
      reader: reader.grant(consumer("reports", 2)),
    };
  });
}

describe("a Postgres with a pooler", () => {
  let all: Recording<{ endpoint: pulumi.Output<string>; owner: Grant; reader: Grant }>;
  beforeAll(async () => {
    all = await made({ pooler: {} });
  });

  test("sends owners to the pooler and readers to the replicas", async () => {
    const { owner, reader, endpoint } = all.outputs;
    expect(await new Promise((resolve) => endpoint.apply(resolve))).toBe("postgres-pooler.shop-data.svc:5432");
    expect(owner.environment).toMatchObject({ HOST: "postgres-pooler.shop-data.svc", PORT: "5432", POOL_SIZE: "8" });
    expect(owner.peers).toEqual([{ namespace: "shop-data", podLabels: POOLER, port: 5432 }]);
    expect(reader.environment).toMatchObject({ HOST: "postgres-ro.shop-data.svc" });
    expect(reader.peers).toEqual([
      { namespace: "shop-data", podLabels: { "cnpg.io/cluster": "postgres" }, port: 5432 },
    ]);
  });

  test("counts of the server's connections what the pooler's pods can hold, however many replicas a consumer has", () => {
    const { roles } = all.inputsOf(":Cluster", "postgres").spec.managed;
    const limits = Object.fromEntries(
      roles.map(({ name, connectionLimit }: Record<string, unknown>) => [name, connectionLimit]),
    );
    // Ten of each pod, and one pod more while one is replaced; a reader's are its own.
    expect(limits).toEqual({ orders_owner: undefined, orders_orders: 40, reports_orders: 16, pooler: 40 });
  });

  test("has a pod in each zone, which is replaced by another before it goes, and one at a time", () => {
    const { metadata, spec } = all.inputsOf(":Pooler", "postgres-pooler");
    expect(metadata).toMatchObject({ name: "postgres-pooler", namespace: "shop-data" });
    expect(spec).toMatchObject({
      cluster: { name: "postgres" },
      type: "rw",
      instances: 3,
      deploymentStrategy: { rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
    });
    const { topologySpreadConstraints, priorityClassName, containers } = spec.template.spec;
    expect(topologySpreadConstraints).toMatchObject([
      {
        topologyKey: "topology.kubernetes.io/zone",
        whenUnsatisfiable: "DoNotSchedule",
        labelSelector: { matchLabels: POOLER },
      },
    ]);
    expect(priorityClassName).toBe("plumbline-store");
    expect(containers).toMatchObject([
      { name: "pgbouncer", resources: { requests: { memory: "256Mi" }, limits: { cpu: "1", memory: "256Mi" } } },
    ]);
    expect(all.inputsOf(":PodDisruptionBudget", "postgres-pooler").spec).toEqual({
      maxUnavailable: 1,
      unhealthyPodEvictionPolicy: "AlwaysAllow",
      selector: { matchLabels: POOLER },
    });
  });

  test("pools by transaction, with prepared statements, and gives a lost primary up within seconds", () => {
    const { pgbouncer } = all.inputsOf(":Pooler", "postgres-pooler").spec;
    expect(pgbouncer).toMatchObject({
      poolMode: "transaction",
      parameters: {
        default_pool_size: "10",
        max_client_conn: "1000",
        max_prepared_statements: "200",
        server_login_retry: "1",
        tcp_user_timeout: "5000",
      },
    });
  });

  test("lets in the owner alone, over TLS, and rejects everyone else before what the operator adds", () => {
    expect(all.inputsOf(":Pooler", "postgres-pooler").spec.pgbouncer.pg_hba).toEqual([
      "hostssl orders orders_orders 0.0.0.0/0 scram-sha-256",
      "hostssl orders orders_orders ::/0 scram-sha-256",
      "host all all 0.0.0.0/0 reject",
      "host all all ::/0 reject",
    ]);
  });

  test("asks for passwords by a role of its own, of which the operator makes no function with a superuser's rights", () => {
    const { managed, postgresql } = all.inputsOf(":Cluster", "postgres").spec;
    expect(managed.roles).toContainEqual({
      name: "pooler",
      ensure: "present",
      login: true,
      connectionLimit: 40,
      inRoles: ["pg_read_all_data"],
      passwordSecret: { name: "postgres-pooler" },
    });
    expect(postgresql.pg_hba.slice(-2)).toEqual(["hostssl orders pooler all scram-sha-256", "host all all all reject"]);
    const { authQuery, authQuerySecret } = all.inputsOf(":Pooler", "postgres-pooler").spec.pgbouncer;
    expect(authQuerySecret).toEqual({ name: "postgres-pooler" });
    expect(authQuery).toMatch(/ OPERATOR\(pg_catalog\.=\) \$1 .*NOT rolsuper AND NOT rolreplication$/);
    expect(all.inputsOf(":Secret", "shop-data-postgres-pooler").metadata.labels).toMatchObject({
      "cnpg.io/reload": "true",
    });
  });

  test("shows the server's certificate, which has the pooler's names too", () => {
    const { dnsNames } = all.inputsOf("v1:Certificate", "postgres-server").spec;
    expect(dnsNames).toEqual(expect.arrayContaining(["postgres-pooler", "postgres-pooler.shop-data.svc"]));
  });

  test("owners reach the pooler alone, and the pooler the instances; it has none of their ways", () => {
    const [pooler, instances] = ["postgres-pooler", "postgres"].map(
      (name) => all.inputsOf(":NetworkPolicy", name).spec,
    );
    expect(pooler.podSelector).toEqual({ matchLabels: POOLER });
    expect(JSON.stringify(pooler.ingress)).toContain('"app.kubernetes.io/name":"orders"');
    expect(JSON.stringify(pooler.ingress)).not.toContain("reports");
    expect(pooler.egress).toEqual([
      expect.objectContaining({ ports: [{ protocol: "TCP", port: 5432 }] }),
      { ports: [443, 6443].map((port) => ({ protocol: "TCP", port })) },
    ]);
    expect(instances.podSelector).toEqual({
      matchLabels: { "cnpg.io/cluster": "postgres" },
      matchExpressions: [{ key: "cnpg.io/poolerName", operator: "DoesNotExist" }],
    });
    expect(JSON.stringify(instances.ingress)).toContain('"app.kubernetes.io/name":"reports"');
    expect(JSON.stringify(instances.ingress)).not.toContain('"app.kubernetes.io/name":"orders"');
  });

  test("its pods do not count where instances are spread: the jobs that make an instance do", () => {
    const [constraint] = all.inputsOf(":Cluster", "postgres").spec.topologySpreadConstraints;
    expect(constraint.labelSelector).toEqual({
      matchLabels: { "cnpg.io/cluster": "postgres" },
      matchExpressions: [{ key: "cnpg.io/poolerName", operator: "DoesNotExist" }],
    });
  });
});

test("a consumer of few connections takes no more of the server's than it has itself", async () => {
  const { inputsOf } = await made({ pooler: { instances: 2, size: 20 }, poolSize: 5 }, 1);
  expect(inputsOf(":Cluster", "postgres").spec.managed.roles).toContainEqual(
    expect.objectContaining({ name: "orders_orders", connectionLimit: 15 }),
  );
});

test("without a pooler nothing is said of one", async () => {
  const { resources } = await made({});
  expect(JSON.stringify(resources)).not.toMatch(/pooler/i);
});

test("one pod is enough where one instance is", async () => {
  const replication = optOut("a copy of a copy");
  const { inputsOf } = await made({ instances: 1, replication, pooler: { instances: 1 } });
  expect(inputsOf(":Pooler", "postgres-pooler").spec.instances).toBe(1);
});
