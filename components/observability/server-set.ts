import type { types } from "@pulumi/kubernetes";
import { priorityClass } from "../cluster/priorities.ts";
import { labels, selector } from "../core/labels.ts";
import { type OptOut, optOutAnnotations } from "../core/opt-out.ts";
import type { Quantity } from "../core/quantity.ts";
import { RESTRICTED_CONTAINER, RESTRICTED_POD } from "../core/security-context.ts";
import { placed, spread } from "../core/spread.ts";
import { dataLabels } from "../data/declared.ts";
import type { BucketFiles } from "../data/object-store/bucket-files.ts";
import { SERVER_PROBES } from "./server-probes.ts";

type Fields = types.input.core.v1.Container;

/** It writes to the bucket what it still holds, before it ends. */
const GRACE_SECONDS = 120;

/** Servers of one kind, of a Loki or a Pyroscope: their program, what they read, and what they keep. */
export interface ServerSet {
  /** The set's own name. */
  readonly name: string;
  /** Whose it is, and which part of that. */
  readonly of: string;
  readonly part: string;
  readonly namespace: string;
  readonly zones: readonly string[];
  readonly replicas: number;
  /** The Service by which each has a name of its own. */
  readonly serviceName: string;
  readonly account: string;
  /** What it steps down from. */
  readonly optOuts: Readonly<Record<string, OptOut>>;
  /** On every server, whatever it does: all of them find each other by it. */
  readonly peer: Readonly<Record<string, string>>;
  readonly priority: "store" | "worker";
  /** The ConfigMap that it reads, and the checksum of what it says: another one is another pod. */
  readonly config: { readonly name: string; readonly checksum: string };
  readonly program: Pick<Fields, "name" | "image" | "args" | "env" | "resources" | "volumeMounts"> & {
    readonly ports: Readonly<Record<string, number>>;
  };
  /** The way to the bucket. */
  readonly files: BucketFiles;
  readonly scratch: Quantity;
  /** The disk of each; undefined where there is none. */
  readonly disk: Quantity | undefined;
}

/** A set of servers that start together and find each other, one in each zone as far as there are; alone, it is where its disk is. */
export function serverSetPlan(set: ServerSet): types.input.apps.v1.StatefulSet {
  const { name, of, part, namespace, zones, replicas, config, files, disk, peer } = set;
  const { ports, ...program } = set.program;
  const matchLabels = selector(of, part);
  const annotations = optOutAnnotations(set.optOuts);
  return {
    metadata: {
      name,
      namespace,
      labels: { ...labels(of, part), ...(disk !== undefined && dataLabels({})) },
      annotations,
    },
    spec: {
      serviceName: set.serviceName,
      replicas,
      revisionHistoryLimit: 5,
      podManagementPolicy: "Parallel",
      selector: { matchLabels },
      template: {
        metadata: {
          labels: { ...labels(of, part), ...peer },
          annotations: { ...annotations, "plumbline.dev/config-checksum": config.checksum },
        },
        spec: {
          serviceAccountName: set.account,
          priorityClassName: priorityClass(set.priority),
          automountServiceAccountToken: false,
          enableServiceLinks: false,
          terminationGracePeriodSeconds: GRACE_SECONDS,
          securityContext: RESTRICTED_POD,
          ...(replicas === 1 ? placed(zones) : spread({ matchLabels, zones, sharedHosts: "prefer-not" })),
          ...(files.initContainers.length > 0 && { initContainers: files.initContainers }),
          containers: [
            {
              ...program,
              ports: Object.entries(ports).map(([port, containerPort]) => ({ name: port, containerPort })),
              securityContext: RESTRICTED_CONTAINER,
              ...SERVER_PROBES,
            },
          ],
          volumes: [
            { name: "config", configMap: { name: config.name } },
            { name: "tmp", emptyDir: { sizeLimit: set.scratch } },
            ...files.volumes,
          ],
        },
      },
      ...(disk !== undefined && {
        volumeClaimTemplates: [
          {
            metadata: { name: "data", labels: dataLabels({}) },
            spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: disk } } },
          },
        ],
      }),
    },
  };
}

/** A Service of such servers, on each of their ports. Its requests are on the one dashboard of all of them. */
export function serverService(
  { name, of, part, namespace }: Pick<ServerSet, "name" | "of" | "namespace"> & { readonly part?: string | undefined },
  ports: Readonly<Record<string, number>>,
  dashboard: OptOut,
  spec: Pick<types.input.core.v1.ServiceSpec, "clusterIP" | "publishNotReadyAddresses" | "selector">,
): types.input.core.v1.Service {
  return {
    metadata: { name, namespace, labels: labels(of, part), annotations: optOutAnnotations({ dashboard }) },
    spec: {
      ...spec,
      ports: Object.entries(ports).map(([port, number]) => ({ name: port, port: number, targetPort: port })),
    },
  };
}
