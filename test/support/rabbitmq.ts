import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Namespace } from "../../components/cluster/index.ts";
import { ALLOW_DNS, DENY_ALL, podSecurityLabels } from "../../components/cluster/namespace-plan.ts";
import { CERT_MANAGER } from "../../components/cluster/operators/index.ts";
import { priorityPlans } from "../../components/cluster/priorities.ts";
import { SCRAPES_METRICS, selector } from "../../components/core/labels.ts";
import { reach } from "../../components/core/network.ts";
import { RESTRICTED_CONTAINER, RESTRICTED_POD } from "../../components/core/security-context.ts";
import { serverAccountPlan } from "../../components/core/server-account.ts";
import { complete } from "../../components/data/rabbitmq/args.ts";
import { host, internodeFiles, names, PORTS, serverHosts } from "../../components/data/rabbitmq/config.ts";
import { type Access, setupFiles, usersData } from "../../components/data/rabbitmq/definitions.ts";
import { watched } from "../../components/data/rabbitmq/monitoring.ts";
import { budgetPlan, clusterPlan, networkPlans, podLabels, setupTarget } from "../../components/data/rabbitmq/plan.ts";
import { setupJobPlan } from "../../components/data/rabbitmq/setup-plan.ts";
import { certificatePlan, certificateSecret } from "../../components/edge/certificate-plan.ts";
import type { Issuer } from "../../components/edge/issuer.ts";
import { issuerRef, privateAuthorityPlan } from "../../components/edge/issuer-plan.ts";
import { ZONES } from "../../rehearsal/nodes/testing/real-cluster.ts";
import { READER } from "./metrics.ts";

export const NAMESPACE = "rabbit";
export const NAME = "broker";
/** The nodes' pods. */
export const SERVERS = [0, 1, 2].map((index) => `${names(NAME).pods}-${index}`);
const AUTHORITY = "internal";
const CLIENT = "client";

const ARGS = complete({
  namespace: { name: NAMESPACE } as Namespace,
  issuer: {} as Issuer,
  zones: ZONES,
  queues: { orders: {}, settled: {} },
  retain: false,
  resources: { requests: { cpu: "100m", memory: "512Mi" }, limits: { cpu: "2", memory: "512Mi" } },
});

export const WATCHED = watched(NAME, ARGS);
const IMAGE = `docker.io/library/rabbitmq:${ARGS.version}-management`;

/** A consumer's right, as the component notes it. */
export function access(consumer: string, right: Access["right"], queue: "orders" | "settled"): Access {
  return { consumer, right, queue, namespace: NAMESPACE, podLabels: selector(consumer) };
}

export function passwordOf(consumer: string): string {
  return `${consumer}-of-a-test`;
}

/** What the component makes and what it needs before. */
export function rabbitObjects(accesses: readonly Access[]) {
  const { certificate, internode, setup } = names(NAME);
  const authority = privateAuthorityPlan(AUTHORITY);
  const networks = networkPlans(NAME, NAMESPACE, accesses);
  const consumers = [...new Set(accesses.map(({ consumer }) => consumer))];
  return {
    base: [
      of("v1", "Namespace")({ metadata: { name: NAMESPACE, labels: podSecurityLabels("restricted") } }),
      of("v1", "Namespace")({ metadata: { name: CERT_MANAGER.namespace } }),
      ...priorityPlans().map(of("scheduling.k8s.io/v1", "PriorityClass")),
      ...Object.values(authority),
    ],
    cluster: [
      certificatePlan({
        ...here(certificate),
        issuer: issuerRef(AUTHORITY),
        dnsNames: serverHosts(NAME, NAMESPACE, ARGS.nodes),
        duration: "30d",
      }),
      configMap(internode, internodeFiles()),
      of("v1", "ServiceAccount")(serverAccountPlan(setup, NAMESPACE)),
      policy("deny-all", DENY_ALL),
      policy("allow-dns", ALLOW_DNS),
      policy(NAME, networks.nodes),
      policy(setup, networks.setup),
      ...consumers.map((consumer) =>
        policy(consumer, {
          podSelector: { matchLabels: selector(consumer) },
          policyTypes: ["Egress"],
          egress: reach([{ namespace: NAMESPACE, podLabels: podLabels(NAME), port: PORTS.clients }]),
        }),
      ),
      of("policy/v1", "PodDisruptionBudget")(budgetPlan(NAME, NAMESPACE)),
      clusterPlan(NAME, ARGS),
    ],
  };
}

/** The nodes, with a field that the definition does not know. */
export function mistyped(): object {
  const { spec, ...cluster } = clusterPlan(NAME, ARGS);
  return { ...cluster, spec: { ...spec, tls: { ...spec.tls, disableNonTLSListener: true } } };
}

/** The set-up, named as the component does for other content. */
export function setupObjects(job: string, accesses: readonly Access[], password = passwordOf) {
  const { setup, users } = names(NAME);
  const consumers = [...new Set(accesses.map(({ consumer }) => consumer))];
  const data = usersData(consumers.map((name) => ({ name, password: password(name) })));
  return [
    configMap(setup, setupFiles(ARGS, accesses)),
    of("v1", "Secret")({ metadata: here(users), data }),
    of("batch/v1", "Job")(setupJobPlan(NAME, job, setupTarget(NAME, ARGS))),
  ];
}

/** Clients that run `test/real-pods/amqp.escript`, none of them on the node of a server that will be lost. */
export function clientObjects(clients: Readonly<Record<string, "publish" | "consume">>, lost: string): object[] {
  const script = readFileSync(join(import.meta.dirname, "../real-pods/amqp.escript"), "utf8");
  return [
    configMap(CLIENT, { "amqp.escript": script }),
    ...Object.entries(clients).map(([name, what]) => clientPod(name, what, lost)),
  ];
}

function clientPod(name: string, what: string, lost: string): object {
  const besideLost = {
    topologyKey: "kubernetes.io/hostname",
    labelSelector: { matchLabels: { "statefulset.kubernetes.io/pod-name": lost } },
  };
  const secretName = certificateSecret(names(NAME).certificate);
  return of(
    "v1",
    "Pod",
  )({
    metadata: { ...here(name), labels: selector(name) },
    spec: {
      terminationGracePeriodSeconds: 0,
      securityContext: RESTRICTED_POD,
      affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [besideLost] } },
      containers: [
        {
          name,
          image: IMAGE,
          command: ["escript", "/client/amqp.escript", what],
          env: [
            { name: "HOST", value: host(NAME, NAMESPACE) },
            { name: "CA_FILE", value: "/tls/ca.crt" },
            { name: "USERNAME", value: name },
            { name: "PASSWORD", value: passwordOf(name) },
            { name: "HOME", value: "/tmp" },
          ],
          securityContext: RESTRICTED_CONTAINER,
          volumeMounts: [
            { name: "client", mountPath: "/client", readOnly: true },
            { name: "tls", mountPath: "/tls", readOnly: true },
          ],
        },
      ],
      volumes: [
        { name: "client", configMap: { name: CLIENT } },
        { name: "tls", secret: { secretName, items: [{ key: "ca.crt", path: "ca.crt" }] } },
      ],
    },
  });
}

/** A pod that may read metrics, in a namespace of its own, with the certificate of the nodes' authority. */
export function readerObjects(authority: string): object[] {
  const { namespace, name } = READER;
  const script = readFileSync(join(import.meta.dirname, "../real-pods/metrics.escript"), "utf8");
  return [
    of("v1", "Namespace")({ metadata: { name: namespace, labels: SCRAPES_METRICS } }),
    of("v1", "ConfigMap")({ metadata: READER, data: { "metrics.escript": script, "ca.crt": authority } }),
    of(
      "v1",
      "Pod",
    )({
      metadata: READER,
      spec: {
        terminationGracePeriodSeconds: 0,
        containers: [
          { name, image: IMAGE, command: ["sleep", "infinity"], volumeMounts: [{ name, mountPath: "/reader" }] },
        ],
        volumes: [{ name, configMap: { name } }],
      },
    }),
  ];
}

/** What the reader runs to have a node's metrics, asked for as Prometheus does. */
export function readMetrics(address: string): string[] {
  const [{ path = "", params = {}, tls } = {}] = WATCHED.scrapes;
  const words = Object.entries(params).flatMap(([word, values]) => values.map((value) => `${word}=${value}`));
  const url = `https://${address}:${PORTS.metrics}${path}?${words.join("&")}`;
  return ["escript", "/reader/metrics.escript", url, "/reader/ca.crt", tls?.serverName ?? ""];
}

function here(name: string) {
  return { name, namespace: NAMESPACE };
}

function configMap(name: string, data: object): object {
  return of("v1", "ConfigMap")({ metadata: here(name), data });
}

function policy(name: string, spec: object): object {
  return of("networking.k8s.io/v1", "NetworkPolicy")({ metadata: here(name), spec });
}

function of(apiVersion: string, kind: string) {
  return (object: object): object => ({ apiVersion, kind, ...object });
}
