import type { types } from "@pulumi/kubernetes";
import type { Duration } from "../core/duration.ts";
import type { Transform } from "../core/transform.ts";
import { type Release, rolling } from "../delivery/release.ts";
import type { ReleaseManifest } from "../delivery/release-plan.ts";
import { completeReplicas, type ReplicasArgs, type ReplicasTransforms } from "./replicas-args.ts";

export interface Shutdown {
  /** Requests are still taken this long after the end was announced, until every router knows of it; `10s` by default. */
  readonly drain: Duration;
  /** Then, and after 5 s in which clients let go of their connections, requests under way get this long; `30s` by default. */
  readonly longestRequest: Duration;
}

export interface MicroserviceArgs extends ReplicasArgs {
  /** Port of its API; 8080 by default. */
  readonly port?: number;
  readonly shutdown?: Partial<Shutdown>;
  /** How a new version takes the place of the old one: `rolling()` by default, `blueGreen(…)` or `canary(…)`. */
  readonly release?: Release;
  readonly transform?: ReplicasTransforms & {
    readonly service?: Transform<types.input.core.v1.Service>;
    /** With a release that is blue-green or canary. There is no deployment of ours then. */
    readonly release?: Transform<ReleaseManifest>;
  };
}

/** What a microservice gets that says nothing. */
const DEFAULTS = { port: 8080, shutdown: { drain: "10s", longestRequest: "30s" } } as const;

/** A microservice's arguments with every default filled in. */
export function completeMicroservice(args: MicroserviceArgs) {
  return {
    ...DEFAULTS,
    ...args,
    ...completeReplicas(args),
    shutdown: { ...DEFAULTS.shutdown, ...args.shutdown } as Shutdown,
    release: args.release ?? rolling(),
  };
}

export type CompleteMicroservice = ReturnType<typeof completeMicroservice>;
