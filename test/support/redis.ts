import type { Namespace } from "../../components/cluster/index.ts";
import { ALLOW_DNS, DENY_ALL } from "../../components/cluster/namespace-plan.ts";
import { CERT_MANAGER } from "../../components/cluster/operators/index.ts";
import { priorityPlans } from "../../components/cluster/priorities.ts";
import { selector } from "../../components/core/labels.ts";
import { reach } from "../../components/core/network.ts";
import { RESTRICTED_CONTAINER, RESTRICTED_POD } from "../../components/core/security-context.ts";
import { serverAccountPlan } from "../../components/core/server-account.ts";
import { complete } from "../../components/data/redis/args.ts";
import { consumerAcl, PORT, serverFiles, usersAcl } from "../../components/data/redis/config.ts";
import { exporterSecret } from "../../components/data/redis/exporter.ts";
import { watched } from "../../components/data/redis/monitoring.ts";
import {
  budgetPlan,
  names,
  nodesServicePlan,
  proxyNetworkPlan,
  SERVER,
  serverHosts,
  serversNetworkPlan,
  serversPlan,
} from "../../components/data/redis/plan.ts";
import { ADMIN_PORT } from "../../components/data/redis/proxy-config.ts";
import { PROXY, proxyFiles, proxyPlan, proxyServicePlan } from "../../components/data/redis/proxy-plan.ts";
import { certificatePlan, certificateSecret } from "../../components/edge/certificate-plan.ts";
import type { Issuer } from "../../components/edge/issuer.ts";
import { issuerRef, privateAuthorityPlan } from "../../components/edge/issuer-plan.ts";
import { ZONES } from "../../rehearsal/nodes/testing/real-cluster.ts";

export const NAMESPACE = "redis";
const NAME = "cache";
export const WRITER = "writer";
/** The servers' pods; the first is the primary of the beginning. */
export const SERVERS = [0, 1, 2].map((index) => `${names(NAME).server}-${index}`);
const AUTHORITY = "internal";
const PASSWORD = { internal: "internal-of-a-test", metrics: "metrics-of-a-test", writer: "writer-of-a-test" };
/** What is watched of a store, and of a cache. */
export const WATCHED = (["store", "cache"] as const).map((role) => watched(NAME, { ...argsOf(), role }));
/** The writer outlives the first server's node. */
const BESIDE_FIRST = {
  topologyKey: "kubernetes.io/hostname",
  labelSelector: { matchLabels: { "statefulset.kubernetes.io/pod-name": SERVERS[0] } },
};
/** Tries to write five times a second, on a new connection each time, and says what came of it: number, then answers. */
const WRITE_SH = `
ask() { timeout 10 redis-cli --no-auth-warning --user ${WRITER} --tls --cacert /tls/ca.crt -h ${NAME} -p ${PORT}; }
number=0
while sleep 0.2; do
  number=$((number + 1))
  echo "$(date +%s%3N) $number $(printf 'set ${WRITER}:%s %s\\nwait 1 5000\\n' $number $number | ask 2>&1 | tr '\\n' ' ')"
done
`;

/** A write that the writer tried. */
export interface Write {
  /** When its answer came, in milliseconds since 1970. */
  readonly at: number;
  readonly number: number;
  /** The primary took it, and one replica at least has it. */
  readonly acknowledged: boolean;
}

/** What the writer's log tells. */
export function writes(log: string): Write[] {
  return log.split("\n").flatMap((line) => {
    const [, at, number, answers = ""] = /^(\d+) (\d+) (.*)$/.exec(line) ?? [];
    if (at === undefined) return [];
    return [{ at: Number(at), number: Number(number), acknowledged: /^OK [1-9]/.test(answers) }];
  });
}

/** A script for the writer that prints the values of what was written, one a line. */
export function readBack(numbers: readonly string[]): string[] {
  const gets = numbers.map((number) => `get ${WRITER}:${number}`).join("\\n");
  const ask = `redis-cli --no-auth-warning --user ${WRITER} --tls --cacert /tls/ca.crt -h ${NAME} -p ${PORT}`;
  return ["sh", "-c", `printf '${gets}\\n' | ${ask}`];
}

function argsOf() {
  return complete({ namespace: { name: NAMESPACE } as Namespace, issuer: {} as Issuer, zones: ZONES });
}

/** What the component makes, as it makes it, and what it needs before; then a pod that writes through the proxy. */
export function redisObjects() {
  const args = argsOf();
  const { config, internal, users, metrics, server } = names(NAME);
  const writer = { namespace: NAMESPACE, podLabels: selector(WRITER) };
  const proxy = { namespace: NAMESPACE, podLabels: selector(NAME, PROXY) };
  const authority = privateAuthorityPlan(AUTHORITY);
  const here = (name: string) => ({ name, namespace: NAMESPACE });
  const policy = (name: string, spec: object) =>
    of("networking.k8s.io/v1", "NetworkPolicy")({ metadata: here(name), spec });
  const configMap = (name: string, data: object) => of("v1", "ConfigMap")({ metadata: here(name), data });
  const secret = (name: string, stringData: object) => of("v1", "Secret")({ metadata: here(name), stringData });
  const acl = usersAcl(PASSWORD, [consumerAcl(WRITER, PASSWORD.writer)]);
  return {
    base: [
      ...[NAMESPACE, CERT_MANAGER.namespace].map((name) => of("v1", "Namespace")({ metadata: { name } })),
      ...priorityPlans().map(of("scheduling.k8s.io/v1", "PriorityClass")),
      ...Object.values(authority),
    ],
    redis: [
      certificatePlan({
        ...here(server),
        issuer: issuerRef(AUTHORITY),
        dnsNames: serverHosts(NAME, NAMESPACE),
        duration: "30d",
      }),
      of("v1", "ServiceAccount")(serverAccountPlan(NAME, NAMESPACE)),
      configMap(config, serverFiles(NAME, args)),
      configMap(`${NAME}-${PROXY}`, proxyFiles(NAME, args)),
      secret(internal, { password: PASSWORD.internal }),
      secret(users, { "users.acl": acl }),
      secret(metrics, exporterSecret(PASSWORD.metrics)),
      policy("deny-all", DENY_ALL),
      policy("allow-dns", ALLOW_DNS),
      policy(SERVER, serversNetworkPlan(NAME, NAMESPACE, proxy)),
      policy(PROXY, proxyNetworkPlan(NAME, NAMESPACE, PROXY, ADMIN_PORT, [writer])),
      policy(WRITER, {
        podSelector: { matchLabels: writer.podLabels },
        policyTypes: ["Egress"],
        egress: reach([{ ...proxy, port: PORT }]),
      }),
      ...[nodesServicePlan(NAME, NAMESPACE), proxyServicePlan(NAME, NAMESPACE)].map(of("v1", "Service")),
      ...[SERVER, PROXY].map((part) => of("policy/v1", "PodDisruptionBudget")(budgetPlan(NAME, part, NAMESPACE))),
      of("apps/v1", "StatefulSet")(serversPlan(NAME, args)),
      of("apps/v1", "Deployment")(proxyPlan(NAME, args)),
    ],
    writer: [writerPod(writer.podLabels)],
  };
}

function writerPod(labels: object): object {
  return of(
    "v1",
    "Pod",
  )({
    metadata: { name: WRITER, namespace: NAMESPACE, labels },
    spec: {
      terminationGracePeriodSeconds: 0,
      securityContext: RESTRICTED_POD,
      affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [BESIDE_FIRST] } },
      containers: [
        {
          name: WRITER,
          image: `docker.io/library/redis:8.2.1`,
          command: ["sh", "-c", WRITE_SH],
          env: [{ name: "REDISCLI_AUTH", value: PASSWORD.writer }],
          securityContext: RESTRICTED_CONTAINER,
          volumeMounts: [{ name: "tls", mountPath: "/tls", readOnly: true }],
        },
      ],
      volumes: [
        {
          name: "tls",
          secret: { secretName: certificateSecret(names(NAME).server), items: [{ key: "ca.crt", path: "ca.crt" }] },
        },
      ],
    },
  });
}

function of(apiVersion: string, kind: string) {
  return (object: object): object => ({ apiVersion, kind, ...object });
}
