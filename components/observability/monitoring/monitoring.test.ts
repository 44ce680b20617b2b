import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Namespace } from "../../cluster/index.ts";
import { amount, InvalidArgsError, optOut } from "../../core/index.ts";
import { record } from "../../testing/record.ts";
import { alertmanagerConfig } from "../alerting/alertmanager-config.ts";
import { Monitoring, type MonitoringArgs } from "../index.ts";
import { retentionSize } from "./prometheus-plan.ts";

const quota = { cpu: "10", memory: "10Gi", pods: 100, storage: "1Ti" } as const;
const key = (name: string) => ({ secret: `key-of-${name}`, key: "key" });
const alerting = {
  critical: { kind: "pagerduty", routingKey: key("pagerduty") },
  warning: { kind: "slack", url: key("slack") },
  teams: { checkout: { critical: { kind: "opsgenie", apiKey: key("opsgenie") } } },
  heartbeat: { url: key("heartbeat") },
} as const;
const ARGS: Omit<MonitoringArgs, "namespace"> = {
  zones: ["a", "b", "c"],
  environment: "production",
  retention: "15d",
  storage: "50Gi",
  resources: { requests: { cpu: "500m", memory: "4Gi" }, limits: { cpu: "2", memory: "4Gi" } },
  alerting,
  runbooks: "https://git.example.com/docs/runbooks",
};
const build = (args: Partial<MonitoringArgs>, name = "main") =>
  new Monitoring(name, {
    ...ARGS,
    namespace: new Namespace("observability", { quota, scrapesMetrics: true }),
    ...args,
  });
const made = (args: Partial<MonitoringArgs> = {}) => record("test", () => void build(args));
/** The fields that are refused. */
const refused = async (args: Partial<MonitoringArgs>, name?: string) => {
  const { outputs } = await record("test", () => {
    try {
      build(args, name);
      return { problems: [] };
    } catch (error) {
      if (!(error instanceof InvalidArgsError)) throw error;
      return { problems: error.problems };
    }
  });
  return outputs.problems.map(({ field }) => field);
};

describe("Prometheus", () => {
  test("reads and works out what there is in all namespaces, twice, on disks of its own", async () => {
    const { inputsOf } = await made();
    const { spec } = inputsOf(":Prometheus", "main");
    expect(spec).toMatchObject({ replicas: 2, retention: "15d", retentionSize: "40960MB" });
    const selectors = Object.entries(spec).filter(([field]) => field.endsWith("Selector"));
    expect(selectors).toHaveLength(6);
    expect(spec.ignoreNamespaceSelectors).toBe(true);
    for (const [field, selector] of selectors) expect(selector, field).toEqual({});
    expect(spec.storage.volumeClaimTemplate.spec.resources.requests.storage).toBe("50Gi");
    expect(inputsOf(":PodDisruptionBudget", "main-prometheus").spec.maxUnavailable).toBe(1);
  });

  test("never fills its disk beyond four fifths", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 16_384 }), (size) => {
        const kept = Number.parseInt(retentionSize(`${size}Gi`), 10) * 2 ** 20;
        expect(kept).toBeLessThanOrEqual(amount(`${size}Gi`) * 0.8);
        expect(kept).toBeGreaterThan(amount(`${size}Gi`) * 0.79);
      }),
    );
  });

  test("tells every Alertmanager behind a Service that there is", async () => {
    const { inputsOf } = await made();
    const [target] = inputsOf(":Prometheus", "main").spec.alerting.alertmanagers;
    const service = inputsOf(":Service", "main-alertmanager");
    expect(target).toMatchObject({ name: service.metadata.name, namespace: service.metadata.namespace });
    expect(service.spec.ports[0].name).toBe(target.port);
    expect(service.spec.selector).toEqual({ alertmanager: inputsOf(":Alertmanager", "main").metadata.name });
  });

  test("lets no monitor send its token away, and reads kubelets with it over checked TLS", async () => {
    const { inputsOf } = await made();
    const { spec } = inputsOf(":Prometheus", "main");
    expect(spec.arbitraryFSAccessThroughSMs).toEqual({ deny: true });
    const { name, key: file } = spec.additionalScrapeConfigs;
    const targets = JSON.parse(inputsOf(":Secret", name).stringData.value[file]);
    expect(targets).toHaveLength(2);
    for (const { scheme, tls_config } of targets) {
      expect(scheme).toBe("https");
      expect(tls_config).toEqual({ ca_file: expect.stringMatching(/ca\.crt$/) });
    }
  });

  test("does not check who kubelets are where that is stepped down from, and says so", async () => {
    const why = "these kubelets sign their own certificates";
    const { inputsOf } = await made({ kubeletCertificates: optOut(why) });
    const { metadata, spec } = inputsOf(":Prometheus", "main");
    expect(metadata.annotations).toEqual({ "plumbline.dev/opt-out.kubeletCertificates": why });
    const { name, key: file } = spec.additionalScrapeConfigs;
    const targets = JSON.parse(inputsOf(":Secret", name).stringData.value[file]);
    expect(targets.map((target: { tls_config: object }) => target.tls_config)).toEqual([
      { insecure_skip_verify: true },
      { insecure_skip_verify: true },
    ]);
  });

  test("writes elsewhere too where it is asked to, by a token in a Secret", async () => {
    const remoteWrite = { url: "https://metrics.example.com:8443/push", token: key("metrics") };
    const { inputsOf } = await made({ remoteWrite });
    expect(inputsOf(":Prometheus", "main").spec.remoteWrite).toEqual([
      { url: remoteWrite.url, authorization: { credentials: { name: "key-of-metrics", key: "key" } } },
    ]);
    const { egress } = inputsOf(":NetworkPolicy", "main-prometheus").spec;
    expect(egress).toContainEqual({ ports: [{ protocol: "TCP", port: 8443 }] });
  });

  test("is asked by itself and by who uses it, who is told where and may go there alone", async () => {
    const reader = { name: "reader", namespace: "reads", podLabels: { app: "reader" }, maxReplicas: 1, opts: {} };
    const { inputsOf, outputs } = await record("test", () => {
      const { environment, peers } = build({}).query.grant(reader);
      return { environment, peers };
    });
    const { ingress } = inputsOf(":NetworkPolicy", "main-prometheus").spec;
    // biome-ignore lint/suspicious/noExplicitAny: what a policy holds is what is looked into.
    expect(ingress[0].from.map(({ podSelector }: any) => podSelector.matchLabels)).toEqual([
      { "operator.prometheus.io/name": "main" },
      { app: "reader" },
    ]);
    const at = { namespace: "observability", podLabels: { "operator.prometheus.io/name": "main" }, port: 9090 };
    expect(outputs).toEqual({
      environment: { URL: "http://main-prometheus.observability.svc:9090" },
      peers: [at],
    });
    expect(inputsOf(":Service", "main-prometheus").spec.selector).toEqual(at.podLabels);
  });
});

describe("Alertmanager", () => {
  test("has its configuration, and the Secret of every key that it names", async () => {
    const { inputsOf } = await made();
    const { spec } = inputsOf(":Alertmanager", "main");
    expect(spec.replicas).toBe(3);
    expect(spec.secrets).toEqual(["key-of-heartbeat", "key-of-opsgenie", "key-of-pagerduty", "key-of-slack"]);
    const config = inputsOf(":Secret", spec.configSecret).stringData.value["alertmanager.yaml"];
    expect(JSON.parse(config)).toEqual(JSON.parse(JSON.stringify(alertmanagerConfig(alerting))));
    for (const [, secret] of config.matchAll(/\/etc\/alertmanager\/secrets\/([^/]+)\//g))
      expect(spec.secrets).toContain(secret);
    expect(spec.automountServiceAccountToken).toBe(false);
  });

  test("is not there where nobody is told, which is said on Prometheus", async () => {
    const { resources, inputsOf } = await made({ alerting: optOut("nobody is paged for a sandbox") });
    expect(resources.filter(({ name, type }) => `${type} ${name}`.toLowerCase().includes("alertmanager"))).toEqual([]);
    const { metadata, spec } = inputsOf(":Prometheus", "main");
    expect(metadata.annotations).toEqual({ "plumbline.dev/opt-out.paging": "nobody is paged for a sandbox" });
    expect(spec).not.toHaveProperty("alerting");
  });
});

test("one of each where that is enough, and nothing that counts on a second", async () => {
  const { resources, inputsOf } = await made({ replication: optOut("one is enough to develop against") });
  expect([inputsOf(":Prometheus", "main"), inputsOf(":Alertmanager", "main")].map(({ spec }) => spec.replicas)).toEqual(
    [1, 1],
  );
  expect(resources.filter(({ type }) => type.endsWith(":PodDisruptionBudget"))).toEqual([]);
  const rules = JSON.stringify(inputsOf(":PrometheusRule", "main-itself"));
  for (const alert of ["PrometheusMissing", "AlertmanagerSplit"]) expect(rules).not.toContain(alert);
  expect(rules).toContain("AlertmanagerMissing");
});

test("what tells of the cluster may read no Secret, and shares nothing with its node", async () => {
  const { resources, inputsOf } = await made();
  const roles = resources.filter(({ type }) => type.endsWith(":ClusterRole"));
  expect(roles).toHaveLength(2);
  for (const { inputs } of roles) {
    const rules = JSON.stringify(inputs.rules);
    expect(rules).not.toMatch(/secrets|configmaps|"\*"|create|update|patch|delete|proxy/);
  }
  const pod = inputsOf(":DaemonSet", "main-node-exporter").spec.template.spec;
  expect(JSON.stringify(pod)).not.toMatch(/hostNetwork|hostPID|hostPath|privileged/);
  expect(pod.tolerations).toEqual([{ operator: "Exists" }]);
  expect(pod.automountServiceAccountToken).toBe(false);
  const { metadata, spec } = inputsOf(":PodMonitor", "main-cert-manager-monitor");
  expect(metadata.namespace).toBe("cert-manager");
  expect(spec).toMatchObject({
    selector: { matchLabels: { "app.kubernetes.io/component": "controller" } },
    podMetricsEndpoints: [{ port: "http-metrics", honorLabels: true }],
  });
  expect(inputsOf(":PodMonitor", "main-kube-state-metrics-monitor").spec.podMetricsEndpoints[0]).toMatchObject({
    honorLabels: true,
  });
});

test("a transform sees each of its programs", async () => {
  const seen = { seen: "yes" };
  const note = (args: { metadata?: unknown }) => {
    (args.metadata as { annotations?: object }).annotations = seen;
    return undefined;
  };
  const { inputsOf } = await made({
    transform: { prometheus: note, alertmanager: note, nodeExporter: note, kubeStateMetrics: note },
  });
  for (const [type, name] of [
    [":Prometheus", "main"],
    [":Alertmanager", "main"],
    [":DaemonSet", "main-node-exporter"],
    [":Deployment", "main-kube-state-metrics"],
  ] as const)
    expect(inputsOf(type, name).metadata.annotations, name).toEqual(seen);
});

test.each<[what: string, args: Partial<MonitoringArgs>, field: string]>([
  ["a namespace that nobody lets in", { namespace: { name: "shop", scrapesMetrics: false } as Namespace }, "namespace"],
  ["no zone", { zones: [] }, "zones"],
  ["a zone twice", { zones: ["a", "b", "a"] }, "zones[2]"],
  ["an environment that is no label", { environment: "Pro duction" }, "environment"],
  ["an hour of memory", { retention: "1h" }, "retention"],
  ["a disk that holds nothing", { storage: "100Mi" }, "storage"],
  [
    "a request above its limit",
    { resources: { ...ARGS.resources, limits: { cpu: "2", memory: "1Gi" } } },
    "resources.requests.memory",
  ],
  ["a chat that wakes people", { alerting: { ...alerting, critical: alerting.warning } }, "alerting.critical.kind"],
  ["a team that is no label", { team: "The Team" }, "team"],
  ["runbooks nowhere", { runbooks: "docs" }, "runbooks"],
  [
    "an address with a key in it",
    { remoteWrite: { url: "https://user:hunter2@metrics.example.com" } },
    "remoteWrite.url",
  ],
])("%s is refused", async (_, args, field) => {
  expect(await refused(args)).toEqual([field]);
});

test("a name that leaves no room for the operator's is refused", async () => {
  expect(await refused({}, "a-name-much-too-long")).toEqual(["name"]);
});
