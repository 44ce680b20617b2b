import type { types } from "@pulumi/kubernetes";
import type { Namespace } from "../cluster/namespace.ts";
import type { Duration } from "../core/duration.ts";
import type { OptOut } from "../core/opt-out.ts";
import type { Percent } from "../core/percent.ts";
import type { Resources } from "../core/resources.ts";
import type { Transform } from "../core/transform.ts";
import type { Usable } from "../core/usage.ts";
import type { CertificateManifest } from "../edge/cert-manager.ts";
import type { Runtime } from "./runtime.ts";
import type { ServiceMonitorManifest } from "./service-monitor.ts";

/** How many replicas run, between a floor and a ceiling. */
export interface Scaling {
  /** Never fewer: at least 2, and 3 by default, so that one can be lost while another is moved. */
  readonly min: number;
  /** Never more; 10 by default. */
  readonly max: number;
  /** Replicas are added when they use more of the processors that they requested; 70 by default. */
  readonly cpu: Percent;
  /** The same for memory. Not watched by default: most runtimes keep what they once took. */
  readonly memory?: Percent;
}

/** Where the service answers for its health, on its admin port. Each has a meaning of its own. */
export interface Probes {
  /** Whether it has started; until then the others are not asked. `/startupz` by default. */
  readonly startup: string;
  /** Whether it can serve now. If not it gets no requests, and is left alone. `/readyz` by default. */
  readonly readiness: string;
  /** Whether only a restart helps. It must not ask what it uses, or one lost store restarts everything. `/livez`. */
  readonly liveness: string;
}

export interface Shutdown {
  /** Requests are still taken this long after the end was announced, until every router knows of it; `10s` by default. */
  readonly drain: Duration;
  /** Then requests under way get this long; `30s` by default. */
  readonly longestRequest: Duration;
}

export interface MicroserviceArgs {
  readonly namespace: Namespace;
  /** Image with a tag that does not move, or a digest. */
  readonly image: string;
  /** Zones that the replicas are spread over. */
  readonly zones: readonly string[];
  /** What it uses: stores, topics, other services. Credentials, network policies and start-up order follow from it. */
  readonly uses?: readonly Usable[];
  /** Port of its API; 8080 by default. */
  readonly port?: number;
  /** Port of its probes and metrics; 9090 by default. */
  readonly adminPort?: number;
  readonly scaling?: Partial<Scaling>;
  /** 100m and 256Mi requested, limits 1 and 256Mi by default: memory is not overcommitted. */
  readonly resources?: Resources;
  readonly probes?: Partial<Probes> | OptOut;
  /** Path of its metrics in Prometheus' format; `/metrics` by default. */
  readonly metrics?: string | OptOut;
  readonly shutdown?: Partial<Shutdown>;
  /** What the limits are told to; `node` by default. */
  readonly runtime?: Runtime;
  /** Plain environment. Secrets are refused here: they come as files, by `uses`. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Steps down to a single replica: `scaling.min` may then be 1. */
  readonly replication?: OptOut;
  readonly transform?: {
    readonly deployment?: Transform<types.input.apps.v1.Deployment>;
    readonly service?: Transform<types.input.core.v1.Service>;
    readonly serviceAccount?: Transform<types.input.core.v1.ServiceAccount>;
    readonly autoscaler?: Transform<types.input.autoscaling.v2.HorizontalPodAutoscaler>;
    readonly disruptionBudget?: Transform<types.input.policy.v1.PodDisruptionBudget>;
    readonly networkPolicy?: Transform<types.input.networking.v1.NetworkPolicy>;
    readonly monitor?: Transform<ServiceMonitorManifest>;
    readonly identity?: Transform<CertificateManifest>;
  };
}

/** What a microservice gets that says nothing. */
export const DEFAULTS = {
  port: 8080,
  adminPort: 9090,
  scaling: { min: 3, max: 10, cpu: 70 },
  resources: { requests: { cpu: "100m", memory: "256Mi" }, limits: { cpu: "1", memory: "256Mi" } },
  probes: { startup: "/startupz", readiness: "/readyz", liveness: "/livez" },
  metrics: "/metrics",
  shutdown: { drain: "10s", longestRequest: "30s" },
  runtime: "node",
} as const;
