import { type ClusterAccess, kubectl } from "./kubectl.ts";

/** A release as its controller tells of it. */
export interface KnownRelease {
  readonly namespace: string;
  readonly name: string;
  readonly phase: string;
  /** The version that stands, by the hash of its pods. Empty until the first does. */
  readonly stable: string;
  /** The version that is asked for; another than `stable` while it is on its way, or after it was taken back. */
  readonly update: string;
  /** Of a canary: share of the replicas that are to run the version that is on its way, in percent. */
  readonly weight: number | undefined;
  readonly ready: number;
  readonly wanted: number;
  readonly message: string;
  /** Neither promoted nor taken back yet. */
  readonly underWay: boolean;
  /** The version that is asked for was taken back. */
  readonly takenBack: boolean;
}

/** What a person may ask of a release. The version is named, so that a later one is never meant. */
export type Ask = "promote" | "abort" | "retry";

const RESOURCE = "releases.delivery.plumbline.dev";
const ANNOTATION = "delivery.plumbline.dev";

interface Listed {
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly spec: { readonly replicas?: number; readonly strategy: { readonly canary?: object } };
  readonly status?: {
    readonly phase?: string;
    readonly stableRevision?: string;
    readonly updateRevision?: string;
    readonly weight?: number;
    readonly readyReplicas?: number;
    readonly message?: string;
  };
}

/** All releases of the cluster, by namespace and name. */
export async function listReleases(access: ClusterAccess, cacheDir: string): Promise<readonly KnownRelease[]> {
  const { items } = JSON.parse(
    await kubectl(access, cacheDir, ["get", RESOURCE, "--all-namespaces", "-o", "json"]),
  ) as {
    readonly items: readonly Listed[];
  };
  return items
    .map(knownRelease)
    .toSorted((a, b) => `${a.namespace}/${a.name}`.localeCompare(`${b.namespace}/${b.name}`));
}

/** Has the controller promote a release, take it back, or try it again. Asked twice, it is done once. */
export async function askOf(release: KnownRelease, ask: Ask, access: ClusterAccess, cacheDir: string): Promise<void> {
  const { namespace, name, update } = release;
  const annotation = `${ANNOTATION}/${ask}=${update}`;
  await kubectl(access, cacheDir, ["-n", namespace, "annotate", RESOURCE, name, annotation, "--overwrite"]);
}

/** The release that an object tells of. */
export function knownRelease({ metadata: { namespace, name }, spec, status = {} }: Listed): KnownRelease {
  const { phase = "Pending", stableRevision: stable = "", updateRevision: update = "" } = status;
  return {
    namespace,
    name,
    phase,
    stable,
    update,
    weight: spec.strategy.canary && status.weight,
    ready: status.readyReplicas ?? 0,
    wanted: spec.replicas ?? 1,
    message: status.message ?? "",
    // Of a first release there is nothing to choose: it is all that there is.
    underWay: ["Progressing", "Baking", "Holding", "Promoting"].includes(phase) && stable !== "" && stable !== update,
    takenBack: phase === "Aborted",
  };
}
