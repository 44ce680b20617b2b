import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { freePort } from "@plumbline-shop/testing/net";
import { RealProcess } from "@plumbline-shop/testing/process";
import { Scratch } from "@plumbline-shop/testing/scratch";
import { load } from "js-yaml";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Namespace } from "../components/cluster/index.ts";
import { CERT_MANAGER } from "../components/cluster/operators/index.ts";
import { type AlertingArgs, alertmanagerConfig, Monitoring } from "../components/observability/index.ts";
import { Microservice } from "../components/workload/index.ts";
import { KUBE_STATE_METRICS_TOOL } from "../rehearsal/images/kube-state-metrics.ts";
import { PROMETHEUS_OPERATOR_TOOL } from "../rehearsal/images/prometheus-operator.ts";
import { cacheDirectory } from "../rehearsal/index.ts";
import { Transport } from "../rehearsal/plugins/kubernetes/client/transport.ts";
import type { ClusterAccess } from "../rehearsal/plugins/kubernetes/kubeconfig/access.ts";
import { connect } from "../rehearsal/plugins/kubernetes/kubeconfig/connect.ts";
import { selectContext } from "../rehearsal/plugins/kubernetes/kubeconfig/kubeconfig.ts";
import { loadKubeconfig } from "../rehearsal/plugins/kubernetes/kubeconfig/load.ts";
import type { KubeObject } from "../rehearsal/plugins/kubernetes/object.ts";
import { eventually, type TestCluster, testCluster } from "../rehearsal/plugins/kubernetes/testing/cluster.ts";
import { type GoTool, goTool } from "../rehearsal/toolchain/go-build.ts";
import { type AlertmanagerBinary, alertmanagerBinary } from "./support/alertmanager.ts";
import { objectsOf } from "./support/component-objects.ts";
import { namesIn } from "./support/metrics.ts";
import { whyNotUnpacked } from "./support/unpacked-image.ts";

const NAMESPACE = `monitoring-${process.pid}`;
const ZONES = ["tests-a", "tests-b", "tests-c"];
const key = (name: string) => ({ secret: name, key: "key" });
const ALERTING: AlertingArgs = {
  critical: { kind: "pagerduty", routingKey: key("pagerduty"), url: "https://events.eu.pagerduty.com/v2/enqueue" },
  warning: { kind: "slack", url: key("slack"), channel: "#shop" },
  teams: {
    checkout: {
      critical: { kind: "opsgenie", apiKey: key("opsgenie") },
      warning: { kind: "webhook", url: key("hook") },
    },
  },
  heartbeat: { url: key("heartbeat") },
};
const program = () => {
  const quota = { cpu: "20", memory: "40Gi", pods: 60, storage: "100Gi" } as const;
  const namespace = new Namespace(NAMESPACE, { quota, scrapesMetrics: true });
  new Namespace(CERT_MANAGER.namespace, { quota });
  new Monitoring("main", {
    namespace,
    zones: ZONES,
    environment: "tests",
    retention: "15d",
    storage: "10Gi",
    resources: { requests: { cpu: "100m", memory: "512Mi" }, limits: { cpu: "1", memory: "512Mi" } },
    alerting: ALERTING,
    remoteWrite: { url: "https://metrics.example.com/push", token: key("push") },
  });
  const image = "registry.example.com/orders:1.0.0";
  new Microservice("orders", { namespace, zones: ZONES, image, objectives: { availability: 99.9 } });
};

/** What backups are like: alerts ask when they last ended well. */
const CRON_JOB = {
  apiVersion: "batch/v1",
  kind: "CronJob",
  metadata: { name: "backup", namespace: NAMESPACE },
  spec: {
    schedule: "0 3 * * *",
    suspend: true,
    jobTemplate: {
      spec: {
        template: {
          spec: { restartPolicy: "Never", containers: [{ name: "any", image: "registry.example.com/any:1" }] },
        },
      },
    },
  },
};

/** What Prometheus writes elsewhere by. */
const pushToken = (key: string) => ({
  apiVersion: "v1",
  kind: "Secret",
  metadata: { name: "push", namespace: NAMESPACE },
  stringData: { key },
});

function isReconciled(status: unknown): boolean {
  const { conditions = [] } = (status ?? {}) as { conditions?: { type: string; status: string }[] };
  return conditions.some((condition) => condition.type === "Reconciled" && condition.status === "True");
}

interface ScrapeConfig {
  readonly job_name: string;
  readonly scheme?: string;
  readonly relabel_configs?: readonly { readonly target_label?: string }[];
}

describe.skipIf(whyNotUnpacked)(
  `the operator's own program takes what Monitoring makes${whyNotUnpacked ? ` (skipped: ${whyNotUnpacked})` : ""}`,
  () => {
    const scratch = new Scratch();
    const running: RealProcess[] = [];
    let cluster: TestCluster;
    let access: ClusterAccess;
    let transport: Transport;
    let objects: readonly KubeObject[];
    let alertmanager: AlertmanagerBinary;
    /** What the operator makes for Prometheus. */
    let config: { readonly scrape_configs: readonly ScrapeConfig[]; readonly alerting: object };

    beforeAll(async () => {
      cluster = await testCluster();
      const { config: kubeconfig, source } = loadKubeconfig(cluster.kubeconfig);
      access = connect(selectContext(kubeconfig, {}, source));
      transport = new Transport(access, 60_000);
      objects = (await objectsOf(program)) as KubeObject[];
      for (const kind of ORDER) for (const object of objects.filter((one) => one.kind === kind)) await apply(object);
      for (const object of objects.filter(({ kind }) => !ORDER.includes(kind))) await apply(object);
      await apply(pushToken("first-token"));
      alertmanager = await alertmanagerBinary();
      await start(PROMETHEUS_OPERATOR_TOOL, [`--namespaces=${NAMESPACE}`, ...(await asAdministrator())]);
      const made = await eventually(
        () => secret("prometheus-main"),
        (found) => found !== undefined,
        60_000,
      );
      config = unzipped(made?.["prometheus.yaml.gz"]) as typeof config;
    });
    afterAll(async () => {
      for (const process of running) await process.stop("SIGKILL");
      // cert-manager's own namespace stays: other tests have it too.
      const isMine = ({ metadata }: KubeObject) =>
        metadata.namespace === undefined && metadata.name !== CERT_MANAGER.namespace;
      const global = objects?.filter(isMine) ?? [];
      for (const { apiVersion, kind, metadata } of global)
        await cluster.api.delete({ apiVersion, kind, name: metadata.name }, "Background").catch(() => {});
      transport?.close();
      await cluster?.close();
      alertmanager?.remove();
      scratch.remove();
    });

    /** What others need comes first. */
    const ORDER = ["Namespace", "ServiceAccount", "Secret"];

    async function apply(object: KubeObject): Promise<void> {
      const { apiVersion, kind, metadata } = object;
      const path = await cluster.api.collectionPath(apiVersion, kind, metadata.namespace);
      const { status, body } = await transport.request({
        method: "PATCH",
        path: `${path}/${metadata.name}?fieldManager=monitoring&force=true&fieldValidation=Strict`,
        contentType: "application/apply-patch+yaml",
        body: JSON.stringify(object),
      });
      if (status >= 300) throw new Error(`${kind} ${metadata.name}: ${body}`);
    }

    async function start(tool: GoTool, args: readonly string[]): Promise<RealProcess> {
      const folder = await goTool(tool, { toolsDir: join(cacheDirectory(), "tools") });
      const started = new RealProcess(join(folder, tool.name), args);
      running.push(started);
      return started;
    }

    /** Outside of a cluster the operator is told the way, and who it is. */
    async function asAdministrator(): Promise<string[]> {
      const { cert, key: privateKey } = await access.credentials();
      const file = (name: string, content: unknown) => scratch.file(name, String(content));
      return [
        `--apiserver=${access.server.origin}`,
        `--ca-file=${file("ca.crt", access.tls.ca)}`,
        `--cert-file=${file("admin.crt", cert)}`,
        `--key-file=${file("admin.key", privateKey)}`,
        `--web.listen-address=127.0.0.1:${await freePort()}`,
      ];
    }

    const get = (apiVersion: string, kind: string, name: string) =>
      cluster.api.get({ apiVersion, kind, namespace: NAMESPACE, name });
    const secret = async (name: string) =>
      (await get("v1", "Secret", name).catch(() => undefined))?.data as Record<string, string> | undefined;
    const unzipped = (text = "") => load(gunzipSync(Buffer.from(text, "base64")).toString());
    const podsOf = async (label: string) => {
      const path = `${await cluster.api.collectionPath("v1", "Pod", NAMESPACE)}?labelSelector=${label}`;
      return (JSON.parse((await transport.request({ method: "GET", path })).body) as { items: object[] }).items;
    };

    test.each([
      ["Prometheus", "operator.prometheus.io/name=main", 2],
      ["Alertmanager", "alertmanager=main", 3],
    ])("%s: it makes the pods, and a namespace held to restricted takes them", async (kind, label, replicas) => {
      await eventually(
        () => get("monitoring.coreos.com/v1", kind, "main"),
        ({ status }) => isReconciled(status),
      );
      expect(
        await eventually(
          () => podsOf(label),
          ({ length }) => length === replicas,
          60_000,
        ),
      ).toHaveLength(replicas);
    });

    test("Prometheus reads the service by its monitor, with the labels that its objectives ask for", () => {
      const jobs = config.scrape_configs.map(({ job_name }) => job_name);
      const orders = config.scrape_configs.find(({ job_name }) =>
        job_name.startsWith(`serviceMonitor/${NAMESPACE}/orders/`),
      );
      const labels = orders?.relabel_configs?.map(({ target_label }) => target_label);
      expect(labels).toEqual(expect.arrayContaining(["namespace", "service", "pod", "job"]));
      for (const name of ["prometheus", "alertmanager", "kube-state-metrics", "node-exporter"])
        expect(jobs).toContain(`podMonitor/${NAMESPACE}/main-${name}/0`);
      expect(jobs).toEqual(expect.arrayContaining(["kubelets", "kubelets-containers"]));
    });

    test("works out every rule, and tells every Alertmanager", async () => {
      const rules = JSON.stringify((await get("v1", "ConfigMap", "prometheus-main-rulefiles-0")).data);
      for (const alert of ["Watchdog", "PrometheusRulesFail", "ObjectiveBurnsFast"]) expect(rules).toContain(alert);
      expect(JSON.stringify(config.alerting)).toContain("main-alertmanager");
    });

    test("Alertmanager gets its configuration as it was made, and each key as a file", async () => {
      const made = await eventually(
        () => secret("alertmanager-main-generated"),
        (found) => found !== undefined,
      );
      const generated = unzipped(made?.["alertmanager.yaml.gz"]) as ReturnType<typeof alertmanagerConfig>;
      const ours = JSON.parse(JSON.stringify(alertmanagerConfig(ALERTING)));
      expect(generated.route).toMatchObject(ours.route);
      expect(generated.receivers.map(({ name }) => name)).toEqual(
        ours.receivers.map(({ name }: { name: string }) => name),
      );
      for (const [index, receiver] of ours.receivers.entries())
        expect(generated.receivers[index]).toMatchObject(receiver);
      expect(generated.inhibit_rules).toEqual(ours.inhibit_rules);
      alertmanager.write("/tmp/generated.yml", JSON.stringify(generated));
      expect(alertmanager.amtool("check-config", "/tmp/generated.yml")).toContain("SUCCESS");
      const { spec } = await get("apps/v1", "StatefulSet", "alertmanager-main");
      for (const name of ["pagerduty", "slack", "opsgenie", "hook", "heartbeat"])
        expect(JSON.stringify(spec)).toContain(`"mountPath":"/etc/alertmanager/secrets/${name}"`);
    });

    test("a token that has changed reaches the configuration of Prometheus, which its reloader has read anew", async () => {
      const pushesBy = (text: string) => async () =>
        JSON.stringify(unzipped((await secret("prometheus-main"))?.["prometheus.yaml.gz"])).includes(text);
      expect(await pushesBy("first-token")()).toBe(true);
      await apply(pushToken("second-token"));
      await eventually(pushesBy("second-token"), (isThere) => isThere, 60_000);
    });

    test("kube-state-metrics, with its own rights and no more, tells what alerts ask for", async () => {
      const [deployment] = objects.filter(({ kind, metadata }) => kind === "Deployment" && metadata.name === ACCOUNT);
      const args = JSON.stringify(deployment).match(/--resources=[a-z,]+/)?.[0] ?? "";
      await apply(CRON_JOB);
      const port = await freePort();
      const started = await start(KUBE_STATE_METRICS_TOOL, [
        args,
        `--kubeconfig=${scratch.file("kube-state-metrics.yaml", JSON.stringify(await kubeconfigOf(ACCOUNT)))}`,
        "--host=127.0.0.1",
        `--port=${port}`,
        `--telemetry-port=${await freePort()}`,
      ]);
      const metrics = async () => namesIn(await (await fetch(`http://127.0.0.1:${port}/metrics`)).text());
      const wanted = [
        "kube_cronjob_created",
        "kube_deployment_spec_replicas",
        "kube_statefulset_replicas",
        "kube_node_info",
        "kube_pod_info",
      ];
      await eventually(metrics, (names) => wanted.every((name) => names.has(name)), 30_000);
      expect(started.output).not.toContain("forbidden");
    });

    const ACCOUNT = "main-kube-state-metrics";

    /** The way to the API server as a service account: with a token of it, as its pods have. */
    async function kubeconfigOf(account: string): Promise<object> {
      const path = `${await cluster.api.collectionPath("v1", "ServiceAccount", NAMESPACE)}/${account}/token`;
      const body = { apiVersion: "authentication.k8s.io/v1", kind: "TokenRequest", spec: { expirationSeconds: 3_600 } };
      const asked = { method: "POST", path, body: JSON.stringify(body), contentType: "application/json" } as const;
      const { status } = JSON.parse((await transport.request(asked)).body) as { status: { token: string } };
      const server = {
        server: access.server.origin,
        "certificate-authority-data": access.tls.ca?.toString("base64"),
      };
      return {
        apiVersion: "v1",
        kind: "Config",
        "current-context": "it",
        clusters: [{ name: "it", cluster: server }],
        users: [{ name: "it", user: { token: status.token } }],
        contexts: [{ name: "it", context: { cluster: "it", user: "it" } }],
      };
    }
  },
);
