import type { types } from "@pulumi/kubernetes";
import type { MonitorManifest } from "../core/monitor.ts";
import { isOptOut, type OptOut } from "../core/opt-out.ts";
import type { Percent } from "../core/percent.ts";
import type { Transform } from "../core/transform.ts";
import { completeWorkload, type WorkloadArgs, type WorkloadTransforms } from "./workload-args.ts";

/** How many replicas run, between a floor and a ceiling. */
export interface Scaling {
  /** Never fewer: at least 2, and 3 by default, so that one can be lost while another is moved. */
  readonly min: number;
  /** Never more; 10 by default. The same as `min` makes it a fixed number, without an autoscaler. */
  readonly max: number;
  /** Replicas are added when they use more of the processors that they requested; 70 by default. */
  readonly cpu: Percent;
  /** The same for memory. Not watched by default: most runtimes keep what they once took. */
  readonly memory?: Percent;
}

/** A path on the admin port, or one on a port of the program by its name: `api` is that of a service's API. */
export type Probe = string | { readonly path: string; readonly port: "admin" | "api" };

/** Where a program answers for its health. Each has a meaning of its own. */
export interface Probes {
  /** Whether it has started; until then the others are not asked. `/startupz` by default. */
  readonly startup: Probe;
  /** Whether it can serve now. If not it gets no requests, and is left alone. `/readyz` by default. */
  readonly readiness: Probe;
  /** Whether only a restart helps. It must not ask what it uses, or one lost store restarts everything. `/livez`. */
  readonly liveness: Probe;
}

/** What a workload is given whose replicas are alike, and run until they are told to end. */
export interface ReplicasArgs extends WorkloadArgs {
  /** Port of its probes and metrics; 9090 by default. */
  readonly adminPort?: number;
  readonly scaling?: Partial<Scaling>;
  readonly probes?: Partial<Probes> | OptOut;
  /** Path of its metrics in Prometheus' format; `/metrics` by default. */
  readonly metrics?: string | OptOut;
  /** Steps down from its dashboard. */
  readonly dashboard?: OptOut;
  /** Steps down to a single replica: `scaling.min` may then be 1. */
  readonly replication?: OptOut;
}

/** Resources that every such workload has, for its transforms. */
export interface ReplicasTransforms extends WorkloadTransforms {
  readonly deployment?: Transform<types.input.apps.v1.Deployment>;
  readonly autoscaler?: Transform<types.input.autoscaling.v2.HorizontalPodAutoscaler>;
  readonly disruptionBudget?: Transform<types.input.policy.v1.PodDisruptionBudget>;
  readonly monitor?: Transform<MonitorManifest>;
  readonly dashboard?: Transform<types.input.core.v1.ConfigMap>;
}

/** A probe with its port. */
export function completeProbe(probe: Probe): Exclude<Probe, string> {
  return typeof probe === "string" ? { path: probe, port: "admin" } : probe;
}

/** What such a workload gets that says nothing. */
const DEFAULTS = {
  adminPort: 9090,
  scaling: { min: 3, max: 10, cpu: 70 },
  probes: { startup: "/startupz", readiness: "/readyz", liveness: "/livez" },
  metrics: "/metrics",
} as const;

/** The arguments with every default filled in. */
export function completeReplicas(args: ReplicasArgs) {
  return {
    ...DEFAULTS,
    ...completeWorkload(args),
    scaling: { ...DEFAULTS.scaling, ...args.scaling } as Scaling,
    probes: isOptOut(args.probes) ? args.probes : ({ ...DEFAULTS.probes, ...args.probes } as Probes),
  };
}

export type CompleteReplicas = ReturnType<typeof completeReplicas>;
