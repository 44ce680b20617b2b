import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Namespace } from "../components/cluster/index.ts";
import { priorityPlans } from "../components/cluster/priorities.ts";
import { CALLS_ANNOTATION, callsConfig, sidecarPlan } from "../components/workload/calls/sidecar.ts";
import { completeCronTask, cronTaskPlan } from "../components/workload/cron-task-plan.ts";
import { completeMicroservice } from "../components/workload/microservice-args.ts";
import { microservicePlan } from "../components/workload/microservice-plan.ts";
import { relationsPlan } from "../components/workload/relations.ts";
import { ENVOY } from "../rehearsal/images/envoy.ts";
import { SHOP } from "../rehearsal/images/shop.ts";
import { whyNoRealNodes } from "../rehearsal/nodes/index.ts";
import { apply } from "../rehearsal/nodes/testing/reach.ts";
import { type RealCluster, realCluster, ZONES } from "../rehearsal/nodes/testing/real-cluster.ts";

const why = whyNoRealNodes();
const NAMESPACE = "calls";
const [{ reference: image }] = SHOP as [(typeof SHOP)[number]];
const args = { namespace: { name: NAMESPACE } as Namespace, image, zones: ZONES };
/** Without a retry: what a drain loses shows. */
const calls = { payments: { timeout: "2s" } } as const;
/** The plan has it as an output. */
const ANNOTATIONS = { [CALLS_ANNOTATION]: callsConfig(NAMESPACE, calls, [{ name: "payments", port: 8080 }]) };

/** Answers, and ends as the services of the shop do. */
const PAYMENTS = `
const { createServer } = require("node:http");
let ending = false;
const api = createServer((_, response) => {
  if (ending) response.setHeader("connection", "close");
  response.end("ok");
}).listen(8080);
createServer((_, response) => response.end()).listen(9090);
process.on("SIGTERM", () => {
  ending = true;
  setTimeout(() => api.close(() => process.exit()), 5_000);
});`;
/** Calls with its first breath and its last. */
const ORDERS = `
const { createServer } = require("node:http");
const call = async (which) => console.log(which, (await fetch(process.env.PAYMENTS_URL)).status);
createServer((_, response) => response.end()).listen(9090);
call("first");
process.on("SIGTERM", () => call("last").finally(() => process.exit()));`;

// biome-ignore lint/suspicious/noExplicitAny: plans are plain data, though their types also allow outputs.
type Plain = any;

/** The deployment of a service and its account, with another program. */
function service(name: string, program: string, called: Parameters<typeof sidecarPlan>[0] = {}): Plain[] {
  const plan: Plain = microservicePlan(name, completeMicroservice({ ...args, calls: called }), relations(name, called));
  const { spec } = plan.deployment.spec.template;
  plan.deployment.spec.template.metadata.annotations = ANNOTATIONS;
  spec.containers[0].command = ["node", "-e", program];
  spec.containers[0].volumeMounts.push({ name: "scripts", mountPath: "/scripts" });
  spec.volumes.push({ name: "scripts", configMap: { name: "scripts" } });
  return [
    { apiVersion: "v1", kind: "ServiceAccount", ...plan.account.serviceAccount },
    { apiVersion: "apps/v1", kind: "Deployment", ...plan.deployment },
    { apiVersion: "v1", kind: "Service", ...plan.pods },
  ];
}

function relations(name: string, called: Parameters<typeof sidecarPlan>[0]) {
  const plan = relationsPlan(name, []);
  if (Object.keys(called).length === 0) return plan;
  return { ...plan, calls: { ...sidecarPlan(called), annotations: {}, callees: pulumi.output([]) } };
}

const configMap = (name: string, data: object) => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name, namespace: NAMESPACE },
  data,
});

describe.skipIf(why !== undefined)(`calls between real pods${why === undefined ? "" : ` (skipped: ${why})`}`, () => {
  let cluster: RealCluster;
  const kubectl = (...words: string[]) => cluster.kubectl("-n", NAMESPACE, ...words);

  beforeAll(async () => {
    cluster = await realCluster("calls", { simulated: false, images: [ENVOY, ...SHOP] });
    await cluster.start();
    const labels = { "pod-security.kubernetes.io/enforce": "restricted" };
    const load = readFileSync(join(import.meta.dirname, "real-pods", "load.mjs"), "utf8");
    await apply(cluster, [
      ...priorityPlans().map((plan) => ({ apiVersion: "scheduling.k8s.io/v1", kind: "PriorityClass", ...plan })),
      { apiVersion: "v1", kind: "Namespace", metadata: { name: NAMESPACE, labels } },
      configMap("scripts", { "load.mjs": load }),
      ...service("payments", PAYMENTS),
    ]);
    await kubectl("rollout", "status", "deployment/payments", "--timeout=120s");
    await apply(cluster, service("orders", ORDERS, calls));
    await kubectl("rollout", "status", "deployment/orders", "--timeout=120s");
  });
  afterAll(() => cluster?.remove());

  test("the proxy is there from a program's first call to its last, as the restricted user", async () => {
    const [pod = ""] = (await kubectl("get", "pods", "-l", "app.kubernetes.io/name=orders", "-o", "name")).split("\n");
    const log = kubectl("logs", "-f", pod, "-c", "orders");
    const { spec, status } = JSON.parse(await kubectl("get", pod, "-o", "json"));
    expect(spec.securityContext).toMatchObject({ runAsNonRoot: true, runAsUser: 10_001 });
    expect(spec.initContainers[0].securityContext).toMatchObject({ readOnlyRootFilesystem: true });
    expect(status.initContainerStatuses[0]).toMatchObject({ ready: true, restartCount: 0 });
    await kubectl("delete", pod, "--wait=false");
    expect(await log).toBe("first 200\nlast 200");
  });

  test("an update of the callee loses no call, without a retry", async () => {
    const load = ["node", "/scripts/load.mjs", "http://127.0.0.1:14001", "50", "45"];
    const [said] = await Promise.all([
      kubectl("exec", "deployment/orders", "-c", "orders", "--", ...load),
      kubectl("rollout", "restart", "deployment/payments"),
    ]);
    await kubectl("rollout", "status", "deployment/payments", "--timeout=60s");
    const { sent, failures } = JSON.parse(said.split("\n").at(-1) ?? "");
    expect([sent, failures]).toEqual([2_250, {}]);
  });

  test("a task with calls ends when its program has", async () => {
    const task: Plain = cronTaskPlan(
      "report",
      completeCronTask({ ...args, calls, schedule: "0 0 * * *" }),
      relations("report", calls),
    );
    const job = { apiVersion: "batch/v1", kind: "Job", ...task.cronJob.spec.jobTemplate };
    job.metadata = { name: "report", namespace: NAMESPACE };
    job.spec.template.metadata.annotations = ANNOTATIONS;
    job.spec.template.spec.containers[0].command = [
      "node",
      "-e",
      "fetch(process.env.PAYMENTS_URL).then((r) => process.exit(r.ok ? 0 : 1))",
    ];
    await apply(cluster, [{ apiVersion: "v1", kind: "ServiceAccount", ...task.account.serviceAccount }, job]);
    await kubectl("wait", "job/report", "--for=condition=Complete", "--timeout=60s");
  });
});
