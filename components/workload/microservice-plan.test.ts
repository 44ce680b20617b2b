import { expect, test } from "vitest";
import type { Namespace } from "../cluster/namespace.ts";
import { optOut } from "../core/opt-out.ts";
import { blueGreen } from "../delivery/release.ts";
import { completeMicroservice as complete, type MicroserviceArgs } from "./microservice-args.ts";
import { type MicroservicePlan, microservicePlan, microserviceNetwork as networkPlan } from "./microservice-plan.ts";
import { microserviceProblems } from "./microservice-problems.ts";
import { relationsPlan } from "./relations.ts";
import { REPLICAS } from "./replicas-plan.ts";

const base: MicroserviceArgs = {
  namespace: { name: "shop" } as Namespace,
  image: "plumbline.dev/shop/orders:0.1.0",
  zones: ["a", "b", "c"],
};
const none = relationsPlan("orders", []);
const plan = (args: Partial<MicroserviceArgs> = {}) => microservicePlan("orders", complete({ ...base, ...args }), none);

interface Template {
  metadata: { annotations: Record<string, string> };
  spec: { terminationGracePeriodSeconds: number; containers: Record<string, unknown>[] };
}

/** The pod template: plans are plain data, though their types also allow outputs. */
function template({ deployment }: MicroservicePlan): Template {
  return (deployment.spec as unknown as { template: Template }).template;
}

function pod(args: Partial<MicroserviceArgs> = {}) {
  const { spec, metadata } = template(plan(args));
  return { spec, metadata, container: spec.containers[0] ?? {} };
}

test("a deployment begins with the autoscaler's minimum, not with one replica until it is first asked", () => {
  const { deployment, autoscaler } = plan({ scaling: { min: 4, max: 20 } });
  expect(deployment.spec).toHaveProperty(REPLICAS.replace("spec.", ""), 4);
  expect(autoscaler?.spec).toMatchObject({
    minReplicas: 4,
    maxReplicas: 20,
    scaleTargetRef: { kind: "Deployment", name: "orders" },
    metrics: [{ resource: { name: "cpu", target: { averageUtilization: 70 } } }],
    behavior: { scaleDown: { stabilizationWindowSeconds: 300 } },
  });
});

test("load is watched where it is asked for, beside processors, and asks for whole requests of each replica", () => {
  const { autoscaler } = plan({ scaling: { requestsPerSecond: 50 } });
  expect(autoscaler?.spec).toMatchObject({
    metrics: [
      { resource: { name: "cpu" } },
      {
        type: "Pods",
        pods: { metric: { name: "http_requests_per_second" }, target: { type: "AverageValue", averageValue: "50" } },
      },
    ],
  });
  expect(plan().autoscaler?.spec).toMatchObject({ metrics: [{ type: "Resource" }] });
});

test("objectives are shown on the deployment and the Service, and change no pod", () => {
  const objectives = { availability: 99.9, latency: { p99: "300ms" } } as const;
  const { deployment, service } = plan({ objectives });
  for (const { metadata } of [deployment, service])
    expect(metadata).toMatchObject({
      annotations: {
        "plumbline.dev/objective.availability": "99.9",
        "plumbline.dev/objective.latency-p99": "300ms",
      },
    });
  expect(pod({ objectives })).toEqual(pod());
});

test("what a team sets in its environment rolls the pods when it changes", () => {
  expect(pod({ environment: { LOG_LEVEL: "debug" } }).container.env).toContainEqual({
    name: "LOG_LEVEL",
    value: "debug",
  });
});

test("an update ends no replica before its successor is ready", () => {
  expect(plan().deployment.spec).toMatchObject({
    strategy: { rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
    revisionHistoryLimit: 5,
  });
});

test("the kill comes after the drain, the hand-over of connections and the longest request", () => {
  const { spec, container } = pod({ shutdown: { drain: "20s", longestRequest: "1m" } });
  expect(spec.terminationGracePeriodSeconds).toBe(20 + 5 + 60 + 5);
  expect(container.lifecycle).toEqual({ preStop: { sleep: { seconds: 20 } } });
  expect(container.env).toContainEqual({ name: "DRAIN_SECONDS", value: "5" });
  expect(container.env).toContainEqual({ name: "SHUTDOWN_SECONDS", value: "65" });
});

test("the three probes differ: readiness gives up sooner than liveness", () => {
  const { startupProbe, readinessProbe, livenessProbe } = pod().container as Record<string, Record<string, number>>;
  const patience = (probe: Record<string, number> | undefined) =>
    (probe?.periodSeconds ?? 0) * (probe?.failureThreshold ?? 0);
  expect(patience(readinessProbe)).toBeLessThan(patience(livenessProbe));
  expect(patience(livenessProbe)).toBeLessThan(patience(startupProbe));
  const paths = [startupProbe, readinessProbe, livenessProbe].map((probe) => probe?.httpGet);
  expect(paths).toEqual(["/startupz", "/readyz", "/livez"].map((path) => ({ path, port: "admin" })));
});

test("a probe may be on the port of the API", () => {
  const { readinessProbe, livenessProbe } = pod({ probes: { readiness: { path: "/livez", port: "api" } } }).container;
  expect(readinessProbe).toMatchObject({ httpGet: { path: "/livez", port: "api" } });
  expect(livenessProbe).toMatchObject({ httpGet: { path: "/livez", port: "admin" } });
});

test("the pod is restricted, and writes nowhere but to /tmp", () => {
  const { spec, container } = pod();
  expect(spec).toMatchObject({
    automountServiceAccountToken: false,
    securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
  });
  expect(container).toMatchObject({
    securityContext: {
      readOnlyRootFilesystem: true,
      allowPrivilegeEscalation: false,
      capabilities: { drop: ["ALL"] },
    },
    volumeMounts: [{ name: "tmp", mountPath: "/tmp" }],
  });
});

test("a call without a breaker says so on what makes the pods, and on the pods", () => {
  const breaker = optOut("it has one replica");
  const told = { annotations: { "plumbline.dev/opt-out.breaker": "bank: it has one replica" } };
  expect(plan({ calls: { bank: { timeout: "2s", breaker }, stock: { timeout: "2s" } } }).deployment).toMatchObject({
    metadata: told,
    spec: { template: { metadata: told } },
  });
});

test("an opt-out lands as an annotation, on the pods too, and takes away what it names", () => {
  const probes = optOut("a batch reader without a server");
  const metrics = optOut("counted by its queue instead");
  const changed = plan({ probes, metrics });
  expect(changed.monitor).toBeUndefined();
  expect(pod({ probes }).container).not.toHaveProperty("readinessProbe");
  expect(changed.deployment.metadata).toMatchObject({
    annotations: {
      "plumbline.dev/opt-out.probes": "a batch reader without a server",
      "plumbline.dev/opt-out.metrics": "counted by its queue instead",
    },
  });
  expect(pod({ probes }).metadata).toMatchObject({
    annotations: { "plumbline.dev/opt-out.probes": "a batch reader without a server" },
  });
});

test("a release that is not rolling takes the deployment's place, and the autoscaler follows it", () => {
  expect(plan().release).toBeUndefined();
  const { deployment, release, autoscaler, service } = plan({ release: blueGreen({ bakeTime: "10m" }) });
  expect(release?.manifest.spec).toMatchObject({
    replicas: 3,
    template: deployment.spec.template as object,
    strategy: { blueGreen: { services: ["orders"], bakeSeconds: 600 } },
  });
  expect(autoscaler?.spec).toMatchObject({ scaleTargetRef: { kind: "Release", name: "orders" } });
  // All pods, until the controller narrows it: a service that waits for a controller would have no endpoint.
  expect(service.spec).toMatchObject({ selector: { "app.kubernetes.io/name": "orders" } });
});

test("a transform of what is not made is refused, with the one that is", () => {
  const problems = (args: Partial<MicroserviceArgs>) => microserviceProblems("orders", complete({ ...base, ...args }));
  const transform = { deployment: () => undefined };
  expect(problems({ transform })).toEqual([]);
  expect(problems({ transform, release: blueGreen() })).toEqual([
    expect.objectContaining({ field: "transform.deployment", allowed: expect.stringContaining("transform.release") }),
  ]);
  expect(problems({ transform: { release: () => undefined } })).toEqual([
    expect.objectContaining({ field: "transform.release", allowed: expect.stringContaining("transform.deployment") }),
  ]);
});

test("rotated credentials roll the pods", () => {
  const rotated = (revision: string) => {
    const relations = { ...none, revisions: { "orders-db": revision } };
    return template(microservicePlan("orders", complete(base), relations)).metadata.annotations;
  };
  expect(rotated("1")).not.toEqual(rotated("2"));
  expect(rotated("1")).toEqual(rotated("1"));
});

test("traces go to the collector of the cluster, if there is one", () => {
  const telemetry = { endpoint: "http://collector.observability.svc:4318" };
  expect(networkPlan("orders", complete({ ...base, telemetry }), [], []).egress).toMatchObject([
    {
      to: [{ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "observability" } } }],
      ports: [{ port: 4318 }],
    },
  ]);
});

test("nobody comes in but consumers and what reads metrics; out it goes to what it uses", () => {
  const consumers = [{ namespace: "shop-edge", podLabels: { gateway: "edge" } }];
  const peers = [{ namespace: "shop-data", podLabels: { "cnpg.io/cluster": "postgres" }, port: 5432 }];
  const { ingress, egress } = networkPlan("orders", complete(base), consumers, peers);
  expect(ingress).toMatchObject([
    { from: [{ podSelector: { matchLabels: { gateway: "edge" } } }], ports: [{ port: 8080 }] },
    { from: [{ namespaceSelector: {} }], ports: [{ port: 9090 }] },
  ]);
  expect(egress).toMatchObject([{ ports: [{ port: 5432 }] }]);
  expect(networkPlan("orders", complete(base), [], []).ingress).toHaveLength(1);
});

test("rights in the Kubernetes API come with a token, a role, the way there, and the reason why", () => {
  const why = "elects a leader among its replicas";
  const rules = [{ apiGroups: ["coordination.k8s.io"], resources: ["leases"], verbs: ["get", "create", "update"] }];
  const { account, deployment } = plan({ rights: { why, rules } });
  expect(account.role).toMatchObject({ metadata: { namespace: "shop" }, rules });
  expect(account.roleBinding).toMatchObject({
    roleRef: { kind: "Role", name: "orders" },
    subjects: [{ kind: "ServiceAccount", name: "orders", namespace: "shop" }],
  });
  expect(account.serviceAccount).toMatchObject({ automountServiceAccountToken: false });
  expect(pod({ rights: { why, rules } }).spec).toMatchObject({ automountServiceAccountToken: true });
  for (const { metadata } of [deployment, { metadata: pod({ rights: { why, rules } }).metadata }])
    expect(metadata).toMatchObject({ annotations: { "plumbline.dev/opt-out.automountToken": why } });
  expect(networkPlan("orders", complete({ ...base, rights: { why, rules } }), [], []).egress).toEqual([
    { ports: [expect.objectContaining({ port: 443 }), expect.objectContaining({ port: 6443 })] },
  ]);
  expect(plan().account).toMatchObject({ role: undefined, roleBinding: undefined });
});

const right = { apiGroups: [""], resources: ["configmaps"], verbs: ["get"] };

test.each<[what: string, args: Partial<MicroserviceArgs>, field: string, allowed: RegExp]>([
  ["a right without a reason", { rights: { why: "because", rules: [right] } }, "rights.why", /ten characters/],
  ["no right at all", { rights: { why: "reads its own settings", rules: [] } }, "rights.rules", /leave rights out/],
  [
    "every verb",
    { rights: { why: "reads its own settings", rules: [right, { ...right, verbs: ["*"] }] } },
    "rights.rules[1].verbs",
    /each by its name/,
  ],
  ["an image without a tag", { image: "orders" }, "image", /a tag that does not move/],
  ["min above max", { scaling: { min: 5, max: 4 } }, "scaling.max", /at least scaling.min \(5\)/],
  ["a single replica", { scaling: { min: 1 } }, "scaling.min", /at least 2, or replication: optOut/],
  ["half a request", { scaling: { requestsPerSecond: 0.5 } }, "scaling.requestsPerSecond", /from 1 to 100000/],
  [
    "load without metrics",
    { scaling: { requestsPerSecond: 50 }, metrics: optOut("counted by its queue instead") },
    "scaling.requestsPerSecond",
    /since metrics is stepped down from/,
  ],
  [
    "an analysis that nothing can measure",
    { release: blueGreen({ analysis: "objectives" }), objectives: { availability: 99 }, noAnalysis: "set prometheus" },
    "release.analysis",
    /^none: set prometheus$/,
  ],
  ["an objective that is none", { objectives: { availability: 50 } }, "objectives.availability", /from 90 to 99.999/],
  ["a collector elsewhere", { telemetry: { endpoint: "otlp:4317" } }, "telemetry.endpoint", /Service of the cluster/],
  ["a share of more than all", { scaling: { cpu: 170 } }, "scaling.cpu", /from 1 to 100/],
  ["a privileged port", { port: 80 }, "port", /from 1024 to 65535/],
  ["one port for everything", { adminPort: 8080 }, "adminPort", /another port than the API's/],
  [
    "a call that would fill the component's own variable",
    { calls: { admin: { timeout: "1s" } } },
    "calls.admin",
    /it would fill ADMIN_PORT/,
  ],
  [
    "a variable of the team's that a call fills",
    { calls: { payments: { timeout: "1s" } }, environment: { PAYMENTS_URL: "http://mock" } },
    "calls.payments",
    /it would fill PAYMENTS_URL/,
  ],
  [
    "a secret on the command line",
    { args: ["--database=postgres://user:hunter2@db/orders"] },
    "args[0]",
    /by a relation/,
  ],
  ["readiness as liveness", { probes: { liveness: "/readyz" } }, "probes.liveness", /another path than readiness/],
  [
    "a probe on a port that is not declared",
    { probes: { readiness: { path: "/readyz", port: "metrics" as "api" } } },
    "probes.readiness.port",
    /a port that the program has: api, admin/,
  ],
  [
    "readiness as liveness, on one port",
    { probes: { readiness: { path: "/livez", port: "admin" } } },
    "probes.liveness",
    /another path than readiness/,
  ],
  ["a probe that is no path", { probes: { startup: "startupz" } }, "probes.startup", /a path from "\/"/],
  ["no time to drain", { shutdown: { drain: "0s" } }, "shutdown.drain", /from "1s" to "1h"/],
  ["a call longer than it has", { calls: { a: { timeout: "1m" } } }, "calls.a.timeout", /at most shutdown.longestR/],
  ["a port of its calls", { adminPort: 14_001, calls: { a: { timeout: "1s" } } }, "adminPort", /14000 to 14001/],
  ["no zones", { zones: [] }, "zones", /at least one zone/],
  ["a variable of ours", { environment: { PORT: "1" } }, "environment.PORT", /does not set itself/],
  ["a name of ours", { environment: { OTEL_SERVICE_NAME: "x" } }, "environment.OTEL_SERVICE_NAME", /does not set/],
  ["a variable with a hyphen", { environment: { "LOG-LEVEL": "info" } }, "environment.LOG-LEVEL", /A-Z, 0-9 and _/],
])("%s is refused", (_, args, field, allowed) => {
  expect(microserviceProblems("orders", complete({ ...base, ...args }))).toEqual([
    { field, given: expect.anything(), allowed: expect.stringMatching(allowed) },
  ]);
});

test("a secret in the environment is refused, and not repeated", () => {
  const args = complete({ ...base, environment: { STRIPE_API_KEY: "hunter2hunter2" } });
  const problems = microserviceProblems("orders", args);
  expect(problems).toEqual([
    { field: "environment.STRIPE_API_KEY", given: expect.any(String), allowed: expect.stringContaining("as files") },
  ]);
  expect(JSON.stringify(problems)).not.toContain("hunter2");
});

test("one replica is enough where someone says why", () => {
  const args = complete({ ...base, scaling: { min: 1 }, replication: optOut("a tool for two people") });
  expect(microserviceProblems("orders", args)).toEqual([]);
});
