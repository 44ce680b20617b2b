import type * as pulumi from "@pulumi/pulumi";
import { beforeAll, expect, test } from "vitest";
import { Namespace } from "./cluster/index.ts";
import { InvalidArgsError, optOut } from "./core/index.ts";
import { Kafka, Postgres, RabbitMQ, Redis } from "./data/index.ts";
import { blueGreen } from "./delivery/index.ts";
import { Gateway, Issuer } from "./edge/index.ts";
import { isSecret, type Recording, record } from "./testing/record.ts";
import { Application, Microservice, Worker } from "./workload/index.ts";

const zones = ["a", "b", "c"];
const quota = { cpu: "10", memory: "10Gi", pods: 100 } as const;

/** The ground that services stand on. */
function ground() {
  const shop = new Namespace("shop", { quota, attachesRoutes: true });
  const data = new Namespace("shop-data", { quota });
  const edge = new Namespace("shop-edge", { quota });
  const issuer = new Issuer("internal", { authority: "private" });
  const gateway = new Gateway("gateway", {
    namespace: edge,
    host: "shop.example.com",
    issuer,
    implementation: "envoy",
    zones,
  });
  return { shop, store: { namespace: data, issuer, zones }, gateway };
}

const service = (namespace: Namespace) => ({ namespace, zones, image: "registry.example.com/any:1.0.0" });

interface Peer {
  namespaceSelector: { matchLabels: Record<string, string> };
  podSelector?: { matchLabels: Record<string, string> };
}
type Rule = Partial<Record<"from" | "to", Peer[]>> & { ports: { port: number }[] };

/** The pods that rules let in or out to, as `namespace/labels:port`. */
function edges(rules: Rule[], side: "from" | "to"): string[] {
  return rules.flatMap((rule) =>
    (rule[side] ?? []).flatMap(({ namespaceSelector, podSelector }) => {
      if (podSelector === undefined) return [];
      const namespace = namespaceSelector.matchLabels["kubernetes.io/metadata.name"];
      const labels = Object.values(podSelector.matchLabels).sort().join("+");
      return rule.ports.map(({ port }) => `${namespace}/${labels}:${port}`);
    }),
  );
}

let shop: Recording<Record<string, unknown>>;
beforeAll(async () => {
  shop = await record("test", () => {
    const { shop: namespace, store, gateway } = ground();
    const postgres = new Postgres("postgres", { ...store, databases: ["orders"] });
    const cache = new Redis("cache", store);
    const kafka = new Kafka("kafka", { ...store, topics: { orders: {} } });
    const images = { registry: "registry.example.com/shop", version: "1.0.0" };
    const app = new Application("shop", { namespace, zones, images, gateway });
    const orders = app.service("orders", {
      uses: [postgres.database("orders").owner, cache, kafka.topic("orders").publish],
      route: true,
    });
    app.service("reports", { uses: [postgres.database("orders").reader, orders] });
    return { urls: app.urls };
  });
});

test("one line gives a service the addresses of what it uses, and the paths of its credentials", () => {
  const [container] = shop.inputsOf(":Deployment", "orders").spec.template.spec.containers;
  const environment = Object.fromEntries(container.env.map(({ name, value }: never) => [name, value]));
  expect(environment).toMatchObject({
    ORDERS_DB_HOST: "postgres-rw.shop-data.svc",
    ORDERS_DB_NAME: "orders",
    ORDERS_DB_POOL_SIZE: "5",
    ORDERS_DB_PASSWORD_FILE: "/var/run/secrets/plumbline/orders-db/password",
    ORDERS_DB_CA_FILE: "/var/run/secrets/plumbline/orders-db/ca.crt",
    CACHE_HOST: "cache.shop-data.svc",
    CACHE_KEY_PREFIX: "orders:",
    ORDERS_TOPIC_BROKERS: "kafka.shop-data.svc:9092",
    ORDERS_TOPIC_NAME: "orders",
  });
  expect(container.volumeMounts.map(({ mountPath }: { mountPath: string }) => mountPath)).toContain(
    "/var/run/secrets/plumbline/orders-db",
  );
});

test("a reader is led to a replica, and another service to its address", () => {
  const [container] = shop.inputsOf(":Deployment", "reports").spec.template.spec.containers;
  expect(container.env).toContainEqual({ name: "ORDERS_DB_HOST", value: "postgres-ro.shop-data.svc" });
  expect(container.env).toContainEqual({ name: "ORDERS_URL", value: "http://orders.shop.svc:8080" });
});

test("the ways are open in both directions, and only those", () => {
  const policy = (name: string) => shop.inputsOf(":NetworkPolicy", name).spec;
  expect(edges(policy("orders").egress, "to").sort()).toEqual([
    "shop-data/broker+kafka:9092",
    "shop-data/cache+proxy:6379",
    "shop-data/postgres:5432",
  ]);
  expect(edges(policy("orders").ingress, "from").sort()).toEqual(["shop-edge/gateway:8080", "shop/reports:8080"]);
  expect(edges(policy("reports").egress, "to").sort()).toEqual(["shop-data/postgres:5432", "shop/orders:8080"]);
  expect(edges(policy("reports").ingress, "from")).toEqual([]);
  expect(edges(policy("postgres").ingress, "from")).toEqual(
    expect.arrayContaining(["shop/orders:5432", "shop/reports:5432"]),
  );
  expect(edges(policy("kafka-broker").ingress, "from")).toContain("shop/orders:9092");
  expect(edges(policy("kafka-broker").ingress, "from")).not.toContain("shop/reports:9092");
  expect(edges(policy("cache-proxy").ingress, "from")).toEqual(["shop/orders:6379"]);
  expect(edges(policy("gateway-network").egress, "to")).toContain("shop/orders:8080");
});

test("the store knows its consumers: roles, rights and connections", () => {
  const { spec } = shop.inputsOf(":Cluster", "postgres");
  expect(spec.managed.roles).toMatchObject([
    { name: "orders_owner", login: false },
    { name: "orders_orders", inRoles: ["orders_owner"], connectionLimit: 105 },
    { name: "reports_orders", inRoles: ["pg_read_all_data"], connectionLimit: 105 },
  ]);
  expect(shop.inputsOf(":ConfigMap", "kafka-setup").data.declared).toContain("publish orders orders\n");
});

test("passwords are in Secrets, as secrets, where the consumer and the store can read them", () => {
  for (const name of ["shop-postgres-orders-orders", "shop-data-postgres-orders-orders", "kafka-users", "cache-users"])
    expect(isSecret(shop.inputsOf(":Secret", name).stringData)).toBe(true);
});

test("an application's sizes and variables are those of its services, but for what one says itself", async () => {
  const { inputsOf } = await record("test", () => {
    const { shop: namespace } = ground();
    const { image: _, ...shared } = service(namespace);
    const images = { registry: "registry.example.com/shop", version: "1.0.0" };
    const gateway = undefined as never;
    const given = { ...shared, images, gateway, scaling: { min: 4, max: 40 }, environment: { REGION: "eu" } };
    const app = new Application("shop", given);
    app.service("orders", { route: false, scaling: { cpu: 50 }, environment: { LOG_LEVEL: "debug" } });
  });
  expect(inputsOf(":HorizontalPodAutoscaler", "orders").spec).toMatchObject({ minReplicas: 4, maxReplicas: 40 });
  const { env } = inputsOf(":Deployment", "orders").spec.template.spec.containers[0];
  expect(env).toEqual(
    expect.arrayContaining([
      { name: "REGION", value: "eu" },
      { name: "LOG_LEVEL", value: "debug" },
    ]),
  );
});

test("where an application's releases cannot be measured, none of its services can have an analysis", async () => {
  await record("test", () => {
    const { shop: namespace, gateway } = ground();
    const images = { registry: "registry.example.com/shop", version: "1.0.0" };
    const app = new Application("shop", { namespace, zones, images, gateway, noAnalysis: "set prometheus" });
    app.service("orders", { release: blueGreen() });
    const judged = { objectives: { availability: 99 }, release: blueGreen({ analysis: "objectives" }) } as const;
    expect(() => app.service("stock", judged)).toThrow(
      /release.analysis: "objectives".*; allowed: none: set prometheus/,
    );
  });
});

test("only what has a route has an address outside", () => {
  expect(shop.outputs).toEqual({ urls: { orders: "https://shop.example.com/orders" } });
});

test("a service calls one that is declared later: both sides follow, a release switches what callers find it by, and a change of the call rolls its pods", async () => {
  const calling = (timeout: "1s" | "2s") =>
    record("test", () => {
      const { shop: namespace } = ground();
      new Microservice("orders", { ...service(namespace), calls: { payments: { timeout } } });
      new Microservice("payments", { ...service(namespace), port: 9000, release: blueGreen() });
      new Microservice("quiet", { ...service(namespace), release: blueGreen() });
    });
  const { inputsOf, resources } = await calling("1s");
  const switched = (name: string) => inputsOf(":Release", name).spec.strategy.blueGreen.services;
  expect(switched("payments")).toEqual(["payments", "payments-pods"]);
  expect(switched("quiet")).toEqual(["quiet"]);
  const headless = resources.filter(
    ({ type, inputs }) => type.endsWith(":Service") && inputs.spec.clusterIP === "None",
  );
  expect(headless.map(({ name, inputs }) => [name, inputs.spec.ports])).toEqual([
    ["payments-pods", [{ name: "api", port: 9000, targetPort: "api" }]],
  ]);
  expect(edges(inputsOf(":NetworkPolicy", "orders").spec.egress, "to")).toEqual(["shop/payments:9000"]);
  expect(edges(inputsOf(":NetworkPolicy", "payments").spec.ingress, "from")).toEqual(["shop/orders:9000"]);
  const template = inputsOf(":Deployment", "orders").spec.template;
  expect(template.spec.containers[0].env).toContainEqual({ name: "PAYMENTS_PORT", value: "14001" });
  expect(template.spec.initContainers).toHaveLength(1);
  expect(inputsOf(":Release", "payments").spec.template.spec).not.toHaveProperty("initContainers");
  expect(inputsOf(":PodMonitor", "orders-calls-monitor").spec.podMetricsEndpoints).toMatchObject([{ port: "calls" }]);
  expect(template.metadata.annotations["plumbline.dev/calls"]).toContain('"timeout":"1s"');
  const changed = (await calling("2s")).inputsOf(":Deployment", "orders").spec.template;
  expect(changed.metadata.annotations).not.toEqual(template.metadata.annotations);
  expect(changed.spec).toEqual(template.spec);
});

test("a cycle of calls is refused where it is closed", async () => {
  const { resources } = await record("test", () => {
    const { shop: namespace } = ground();
    const call = { timeout: "1s" } as const;
    new Microservice("a", { ...service(namespace), calls: { b: call } });
    new Worker("w", { ...service(namespace), calls: { b: call } });
    expect(() => new Microservice("b", { ...service(namespace), calls: { a: call } })).toThrow(
      /Microservice "b".*\n.*calls.a: .* no cycle; this closes b → a → b/,
    );
    new Microservice("b", service(namespace));
  });
  expect(resources.filter(({ type, name }) => type.endsWith(":Deployment") && name === "b")).toHaveLength(1);
});

test("all that is wrong with a service's calls is told at once, a name that seems mistyped too", async () => {
  await record("test", () => {
    const { shop: namespace } = ground();
    new Microservice("payments", { ...service(namespace), shutdown: { longestRequest: "1s" } });
    const calls = { paymnts: { timeout: "90s" }, payments: { timeout: "2s" }, later: { timeout: "1s" } } as const;
    try {
      new Microservice("orders", { ...service(namespace), calls });
      expect.unreachable();
    } catch (error) {
      expect((error as InvalidArgsError).problems.map(({ field }) => field)).toEqual([
        "calls.paymnts.timeout",
        "calls.payments.timeout",
        "calls.paymnts",
      ]);
    }
  });
});

test("a transform sees the finished arguments of a child, and changes them", async () => {
  const { inputsOf } = await record("test", () => {
    const { shop: namespace } = ground();
    new Microservice("orders", {
      ...service(namespace),
      transform: {
        service: (args) => {
          args.spec = { ...args.spec, trafficDistribution: "PreferClose" };
        },
      },
    });
  });
  expect(inputsOf(":Service", "orders").spec).toMatchObject({ trafficDistribution: "PreferClose", selector: {} });
});

test.each([
  [true, { protect: true, retainOnDelete: true }],
  [false, {}],
])("retain %s: what holds data is kept so", async (retain, kept) => {
  const seen: unknown[] = [];
  const look = (_: unknown, { protect, retainOnDelete }: pulumi.CustomResourceOptions): undefined => {
    seen.push({ protect, retainOnDelete });
  };
  await record("test", () => {
    const { store } = ground();
    const databases = ["orders"];
    new Postgres("postgres", { ...store, retain, databases, transform: { cluster: look, database: look } });
    new Redis("cache", { ...store, retain, transform: { servers: look } });
    new Kafka("kafka", { ...store, retain, topics: {}, transform: { controllers: look, brokers: look } });
    new RabbitMQ("broker", { ...store, retain, queues: { orders: {} }, transform: { cluster: look } });
  });
  expect(seen).toHaveLength(6);
  for (const options of seen) expect(options).toEqual({ protect: undefined, retainOnDelete: undefined, ...kept });
});

test("an opt-out is written on what it weakens", async () => {
  const { inputsOf } = await record("test", () => {
    const { store } = ground();
    new Postgres("postgres", {
      ...store,
      databases: ["orders"],
      instances: 1,
      replication: optOut("made anew nightly"),
    });
  });
  expect(inputsOf(":Cluster", "postgres").metadata.annotations).toMatchObject({
    "plumbline.dev/opt-out.replication": "made anew nightly",
  });
  expect(inputsOf(":Cluster", "postgres").spec.postgresql).not.toHaveProperty("synchronous");
});

test("what cannot be is refused before anything of it is made", async () => {
  const { resources } = await record("test", () => {
    const { shop: namespace, store } = ground();
    const postgres = new Postgres("postgres", { ...store, databases: ["orders"], connections: 70 });
    const { owner, reader } = postgres.database("orders");
    const kafka = new Kafka("kafka", { ...store, topics: { orders: {} } });
    expect(() => postgres.database("ordrs" as "orders")).toThrow(/has no database "ordrs".*did you mean "orders"\?/);
    expect(() => kafka.topic("order" as "orders")).toThrow(/has no topic "order".*did you mean "orders"\?/);
    const both = { ...service(namespace), uses: [owner, reader] };
    expect(() => new Microservice("greedy", both)).toThrow(InvalidArgsError);
    const many = { ...service(namespace), uses: [owner], scaling: { max: 20 } };
    expect(() => new Microservice("many", many)).toThrow(/at most 55 connections, which are left of 70/);
    expect(() => new Microservice("Bad", service(namespace))).toThrow(/name: "Bad" was given; allowed: a DNS label/);
    const aws = { ...store, databases: ["orders"], backend: "aws" } as never;
    expect(() => new Postgres("managed", aws)).toThrow(/aws: nothing was given; allowed: where in AWS it runs/);
  });
  expect(resources.map(({ name }) => name)).not.toContain("greedy");
  expect(resources.some(({ type, name }) => type.endsWith(":Deployment") && name === "many")).toBe(false);
});

test("a consumer that comes after the end of the program is refused", async () => {
  const { outputs } = await record("test", () => {
    const { shop: namespace, store } = ground();
    return { cache: new Redis("cache", store), namespace };
  });
  expect(() => new Microservice("late", { ...service(outputs.namespace), uses: [outputs.cache] })).toThrow(
    /Redis "cache" is used too late/,
  );
});
