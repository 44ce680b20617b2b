import type { types } from "@pulumi/kubernetes";
import type { Namespace } from "../../cluster/namespace.ts";
import type { Duration } from "../../core/duration.ts";
import { isOptOut, type OptOut } from "../../core/opt-out.ts";
import type { Quantity } from "../../core/quantity.ts";
import type { Resources } from "../../core/resources.ts";
import type { Transform } from "../../core/transform.ts";
import { PLATFORM_TEAM } from "../alert.ts";
import type { AlertingArgs } from "../alerting/alertmanager-config.ts";
import type { KeyFile } from "../alerting/receiver.ts";
import type { AlertmanagerManifest } from "./alertmanager-plan.ts";
import type { PrometheusManifest } from "./prometheus-plan.ts";

export interface MonitoringArgs {
  /** A namespace of its own, with `scrapesMetrics`: whoever runs in it may read every workload's metrics. */
  readonly namespace: Namespace;
  /** Zones that its pods may run in, each once. */
  readonly zones: readonly string[];
  /** The label `environment`, a DNS label, of all that leaves it: alerts, and series that are written elsewhere. */
  readonly environment: string;
  /** How long metrics are kept, `1d` to `3650d`, if the disk has room: {@link storage} is never filled beyond four fifths. */
  readonly retention: Duration;
  /** The disk of each Prometheus, `1Gi` or more. A series costs some 2 bytes a reading: a million of them 6 GB a day. */
  readonly storage: Quantity;
  /** Of each Prometheus. A million series take some 4 GiB. */
  readonly resources: Resources;
  /** Who is told of what; stepping down has no Alertmanager, and nobody is told of anything. */
  readonly alerting: AlertingArgs | OptOut;
  /** Whose Prometheus and Alertmanager they are: the label `team` of the alerts about them. `platform` by default. */
  readonly team?: string;
  /** Where people read `docs/runbooks`. Without it the alerts do not say. */
  readonly runbooks?: string | undefined;
  /** Steps down to one Prometheus and one Alertmanager, from two and three by default. */
  readonly replication?: OptOut;
  /** Where all series are written too, for a longer memory. Nowhere by default. */
  readonly remoteWrite?: RemoteWrite;
  /**
   * Steps down from checking kubelets' certificates against the cluster's authority: where kubelets sign their own. Everywhere else
   * one that is not the node's would get Prometheus' token.
   */
  readonly kubeletCertificates?: OptOut;
  readonly transform?: {
    readonly prometheus?: Transform<PrometheusManifest>;
    readonly alertmanager?: Transform<AlertmanagerManifest>;
    readonly nodeExporter?: Transform<types.input.apps.v1.DaemonSet>;
    readonly kubeStateMetrics?: Transform<types.input.apps.v1.Deployment>;
  };
}

/** A store of metrics that takes Prometheus' remote write. */
export interface RemoteWrite {
  /** An `https://` address without anything secret in it. */
  readonly url: string;
  /** The bearer token, in a Secret of the namespace. None by default. */
  readonly token?: KeyFile;
}

/** Prometheus: two that read the same. Alertmanager: three that tell each other what they have told. */
const REPLICAS = { prometheus: 2, alertmanager: 3 } as const;
const ALONE = { prometheus: 1, alertmanager: 1 } as const;

export function replicasOf(replication: OptOut | undefined) {
  return isOptOut(replication) ? ALONE : REPLICAS;
}

/** The arguments with every default filled in. */
export function completeMonitoring(args: MonitoringArgs) {
  return {
    ...args,
    team: args.team ?? PLATFORM_TEAM,
    replicas: replicasOf(args.replication),
  };
}

export type CompleteMonitoring = ReturnType<typeof completeMonitoring>;
