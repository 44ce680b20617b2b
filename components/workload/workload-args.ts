import type { types } from "@pulumi/kubernetes";
import type { Namespace } from "../cluster/namespace.ts";
import type { Resources } from "../core/resources.ts";
import type { Transform } from "../core/transform.ts";
import type { Usable } from "../core/usage.ts";
import type { CertificateManifest } from "../edge/cert-manager.ts";
import type { Calls } from "./calls/call.ts";
import type { Profiles } from "./profiles.ts";
import type { Rights } from "./rights.ts";
import type { Runtime } from "./runtime.ts";
import type { Telemetry } from "./telemetry.ts";

/** What every workload is given, whether it answers requests, takes work from a queue or runs at set times. */
export interface WorkloadArgs {
  readonly namespace: Namespace;
  /** Image with a tag that does not move, or a digest. */
  readonly image: string;
  /** What the image's program is given on its command line; nothing by default. */
  readonly args?: readonly string[];
  /** Zones that its pods may run in. */
  readonly zones: readonly string[];
  /** What it uses: stores, topics, services. Credentials, network policies and start-up order follow from it. */
  readonly uses?: readonly Usable[];
  /**
   * Services of its namespace that it calls, by name, each with what happens when it is slow, fails or is full. A service may be called
   * before it is declared; what is here need not be in `uses`. Nothing waits for it to start.
   */
  readonly calls?: Calls;
  /** 100m and 256Mi requested, limits 1 and 256Mi by default: memory is not overcommitted. */
  readonly resources?: Resources;
  /** What the limits are told to; `node` by default. */
  readonly runtime?: Runtime;
  /** Plain environment. Secrets are refused here: they come as files, by `uses`. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Where it sends its traces, if the cluster has a collector; its network policy lets it. */
  readonly telemetry?: Telemetry;
  /** Where it sends profiles of where its time goes, if it makes any; its network policy lets it. */
  readonly profiles?: Profiles;
  /** Rights in the Kubernetes API, in its own namespace. None by default: its pods get no token. */
  readonly rights?: Rights;
}

/** Resources that every workload has, for its transforms. */
export interface WorkloadTransforms {
  readonly serviceAccount?: Transform<types.input.core.v1.ServiceAccount>;
  readonly networkPolicy?: Transform<types.input.networking.v1.NetworkPolicy>;
  readonly identity?: Transform<CertificateManifest>;
  readonly role?: Transform<types.input.rbac.v1.Role>;
}

/** What a workload gets that says nothing. */
const DEFAULTS = {
  resources: { requests: { cpu: "100m", memory: "256Mi" }, limits: { cpu: "1", memory: "256Mi" } },
  runtime: "node",
} as const;

/** The arguments with every default filled in. */
export function completeWorkload<Args extends WorkloadArgs>(args: Args) {
  return { ...DEFAULTS, ...args, uses: args.uses ?? [], calls: args.calls ?? {}, environment: args.environment ?? {} };
}

export type CompleteWorkload = ReturnType<typeof completeWorkload<WorkloadArgs>>;
