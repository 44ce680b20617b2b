import { Namespace } from "../../components/cluster/index.ts";
import { CERT_MANAGER } from "../../components/cluster/operators/index.ts";
import { priorityPlans } from "../../components/cluster/priorities.ts";
import { reach } from "../../components/core/network.ts";
import { RESTRICTED_CONTAINER, RESTRICTED_POD } from "../../components/core/security-context.ts";
import type { Grant } from "../../components/core/usage.ts";
import { type Bucket, Postgres, type PostgresArgs } from "../../components/data/index.ts";
import { Issuer } from "../../components/edge/index.ts";
import { ZONES } from "../../rehearsal/nodes/testing/real-cluster.ts";
import { objectsOf } from "./component-objects.ts";

export const NAMESPACE = "data";
export const SERVER = "postgres";
export const WRITER = "writer";
const WRITER_LABELS = { "app.kubernetes.io/name": WRITER };
const IMAGE = "ghcr.io/cloudnative-pg/postgresql:17.5";
const RESOURCES = { requests: { cpu: "50m", memory: "256Mi" }, limits: { cpu: "2", memory: "256Mi" } } as const;

/** Tries to write about eight times a second, on a new connection each time, unless it is told to pause, and says what came of it. */
const WRITE_SH = `
export PGPASSWORD=$(cat /credentials/password) PGCONNECT_TIMEOUT=2 PGSSLMODE=verify-full PGSSLROOTCERT=/tls/ca.crt
export PGHOST=$HOST PGUSER=$(cat /credentials/username) PGDATABASE=orders
until psql -qc "create table if not exists writes (number bigint primary key)"; do sleep 1; done
number=0
while sleep 0.1; do
  [ -e /tmp/pause ] && continue
  number=$((number + 1))
  touch /tmp/writing
  answer=$(timeout 5 psql -c "insert into writes values ($number)" 2>&1 | tr '\\n' ' ')
  echo "$(date +%s%3N) $number $answer"
  rm /tmp/writing
done
`;

/** A write that the writer tried. */
export interface Write {
  /** When its answer came, in milliseconds since 1970. */
  readonly at: number;
  readonly number: number;
  readonly acknowledged: boolean;
}

/** What the writer's log tells. */
export function writes(log: string): Write[] {
  return log.split("\n").flatMap((line) => {
    const [, at, number, answer] = /^(\d+) (\d+) (.*)$/.exec(line) ?? [];
    if (at === undefined) return [];
    return [{ at: Number(at), number: Number(number), acknowledged: answer?.trim() === "INSERT 0 1" }];
  });
}

export interface Wanted extends Pick<PostgresArgs, "instances" | "replication" | "objectives" | "restore" | "pooler"> {
  readonly backup?: Omit<NonNullable<Extract<PostgresArgs["backup"], { to: Bucket }>>, "to">;
  readonly bucket?: (issuer: Issuer) => Bucket;
  readonly restored?: { readonly serverName: string; readonly until: string };
}

/** What the components make for a Postgres, with what it stands on, and a pod that writes to it. */
export async function postgresObjects({
  bucket,
  backup,
  restored,
  ...args
}: Wanted): Promise<{ base: object[]; writer: object[] }> {
  let grant: Grant | undefined;
  const base = await objectsOf(() => {
    const namespace = new Namespace(NAMESPACE, { quota: { cpu: "12", memory: "12Gi", pods: 40, storage: "200Gi" } });
    const issuer = new Issuer("internal", { authority: "private" });
    const to = bucket?.(issuer);
    const postgres = new Postgres(SERVER, {
      namespace,
      issuer,
      zones: ZONES,
      databases: ["orders"],
      storage: "1Gi",
      resources: RESOURCES,
      retain: false,
      ...args,
      ...(to && { backup: { to, ...backup } }),
      ...(to && restored && { restore: { from: to, ...restored } }),
    });
    grant = postgres.database("orders").owner.grant({
      name: WRITER,
      namespace: NAMESPACE,
      podLabels: WRITER_LABELS,
      maxReplicas: 1,
      opts: {},
    });
  });
  const first = priorityPlans().map((plan) => ({ apiVersion: "scheduling.k8s.io/v1", kind: "PriorityClass", ...plan }));
  const root = { apiVersion: "v1", kind: "Namespace", metadata: { name: CERT_MANAGER.namespace } };
  return { base: [...first, root, ...base], writer: grant ? writer(grant) : [] };
}

function writer({ environment, files, peers }: Grant): object[] {
  const secret = files.PASSWORD?.secret;
  const volume = (name: string, mountPath: string) => ({ name, mountPath, readOnly: true });
  return [
    {
      apiVersion: "networking.k8s.io/v1",
      kind: "NetworkPolicy",
      metadata: { name: WRITER, namespace: NAMESPACE },
      spec: { podSelector: { matchLabels: WRITER_LABELS }, policyTypes: ["Egress"], egress: reach(peers) },
    },
    {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: WRITER, namespace: NAMESPACE, labels: WRITER_LABELS },
      spec: {
        terminationGracePeriodSeconds: 0,
        securityContext: RESTRICTED_POD,
        // It outlives the node of the first primary.
        affinity: {
          podAntiAffinity: {
            requiredDuringSchedulingIgnoredDuringExecution: [
              {
                topologyKey: "kubernetes.io/hostname",
                labelSelector: { matchLabels: { "cnpg.io/instanceRole": "primary" } },
              },
            ],
          },
        },
        containers: [
          {
            name: WRITER,
            image: IMAGE,
            command: ["bash", "-c", WRITE_SH],
            env: [{ name: "HOST", value: environment.HOST }],
            resources: { requests: { cpu: "50m", memory: "64Mi" }, limits: { cpu: "1", memory: "64Mi" } },
            securityContext: RESTRICTED_CONTAINER,
            volumeMounts: [
              volume("credentials", "/credentials"),
              volume("tls", "/tls"),
              { name: "tmp", mountPath: "/tmp" },
            ],
          },
        ],
        volumes: [
          { name: "credentials", secret: { secretName: secret } },
          { name: "tls", secret: { secretName: `${SERVER}-server-tls`, items: [{ key: "ca.crt", path: "ca.crt" }] } },
          { name: "tmp", emptyDir: {} },
        ],
      },
    },
  ];
}
