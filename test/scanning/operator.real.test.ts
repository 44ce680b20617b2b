import { freePort } from "@plumbline-shop/testing/net";
import { RealProcess } from "@plumbline-shop/testing/process";
import { Scratch } from "@plumbline-shop/testing/scratch";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Namespace } from "../../components/cluster/index.ts";
import { TRIVY_OPERATOR } from "../../components/cluster/operators/index.ts";
import { scanningWatched } from "../../components/observability/scanning/images.ts";
import { Transport } from "../../rehearsal/plugins/kubernetes/client/transport.ts";
import { connect } from "../../rehearsal/plugins/kubernetes/kubeconfig/connect.ts";
import { selectContext } from "../../rehearsal/plugins/kubernetes/kubeconfig/kubeconfig.ts";
import { loadKubeconfig } from "../../rehearsal/plugins/kubernetes/kubeconfig/load.ts";
import type { KubeObject } from "../../rehearsal/plugins/kubernetes/object.ts";
import { eventually, type TestCluster, testCluster } from "../../rehearsal/plugins/kubernetes/testing/cluster.ts";
import { objectsOf } from "../support/component-objects.ts";
import { type OperatorModule, operatorModule, operatorProgram } from "./programs.ts";

const HOME = TRIVY_OPERATOR.namespace;
const CRD = { apiVersion: "apiextensions.k8s.io/v1", kind: "CustomResourceDefinition" };
const RBAC = ["Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding"];
/** What it needs before it starts; it is started as a process of this machine, so its Deployment is not among these. */
const BEFORE = ["Namespace", "ResourceQuota", "LimitRange", "ServiceAccount", "ConfigMap", "Secret", ...RBAC];
const IMAGE = "docker.io/library/redis:8.2.1";

const scratch = new Scratch();
let cluster: TestCluster;
let module: OperatorModule;
let ours: readonly KubeObject[];
let operator: RealProcess;
let namespace: string;
let metrics: string;

beforeAll(async () => {
  const command = await operatorProgram();
  module = await operatorModule();
  cluster = await testCluster();
  const apply = (object: KubeObject) => cluster.api.apply(object, { manager: "scanning", force: true, dryRun: false });
  for (const definition of module.definitions) await apply(definition);
  for (const { metadata } of module.definitions)
    await eventually(
      () => cluster.api.get({ ...CRD, name: metadata.name }),
      ({ status }) => JSON.stringify(status ?? {}).includes('"type":"Established"'),
    );
  const { openPorts } = TRIVY_OPERATOR;
  const quota = { cpu: "2", memory: "4Gi", pods: 12 } as const;
  const home = () => void new Namespace(HOME, { quota, openPorts });
  ours = (await objectsOf(home)) as KubeObject[];
  for (const kind of BEFORE)
    for (const object of [...ours, ...module.objects].filter((one) => one.kind === kind)) await apply(object);
  namespace = await cluster.namespace();
  await apply(workload(namespace));
  const port = await freePort();
  metrics = `http://127.0.0.1:${port}/metrics`;
  operator = new RealProcess(command, [], {
    ...environment(),
    PATH: process.env.PATH,
    HOME: scratch.directory,
    KUBECONFIG: await asItsAccount(),
    OPERATOR_TARGET_NAMESPACES: namespace,
    OPERATOR_METRICS_BIND_ADDRESS: `127.0.0.1:${port}`,
    OPERATOR_HEALTH_PROBE_BIND_ADDRESS: `127.0.0.1:${await freePort()}`,
  });
});
afterAll(async () => {
  await operator?.stop("SIGKILL");
  const mine = [...(ours ?? []), ...(module?.objects ?? []), ...(module?.definitions ?? [])];
  const whole = ["Namespace", "ClusterRole", "ClusterRoleBinding", "CustomResourceDefinition"];
  for (const { apiVersion, kind, metadata } of mine.filter((one) => whole.includes(one.kind)))
    await cluster.api.delete({ apiVersion, kind, name: metadata.name }, "Background").catch(() => {});
  await cluster?.close();
  scratch.remove();
});

function workload(of: string): KubeObject {
  const labels = { app: "cache" };
  const template = { metadata: { labels }, spec: { containers: [{ name: "redis", image: IMAGE }] } };
  const spec = { replicas: 1, selector: { matchLabels: labels }, template };
  return { apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "cache", namespace: of }, spec };
}

/** Its environment, as its Deployment and the ConfigMap that this names have it. */
function environment(): Record<string, string> {
  const map = module.objects.find(
    ({ kind, metadata }) => kind === "ConfigMap" && metadata.name === "trivy-operator-config",
  );
  const { containers } = podSpec();
  const own = containers[0]?.env.map(({ name, value }): [string, string] => [name, value]) ?? [];
  return { ...(map?.data as Record<string, string>), ...Object.fromEntries(own) };
}

interface PodSpec {
  readonly containers: readonly { readonly env: readonly { readonly name: string; readonly value: string }[] }[];
}
function podSpec(): PodSpec {
  const deployment = module.objects.find(({ kind }) => kind === "Deployment") as unknown as {
    spec: { template: { spec: PodSpec } };
  };
  return deployment.spec.template.spec;
}

/** A kubeconfig with a token of its service account: what its rights do not give it, it does not get. */
async function asItsAccount(): Promise<string> {
  const { config, source } = loadKubeconfig(cluster.kubeconfig);
  const access = connect(selectContext(config, {}, source));
  const transport = new Transport(access, 30_000);
  const path = `${await cluster.api.collectionPath("v1", "ServiceAccount", HOME)}/trivy-operator/token`;
  const body = { apiVersion: "authentication.k8s.io/v1", kind: "TokenRequest", spec: { expirationSeconds: 3_600 } };
  const asked = { method: "POST", path, body: JSON.stringify(body), contentType: "application/json" } as const;
  const { status } = JSON.parse((await transport.request(asked)).body) as { status: { token: string } };
  transport.close();
  const server = { server: access.server.origin, "certificate-authority-data": access.tls.ca?.toString("base64") };
  const kubeconfig = {
    apiVersion: "v1",
    kind: "Config",
    "current-context": "it",
    clusters: [{ name: "it", cluster: server }],
    users: [{ name: "it", user: { token: status.token } }],
    contexts: [{ name: "it", context: { cluster: "it", user: "it" } }],
  };
  return scratch.file("kubeconfig", JSON.stringify(kubeconfig));
}

test("with its own account it makes a job for a workload's image, whose pod the level restricted lets in", async () => {
  // A job that ends on a simulated node is taken away again: both are looked for at once.
  const listed = async (apiVersion: string, kind: string) => (await cluster.api.list(apiVersion, kind, HOME)).items;
  const { pods } = await eventually(
    async () => ({ jobs: await listed("batch/v1", "Job"), pods: await listed("v1", "Pod") }),
    // It scans the cluster's own parts as well, and in no order.
    (seen) => JSON.stringify(seen.jobs).includes("redis:8.2.1") && seen.pods.length > 0,
    60_000,
  ).catch((error: Error) => {
    throw new Error(`${error.message.slice(0, 500)}\n${operator.output}`);
  });
  expect(pods[0]?.metadata.name).toMatch(/^scan-vulnerabilityreport-/);
  // Of the cluster's own parts it would write a bill of materials, by a Secret that it may not change.
  const refused = operator.output
    .split("\n")
    .filter((line) => /forbidden/i.test(line) && !line.includes("sbom-k8s-cluster"));
  expect(refused).toEqual([]);
});

test("what it tells of a report has the names and labels that the alerts ask for", async () => {
  const artifact = { repository: "library/redis", tag: "8.2.1" };
  const report = {
    updateTimestamp: new Date().toISOString(),
    registry: { server: "index.docker.io" },
    artifact,
    os: { family: "debian", name: "12" },
    scanner: { name: "Trivy", vendor: "Aqua Security", version: "0.65.0" },
  };
  const metadata = (name: string) => ({
    name,
    namespace,
    labels: {
      "trivy-operator.resource.kind": "ReplicaSet",
      "trivy-operator.resource.name": "cache",
      "trivy-operator.resource.namespace": namespace,
      "trivy-operator.container.name": "redis",
    },
  });
  const summary = { criticalCount: 2, highCount: 1, mediumCount: 0, lowCount: 0 };
  const apiVersion = "aquasecurity.github.io/v1alpha1";
  const reports = [
    {
      apiVersion,
      kind: "VulnerabilityReport",
      metadata: metadata("replicaset-cache-redis"),
      report: { ...report, summary: { ...summary, unknownCount: 0, noneCount: 0 }, vulnerabilities: [] },
    },
    {
      apiVersion,
      kind: "ExposedSecretReport",
      metadata: metadata("replicaset-cache-redis"),
      report: { ...report, summary, secrets: [] },
    },
  ] as unknown as KubeObject[];
  for (const one of reports) await cluster.api.apply(one, { manager: "scanning", force: true, dryRun: false });
  const served = await eventually(
    async () => (await fetch(metrics)).text(),
    (text) => text.includes("trivy_image_vulnerabilities{") && text.includes("trivy_image_exposedsecrets{"),
    60_000,
  );
  for (const [metric, severity, value] of [
    ["vulnerabilities", "Critical", 2],
    ["exposedsecrets", "High", 1],
  ] as const) {
    const line = served
      .split("\n")
      .find((one) => one.startsWith(`trivy_image_${metric}{`) && one.includes(`severity="${severity}"`));
    for (const label of ['image_registry="index.docker.io"', 'image_repository="library/redis"', 'image_tag="8.2.1"'])
      expect(line).toContain(label);
    expect(line).toMatch(new RegExp(` ${value}$`));
  }
  const asked = JSON.stringify(scanningWatched(HOME)).match(/trivy_\w+/g) ?? [];
  for (const metric of new Set(asked)) expect(served).toContain(`${metric}{`);
});
