import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Namespace } from "../../components/cluster/index.ts";
import { ALLOW_DNS, DENY_ALL } from "../../components/cluster/namespace-plan.ts";
import { CERT_MANAGER } from "../../components/cluster/operators/index.ts";
import { priorityPlans } from "../../components/cluster/priorities.ts";
import { selector } from "../../components/core/labels.ts";
import { reach } from "../../components/core/network.ts";
import { RESTRICTED_CONTAINER, RESTRICTED_POD } from "../../components/core/security-context.ts";
import { serverAccountPlan } from "../../components/core/server-account.ts";
import { complete } from "../../components/data/object-store/args.ts";
import {
  configFiles,
  METRICS_PORTS,
  names,
  PORTS,
  REGION,
  scripts,
  securityToml,
  serverHosts,
} from "../../components/data/object-store/config.ts";
import { identitiesJson } from "../../components/data/object-store/identities.ts";
import { watched } from "../../components/data/object-store/monitoring.ts";
import {
  budgetPlan,
  endpoint,
  headlessServicePlan,
  networkPlans,
  servicePlan,
} from "../../components/data/object-store/network-plan.ts";
import { SERVER, serversPlan } from "../../components/data/object-store/server-plan.ts";
import { SETUP, setupPlan } from "../../components/data/object-store/setup-plan.ts";
import { VOLUME, volumesPlan } from "../../components/data/object-store/volume-plan.ts";
import { certificatePlan, certificateSecret } from "../../components/edge/certificate-plan.ts";
import type { Issuer } from "../../components/edge/issuer.ts";
import { issuerRef, privateAuthorityPlan } from "../../components/edge/issuer-plan.ts";
import { SHOP } from "../../rehearsal/images/shop.ts";
import { ZONES } from "../../rehearsal/nodes/testing/real-cluster.ts";

export const NAMESPACE = "objects";
export const STORE = "store";
export const WRITER = "writer";
const AUTHORITY = "internal";
const BUCKET = "invoices";
const KEY = { ACCESS_KEY_ID: "ACCESSKEYOFATEST0001", SECRET_ACCESS_KEY: "secret-key-of-a-test" };
/** The writer outlives this server's node. */
export const LOST = `${names(STORE).server}-0`;
const BESIDE_LOST = {
  topologyKey: "kubernetes.io/hostname",
  labelSelector: { matchLabels: { "statefulset.kubernetes.io/pod-name": LOST } },
};
const ROOT = join(import.meta.dirname, "..", "..");
/** What runs in the writer: its program, and the package that signs for it. */
const PROGRAM = {
  "objects.mjs": "test/real-pods/objects.mjs",
  "node_modules/aws4fetch/package.json": "node_modules/aws4fetch/package.json",
  "node_modules/aws4fetch/dist/aws4fetch.esm.mjs": "node_modules/aws4fetch/dist/aws4fetch.esm.mjs",
};
const keyOf = (path: string) => path.replaceAll("/", ".");
/** Names of pods, each with the ports at which it serves metrics. */
export const SCRAPED: Readonly<Record<string, readonly number[]>> = Object.fromEntries(
  [0, 1, 2].flatMap((index) => [
    [`${names(STORE).server}-${index}`, [METRICS_PORTS.etcd, METRICS_PORTS.master, METRICS_PORTS.gateway]],
    [`${names(STORE).volume}-${index}`, [METRICS_PORTS.volume]],
  ]),
);
/** Masters that stay when {@link LOST} is lost. */
export const OTHER_MASTERS = Object.keys(SCRAPED).filter((pod) => pod.startsWith(names(STORE).server) && pod !== LOST);
/** How the runbook has SeaweedFS' own shell asked, in a server's container of a master. */
export const SHELL = `weed shell -master ${OTHER_MASTERS[0]}.${names(STORE).server}.${NAMESPACE}.svc:${PORTS.master}`;

/** A command for the writer that prints the numbers of those objects that are there and whole. */
export function readBack(numbers: readonly number[]): string[] {
  return ["node", "/program/objects.mjs", "get", ...numbers.map(String)];
}

/** An object that the writer tried to put. */
export interface Put {
  /** When its answer came, in milliseconds since 1970. */
  readonly at: number;
  readonly number: number;
  readonly acknowledged: boolean;
  readonly answer: string;
}

/** What the writer's log tells. */
export function puts(log: string): Put[] {
  return log.split("\n").flatMap((line) => {
    const [, at, number, answer = ""] = /^(\d+) (\d+) (.*)$/.exec(line) ?? [];
    if (at === undefined) return [];
    return [{ at: Number(at), number: Number(number), acknowledged: answer === "200", answer }];
  });
}

function argsOf() {
  const namespace = { name: NAMESPACE } as Namespace;
  return complete({ namespace, issuer: {} as Issuer, zones: ZONES, buckets: { [BUCKET]: {} } });
}

export const WATCHED = watched(STORE, argsOf());

/** What the component makes, as it makes it, and what it needs before; then a pod that puts objects. */
export function objectStoreObjects() {
  const args = argsOf();
  const { server, config, security, identities, setup } = names(STORE);
  const writer = { namespace: NAMESPACE, podLabels: selector(WRITER) };
  const here = (name: string) => ({ name, namespace: NAMESPACE });
  const policy = (name: string, spec: object) =>
    of("networking.k8s.io/v1", "NetworkPolicy")({ metadata: here(name), spec });
  const configMap = (name: string, data: object) => of("v1", "ConfigMap")({ metadata: here(name), data });
  const secret = (name: string, stringData: object) => of("v1", "Secret")({ metadata: here(name), stringData });
  const identity = { bucket: BUCKET, right: "owner", consumer: WRITER, namespace: NAMESPACE } as const;
  const keys = { accessKey: KEY.ACCESS_KEY_ID, secretKey: KEY.SECRET_ACCESS_KEY };
  const s3 = { namespace: NAMESPACE, podLabels: selector(STORE, SERVER), port: PORTS.s3 };
  return {
    base: [
      ...[NAMESPACE, CERT_MANAGER.namespace].map((name) => of("v1", "Namespace")({ metadata: { name } })),
      ...priorityPlans().map(of("scheduling.k8s.io/v1", "PriorityClass")),
      ...Object.values(privateAuthorityPlan(AUTHORITY)),
    ],
    store: [
      certificatePlan({
        ...here(server),
        issuer: issuerRef(AUTHORITY),
        dnsNames: serverHosts(STORE, args),
        commonName: server,
        duration: "30d",
      }),
      of("v1", "ServiceAccount")(serverAccountPlan(STORE, NAMESPACE)),
      configMap(config, configFiles()),
      configMap(`${config}-scripts`, scripts(args)),
      secret(security, {
        "security.toml": securityToml(STORE, { volumes: "volumes-key", filers: "filers-key", objects: "objects-key" }),
      }),
      secret(identities, { "s3.json": identitiesJson([{ ...identity, ...keys }]) }),
      policy("deny-all", DENY_ALL),
      policy("allow-dns", ALLOW_DNS),
      ...Object.entries(networkPlans(STORE, args, [writer])).map(([part, spec]) => policy(part, spec)),
      policy(WRITER, {
        podSelector: { matchLabels: writer.podLabels },
        policyTypes: ["Egress"],
        egress: reach([s3]),
      }),
      of("v1", "Service")(servicePlan(STORE, args)),
      ...([SERVER, VOLUME] as const).flatMap((part) => [
        of("v1", "Service")(headlessServicePlan(STORE, part, args)),
        of("policy/v1", "PodDisruptionBudget")(budgetPlan(STORE, part, args)),
      ]),
      ...[serversPlan(STORE, args), volumesPlan(STORE, args)].map(of("apps/v1", "StatefulSet")),
      of("batch/v1", "Job")(setupPlan(STORE, args, `${setup}-${SETUP}`)),
    ],
    writer: [
      secret(WRITER, KEY),
      configMap(WRITER, program()),
      writerPod(writer.podLabels, { ENDPOINT: endpoint(STORE, args), NAME: BUCKET, REGION }),
    ],
  };
}

function program(): Record<string, string> {
  const files = Object.entries(PROGRAM);
  return Object.fromEntries(files.map(([to, from]) => [keyOf(to), readFileSync(join(ROOT, from), "utf8")]));
}

function writerPod(labels: object, environment: Readonly<Record<string, string>>): object {
  const [{ reference: image }] = SHOP as [(typeof SHOP)[number]];
  const env = { ...environment, KEYS: "/keys", NODE_EXTRA_CA_CERTS: "/tls/ca.crt" };
  const items = Object.keys(PROGRAM).map((path) => ({ key: keyOf(path), path }));
  const mount = (name: string) => ({ name, mountPath: `/${name}`, readOnly: true });
  const ca = { secretName: certificateSecret(names(STORE).server), items: [{ key: "ca.crt", path: "ca.crt" }] };
  return of(
    "v1",
    "Pod",
  )({
    metadata: { name: WRITER, namespace: NAMESPACE, labels },
    spec: {
      terminationGracePeriodSeconds: 0,
      securityContext: RESTRICTED_POD,
      affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [BESIDE_LOST] } },
      containers: [
        {
          name: WRITER,
          image,
          command: ["node", "/program/objects.mjs", "put"],
          env: Object.entries(env).map(([name, value]) => ({ name, value })),
          securityContext: RESTRICTED_CONTAINER,
          volumeMounts: ["program", "keys", "tls"].map(mount),
        },
      ],
      volumes: [
        { name: "program", configMap: { name: WRITER, items } },
        { name: "keys", secret: { secretName: WRITER } },
        { name: "tls", secret: ca },
      ],
    },
  });
}

function of(apiVersion: string, kind: string) {
  return (object: object): object => ({ apiVersion, kind, ...object });
}
