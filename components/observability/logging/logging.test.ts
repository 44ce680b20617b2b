import { describe, expect, test } from "vitest";
import { Namespace } from "../../cluster/index.ts";
import { amount } from "../../core/quantity.ts";
import { ObjectStore } from "../../data/index.ts";
import { Issuer } from "../../edge/index.ts";
import { record } from "../../testing/record.ts";
import { E_MAIL, ENTRANCE, personalPattern, QUERY, withoutFields } from "../collector/personal.ts";
import { tenantsConfig } from "../tenants.ts";
import { agentConfig } from "./agent-config.ts";
import { agentDisk, agentPatience } from "./agent-queue.ts";
import { complete, type LoggingArgs, PERSONAL } from "./args.ts";
import { Logging } from "./logging.ts";
import { lokiConfig } from "./loki-config.ts";
import { loggingProblems } from "./problems.ts";

const quota = { cpu: "10", memory: "20Gi", pods: 100 } as const;
const at = [{ cidr: "10.0.8.0/22", port: 9200 }];
const base = {
  zones: ["a", "b", "c"],
  store: { kind: "loki", disk: "5Gi" },
  retention: "7d",
  tenants: { shop: { namespaces: ["shop"], retention: "30d" } },
} as const;

function made(change: (bucket: () => ReturnType<ObjectStore<"logs">["bucket"]>) => Partial<LoggingArgs> = () => ({})) {
  return record("test", () => {
    const namespace = new Namespace("telemetry", { quota });
    const bucket = () => {
      const issuer = new Issuer("internal", { authority: "private" });
      return new ObjectStore("objects", { namespace, issuer, zones: base.zones, buckets: { logs: {} } }).bucket("logs");
    };
    new Logging("logs", { namespace, ...base, ...change(bucket) });
  });
}

describe("the agents of a Logging", () => {
  test("mount the logs of their node read-only, as no root, and reach Loki alone", async () => {
    const all = await made();
    const { spec } = all.inputsOf(":DaemonSet", "logs-agent").spec.template;
    expect(spec.securityContext).toMatchObject({ runAsNonRoot: true, runAsUser: 10_001, runAsGroup: 0 });
    const onNode = spec.volumes.filter((volume: { hostPath?: object }) => volume.hostPath);
    expect(onNode).toEqual([{ name: "logs", hostPath: { path: "/var/log/pods" } }]);
    expect(spec.containers[0].volumeMounts).toContainEqual({
      name: "logs",
      mountPath: "/var/log/pods",
      readOnly: true,
    });
    const { egress } = all.inputsOf(":NetworkPolicy", "logs-agent").spec;
    expect(egress).toHaveLength(2);
    expect(egress[0].ports).toEqual([{ protocol: "TCP", port: 3100 }]);
  });

  test("read each namespace for one tenant, and never their own log", () => {
    const target = { agent: { name: "logs-agent", namespace: "kube-system" }, loki: "http://loki:3100/otlp" };
    const { receivers, exporters } = agentConfig(complete({ namespace: {} as Namespace, ...base }), target);
    const own = "/var/log/pods/kube-system_logs-agent-*/*/*.log";
    expect(receivers["filelog/shop"]).toMatchObject({ include: ["/var/log/pods/shop_*/*/*.log"], exclude: [own] });
    expect(receivers["filelog/platform"]).toMatchObject({
      include: ["/var/log/pods/*_*/*/*.log"],
      exclude: [own, "/var/log/pods/shop_*/*/*.log"],
    });
    expect(exporters["otlphttp/shop"]).toMatchObject({ endpoint: target.loki, headers: { "X-Scope-OrgID": "shop" } });
  });

  test("send to Elasticsearch by one argument, with a password that is in a file", async () => {
    const password = { secret: "search", key: "password" };
    const store = {
      kind: "elasticsearch",
      url: "https://search.example.com:9200",
      at,
      user: { name: "logs", password },
    } as const;
    const all = await made(() => ({ store }));
    const config = JSON.parse(all.inputsOf(":ConfigMap", "logs-agent").data["config.json"]);
    expect(config.exporters["elasticsearch/shop"]).toMatchObject({
      endpoints: [store.url],
      auth: { authenticator: "basicauth" },
    });
    expect(config.service.pipelines["logs/shop"].processors).toContain("transform/stream-shop");
    expect(JSON.stringify(config.processors["transform/stream-shop"])).toContain(
      String.raw`set(resource.attributes[\"data_stream.namespace\"], \"shop\")`,
    );
    expect(config.extensions.basicauth.client_auth.password).toBe(`\${file:/etc/collector-password/password}`);
    expect(all.resources.filter(({ type }) => type.endsWith(":StatefulSet"))).toEqual([]);
  });

  test.each([
    ["email", true],
    ["customer.email", true],
    ["customer.card_number", true],
    ["CARD-NUMBER", true],
    ["items.0.cardNumber", true],
    ["address.street", true],
    ["shippingAddress", true],
    ["remoteAddress", true],
    ["customerEmail", true],
    ["emails.0", true],
    ["e-mail", true],
    ["phoneNumber", true],
    ["accessToken", true],
    ["client_secret", true],
    ["passwordHash", true],
    ["set-cookie", true],
    ["x-api-key", true],
    ["x-forwarded-for", true],
    ["clientIp", true],
    ["userIPAddress", true],
    ["ipAddresses", true],
    ["ship", false],
    ["ipsum", false],
    ["zipCode", false],
    ["SHIPPED", false],
    ["secretary", false],
    ["trace_id", false],
    ["message", false],
  ])("drop a field %s: %s", (field, dropped) => {
    expect(new RegExp(personalPattern(PERSONAL)).test(field)).toBe(dropped);
  });

  test.each([
    ["to anna@example.com.", "to <e-mail>."],
    ["anna%40example.com", "<e-mail>"],
    ["anna@müller.de", "<e-mail>"],
    ["müller@example.com", "<e-mail>"],
    ["/orders?email=anna", "/orders"],
    ["GET https://shop.example/a?b=c 200", "GET https://shop.example/a 200"],
    ["postgres://user:secret@db/shop", "postgres://db/shop"],
    ["really? yes @ noon", "really? yes @ noon"],
    ["image@sha256:00", "image@sha256:00"],
  ])("make of %s: %s", (text, masked) => {
    const cut = text.replace(new RegExp(ENTRANCE, "g"), "://").replace(new RegExp(QUERY, "g"), "$1$2");
    expect(cut.replace(new RegExp(E_MAIL, "gu"), "<e-mail>")).toBe(masked);
  });

  test("hold back what waits before their disk is full, however many tenants there are", () => {
    for (const tenants of [1, 2, 32, 200]) {
      const { queue_size, block_on_overflow } = agentPatience(tenants).sending_queue;
      expect(block_on_overflow).toBe(true);
      expect(queue_size).toBeGreaterThanOrEqual(16 * 2 ** 20);
      expect(2 * queue_size * tenants).toBeLessThanOrEqual(amount(agentDisk(tenants)));
    }
    expect(agentDisk(2)).toBe("1024Mi");
  });
});

test("agents and Loki are watched as parts of the platform, and as no stores", async () => {
  const all = await made();
  for (const name of ["logs-agent", "logs-loki"]) {
    const [group] = all.inputsOf(":PrometheusRule", `${name}-alerts`).spec.groups;
    for (const { labels } of group.rules) expect(labels).toMatchObject({ team: "platform", service: name });
    expect(JSON.stringify(group)).not.toContain('"store"');
  }
});

test("what more is dropped is dropped besides all that is personal", () => {
  const target = { agent: { name: "logs-agent", namespace: "kube-system" }, loki: "http://loki:3100/otlp" };
  const args = complete({ namespace: {} as Namespace, ...base, alsoDropped: ["orderNote"] });
  const [drop = ""] = withoutFields("log.body", [...PERSONAL, "orderNote"]);
  expect(drop).toContain("delete_matching_keys");
  expect(JSON.stringify(agentConfig(args, target).processors["transform/lines"])).toContain(
    JSON.stringify(drop).slice(1, -1),
  );
});

describe("the Loki of a Logging", () => {
  test("is alone on its disk, or nine before a bucket, whose key is never in the environment", async () => {
    const alone = await made();
    expect(alone.inputsOf(":StatefulSet", "logs-loki").spec.replicas).toBe(1);
    const all = await made((bucket) => ({ store: { kind: "loki", disk: "5Gi", bucket: bucket() } }));
    const sets = ["write", "read", "backend"].map((part) => all.inputsOf(":StatefulSet", `logs-loki-${part}`).spec);
    expect(sets.map(({ replicas }) => replicas)).toEqual([3, 3, 3]);
    for (const { template } of sets) {
      const [container] = template.spec.containers;
      expect(container.env.filter((one: { valueFrom?: object }) => one.valueFrom)).toEqual([]);
      expect(template.spec.initContainers[0].command[2]).toContain("/var/run/aws/credentials");
      expect(template.spec.volumes).toContainEqual({
        name: "credentials",
        emptyDir: { medium: "Memory", sizeLimit: "1Mi" },
      });
    }
    const config = JSON.parse(all.inputsOf(":ConfigMap", "logs-loki").data["config.json"]);
    expect(config.storage_config.aws).toMatchObject({ bucketnames: "logs", s3forcepathstyle: true });
    expect(config.common.replication_factor).toBe(3);
    const { ingress } = all.inputsOf(":NetworkPolicy", "logs-loki").spec;
    expect(JSON.stringify(ingress)).toContain('"app.kubernetes.io/component":"agent"');
    // Its one port answers for logs too, without asking who it is.
    expect(ingress.at(-1).from).toEqual([
      {
        namespaceSelector: { matchLabels: { "plumbline.dev/scrapes-metrics": "true" } },
        podSelector: { matchExpressions: [{ key: "operator.prometheus.io/name", operator: "Exists" }] },
      },
    ]);
  });

  test("keeps what each tenant writes for as long as it says", () => {
    expect(tenantsConfig(complete({ namespace: {} as Namespace, ...base }))).toEqual({
      overrides: { platform: { retention_period: "604800s" }, shop: { retention_period: "2592000s" } },
    });
    const { compactor, limits_config } = lokiConfig("peers", "backend", undefined) as Record<string, object>;
    expect(compactor).toMatchObject({ retention_enabled: true, delete_request_store: "filesystem" });
    expect(limits_config).toMatchObject({ allow_structured_metadata: true });
  });
});

const problems = (change: object) =>
  loggingProblems("logs", complete({ namespace: {} as Namespace, ...base, ...change } as LoggingArgs));

test.each([
  ["store.kind", { store: { kind: "syslog" } }],
  ["store.disk", { store: { kind: "loki", disk: "5" } }],
  ["store.url", { store: { kind: "otlp", url: "ftp://logs.example.com", at } }],
  ["store.at", { store: { kind: "elasticsearch", url: "https://logs.example.com", at: [] } }],
  ["retention", { retention: "1h" }],
  ["zones", { zones: [] }],
  ["zones[1]", { zones: ["a", "a"] }],
  ["alsoDropped[0]", { alsoDropped: ["E-Mail"] }],
  ["tenants.platform", { tenants: { platform: { namespaces: ["a"], retention: "7d" } } }],
  [
    "tenants.b.namespaces[0]",
    { tenants: { a: { namespaces: ["x"], retention: "7d" }, b: { namespaces: ["x"], retention: "7d" } } },
  ],
  ["tenants.a.namespaces", { tenants: { a: { namespaces: [], retention: "7d" } } }],
  ["tenants.a.retention", { tenants: { a: { namespaces: ["x"], retention: "12h" } } }],
])("a %s that cannot be is refused, and no other", (field, change) => {
  expect(problems(change).map((problem) => problem.field)).toEqual([field]);
  expect(problems({})).toEqual([]);
});
