import type { types } from "@pulumi/kubernetes";
import type { Duration } from "../core/duration.ts";
import type { Objectives } from "../core/objectives.ts";
import type { OptOut } from "../core/opt-out.ts";
import type { Transform } from "../core/transform.ts";
import { type Release, rolling } from "../delivery/release.ts";
import type { ReleaseManifest } from "../delivery/release-plan.ts";
import type { RulesManifest } from "../observability/rules.ts";
import { completeReplicas, type ReplicasArgs, type ReplicasTransforms, type Scaling } from "./replicas-args.ts";

export interface Shutdown {
  /** Requests are still taken this long after the end was announced, until every router knows of it; `10s` by default. */
  readonly drain: Duration;
  /** Then, and after 5 s in which clients let go of their connections, requests under way get this long; `30s` by default. */
  readonly longestRequest: Duration;
}

/** How a service scales. Whichever asks for the most replicas decides. */
export interface ServiceScaling extends Scaling {
  /**
   * Replicas are added when each answers more requests a second, on average: a whole number from 1 to 100 000. Not watched by default:
   * the cluster must serve the metric `http_requests_per_second` of pods, or an autoscaler that asks for it never takes a replica away.
   */
  readonly requestsPerSecond?: number;
}

export interface MicroserviceArgs extends ReplicasArgs {
  /** Port of its API; 8080 by default. */
  readonly port?: number;
  readonly shutdown?: Partial<Shutdown>;
  readonly scaling?: Partial<ServiceScaling>;
  /** What it is measured by, and watched for by alerts; nothing by default. */
  readonly objectives?: Objectives;
  /** Steps down from the alerts on its objectives. */
  readonly alerts?: OptOut;
  /** Whose it is: the label `team` of its alerts, by which they are routed. The namespace's name by default. */
  readonly team?: string;
  /** Where people read `docs/runbooks`, such as `https://git.example.com/platform/docs/runbooks`: every alert leads to its section. */
  readonly runbooks?: string;
  /** How a new version takes the place of the old one: `rolling()` by default, `blueGreen(…)` or `canary(…)`. */
  readonly release?: Release;
  /**
   * Where the release controller has no Prometheus: why a release can have no analysis, and what changes that. A release that has one is
   * refused with it, instead of by the controller when it begins. Not known by default.
   */
  readonly noAnalysis?: string | undefined;
  readonly transform?: ReplicasTransforms & {
    readonly service?: Transform<types.input.core.v1.Service>;
    /** The alerts on its objectives. */
    readonly rules?: Transform<RulesManifest>;
    /** With a release that is blue-green or canary. There is no deployment of ours then. */
    readonly release?: Transform<ReleaseManifest>;
  };
}

/** What a microservice gets that says nothing. */
const DEFAULTS = { port: 8080, shutdown: { drain: "10s", longestRequest: "30s" } } as const;

/** A microservice's arguments with every default filled in. */
export function completeMicroservice(args: MicroserviceArgs) {
  const replicas = completeReplicas(args);
  return {
    ...DEFAULTS,
    ...args,
    ...replicas,
    scaling: replicas.scaling as ServiceScaling,
    objectives: args.objectives ?? {},
    shutdown: { ...DEFAULTS.shutdown, ...args.shutdown } as Shutdown,
    release: args.release ?? rolling(),
  };
}

export type CompleteMicroservice = ReturnType<typeof completeMicroservice>;
