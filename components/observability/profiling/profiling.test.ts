import { describe, expect, test } from "vitest";
import { Namespace } from "../../cluster/index.ts";
import { ObjectStore } from "../../data/index.ts";
import { Issuer } from "../../edge/index.ts";
import { record } from "../../testing/record.ts";
import { Application, Microservice } from "../../workload/index.ts";
import { complete, type ProfilingArgs } from "./args.ts";
import { profilingNeeds } from "./needs.ts";
import { profilingProblems } from "./problems.ts";
import { Profiling } from "./profiling.ts";

const quota = { cpu: "10", memory: "20Gi", pods: 100 } as const;
const base = {
  zones: ["a", "b", "c"],
  disk: "5Gi",
  retention: "7d",
  tenants: { shop: { namespaces: ["shop"], retention: "14d" } },
} as const;
const KINDS = ["metastore", "segment-writer", "compaction-worker", "query-backend", "query-frontend", "distributor"];

function made(hasBucket = false, change: Partial<ProfilingArgs> = {}) {
  return record("test", () => {
    const namespace = new Namespace("telemetry", { quota });
    const { zones } = base;
    const issuer = new Issuer("internal", { authority: "private" });
    const bucket =
      hasBucket &&
      new ObjectStore("objects", { namespace, issuer, zones, buckets: { profiles: {} } }).bucket("profiles");
    const profiling = new Profiling("profiles", { namespace, ...base, ...(bucket && { bucket }), ...change });
    for (const home of ["shop", "support"]) {
      const image = `plumbline.dev/${home}/orders:1.0.0`;
      const args = { namespace: new Namespace(home, { quota }), zones, image, profiles: profiling };
      new Microservice(home === "shop" ? "orders" : "desk", args);
    }
    const opts = {};
    profiling.query.grant({
      name: "grafana",
      namespace: "boards",
      podLabels: { app: "grafana" },
      maxReplicas: 2,
      opts,
    });
  });
}

const problems = (change: object) =>
  profilingProblems(
    "profiles",
    complete({ namespace: { name: "telemetry" } as Namespace, ...base, ...change } as ProfilingArgs),
  );

describe("a Profiling", () => {
  test("is told to services with their tenant, which it lets in, and nobody else", async () => {
    const all = await made();
    const environment = (of: string) => all.inputsOf(":Deployment", of).spec.template.spec.containers[0].env;
    const address = { name: "PYROSCOPE_SERVER_ADDRESS", value: "http://profiles.telemetry.svc:4040" };
    expect(environment("orders")).toContainEqual(address);
    expect(environment("orders")).toContainEqual({ name: "PYROSCOPE_TENANT_ID", value: "shop" });
    expect(environment("desk")).toContainEqual({ name: "PYROSCOPE_TENANT_ID", value: "platform" });
    const { ingress } = all.inputsOf(":NetworkPolicy", "profiles-pyroscope").spec;
    expect(ingress).toHaveLength(3);
    expect(ingress[1]).toEqual({
      from: [
        ["shop", { "app.kubernetes.io/name": "orders" }],
        ["support", { "app.kubernetes.io/name": "desk" }],
        ["boards", { app: "grafana" }],
      ].map(([namespace, matchLabels]) => ({
        namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": namespace } },
        podSelector: { matchLabels },
      })),
      ports: [{ protocol: "TCP", port: 4040 }],
    });
    const { egress } = all.inputsOf(":NetworkPolicy", "orders").spec;
    expect(JSON.stringify(egress)).toContain("4040");
  });

  test("is one alone on its disk, which outlives the stack, and says so", async () => {
    const all = await made();
    const { spec, metadata } = all.inputsOf(":StatefulSet", "profiles-pyroscope");
    expect(spec).toMatchObject({ replicas: 1, volumeClaimTemplates: [{ metadata: { name: "data" } }] });
    expect(metadata.annotations).toHaveProperty(["plumbline.dev/opt-out.replication"]);
    const { data } = all.inputsOf(":ConfigMap", "profiles");
    const config = JSON.parse(data["config.json"]);
    expect(config).toMatchObject({
      multitenancy_enabled: true,
      analytics: { reporting_enabled: false },
      storage: { backend: "filesystem" },
    });
    expect(config).not.toHaveProperty("memberlist");
    expect(JSON.parse(data["tenants.json"]).overrides).toEqual({
      platform: { retention_period: "604800s" },
      shop: { retention_period: "1209600s" },
    });
    const claim = all.resources.find(({ type }) => type.endsWith(":PersistentVolumeClaim"));
    expect(claim?.name).toBe("data-profiles-pyroscope-0");
  });

  test("is of six kinds before a bucket: who sends reaches those that take, who asks those that answer", async () => {
    const all = await made(true);
    for (const kind of KINDS) {
      const { spec, metadata } = all.inputsOf(":StatefulSet", `profiles-${kind}`);
      expect(spec.replicas).toBe(kind === "metastore" ? 3 : 2);
      expect(spec.volumeClaimTemplates === undefined).toBe(kind !== "metastore");
      expect(metadata.annotations ?? {}).not.toHaveProperty(["plumbline.dev/opt-out.replication"]);
      expect(spec.template.spec.containers[0].args).toContain(`-target=${kind}`);
      const ingress = JSON.stringify(all.inputsOf(":NetworkPolicy", `profiles-${kind}`).spec.ingress);
      expect(ingress.includes("orders")).toBe(kind === "distributor");
      expect(ingress.includes("grafana")).toBe(kind === "query-frontend");
    }
    expect(all.inputsOf(":Service", "profiles").spec.selector).toMatchObject({
      "app.kubernetes.io/component": "distributor",
    });
    const config = JSON.parse(all.inputsOf(":ConfigMap", "profiles").data["config.json"]);
    expect(config.storage).toEqual({
      backend: "s3",
      s3: {
        bucket_name: "profiles",
        endpoint: "objects.telemetry.svc:8333",
        region: expect.any(String),
        bucket_lookup_type: "path-style",
        native_aws_auth_enabled: true,
      },
    });
    expect(config.memberlist.join_members).toEqual(["dns+profiles-peers.telemetry.svc:7946"]);
  });

  test("has each that knows where things are called by the name that the others know it by", async () => {
    const all = await made(true);
    const { raft, address } = JSON.parse(all.inputsOf(":ConfigMap", "profiles").data["config.json"]).metastore;
    const hosts = [0, 1, 2].map((index) => `profiles-metastore-${index}.profiles-metastore.telemetry.svc`);
    expect(raft.bootstrap_peers).toEqual(hosts.map((host) => `${host}:9099`));
    expect(raft.bootstrap_expect_peers).toBe(3);
    expect(address.split(",")).toEqual(hosts.map((host) => `${host}:9095`));
    const { template, serviceName } = all.inputsOf(":StatefulSet", "profiles-metastore").spec;
    const own = template.spec.containers[0].args.map((text: string) =>
      text.replace("$(POD_NAME)", "profiles-metastore-1"),
    );
    expect(own).toContain(`-metastore.raft.server-id=${hosts[1]}`);
    expect(own).toContain(`-metastore.raft.advertise-address=${hosts[1]}:9099`);
    expect(all.inputsOf(":Service", serviceName).spec).toMatchObject({
      clusterIP: "None",
      publishNotReadyAddresses: true,
    });
  });

  test("has the bucket's key in a file, and never in the environment or its configuration", async () => {
    const all = await made(true);
    const { initContainers, containers } = all.inputsOf(":StatefulSet", "profiles-segment-writer").spec.template.spec;
    expect(initContainers).toMatchObject([{ name: "credentials" }]);
    expect(containers[0].env).toContainEqual({
      name: "AWS_SHARED_CREDENTIALS_FILE",
      value: "/var/run/aws/credentials",
    });
    expect(containers[0].env).toContainEqual({ name: "SSL_CERT_FILE", value: "/var/run/bucket/ca.crt" });
    const { data } = all.inputsOf(":ConfigMap", "profiles");
    expect(data["config.json"]).not.toMatch(/secret|access_key/);
  });

  test("is watched as a part of the platform, and wakes nobody", async () => {
    const all = await made(true);
    const [group] = all.inputsOf(":PrometheusRule", "profiles-alerts").spec.groups;
    for (const { labels } of group.rules)
      expect(labels).toMatchObject({ team: "platform", service: "profiles", severity: "warning" });
    expect(JSON.stringify(group)).toContain("< 13");
  });

  test("takes of a quota what it makes", async () => {
    for (const hasBucket of [false, true]) {
      const all = await made(hasBucket);
      const sets = all.resources.filter(
        ({ type, name }) => type.endsWith(":StatefulSet") && name.startsWith("profiles"),
      );
      const pods = sets.map(({ inputs }) => inputs.spec.replicas).toSorted();
      expect(
        profilingNeeds("5Gi", hasBucket)
          .map((need) => need.pods)
          .toSorted(),
      ).toEqual(pods);
    }
  });

  test("is handed to the services and workers of an application, and to no task, which may end before a profile does", async () => {
    const all = await record("test", () => {
      const namespace = new Namespace("shop", { quota });
      const images = { registry: "registry.example.com/shop", version: "1.0.0" };
      const gateway = undefined as never;
      const profiles = { endpoint: "http://pyroscope.observability.svc:4040" };
      const shop = new Application("shop", { namespace, zones: base.zones, images, gateway, profiles });
      shop.worker("mailer");
      shop.task("expiry", { schedule: "30 2 * * *" });
    });
    expect(JSON.stringify(all.inputsOf(":Deployment", "mailer"))).toContain("PYROSCOPE_SERVER_ADDRESS");
    expect(JSON.stringify(all.inputsOf(":CronJob", "expiry"))).not.toContain("PYROSCOPE");
  });

  test.each([
    ["disk", { disk: "5" }],
    ["retention", { retention: "1h" }],
    ["zones", { zones: [] }],
    ["tenants.platform", { tenants: { platform: { namespaces: ["a"], retention: "7d" } } }],
    ["tenants.shop.namespaces", { tenants: { shop: { namespaces: [], retention: "7d" } } }],
    ["runbooks", { runbooks: "docs" }],
  ])("refuses a %s that cannot be, and no other", (field, change) => {
    expect(problems(change).map((problem) => problem.field)).toEqual([field]);
    expect(problems({})).toEqual([]);
  });
});
