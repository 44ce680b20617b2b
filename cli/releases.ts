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
  /** The images that these two run. Empty if it is not known. */
  readonly stableImage: string;
  readonly updateImage: string;
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
/** Of a version's Deployment: its release, and its hash. */
const RELEASE = `${ANNOTATION}/release`;
const REVISION = `${ANNOTATION}/revision`;

interface Template {
  readonly spec?: { readonly containers?: readonly { readonly image?: string }[] };
}

interface Listed {
  readonly kind: "Release";
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly spec: {
    readonly replicas?: number;
    readonly strategy: { readonly canary?: object };
    readonly template?: Template;
  };
  readonly status?: {
    readonly phase?: string;
    readonly stableRevision?: string;
    readonly updateRevision?: string;
    readonly weight?: number;
    readonly readyReplicas?: number;
    readonly message?: string;
  };
}

/** A version's Deployment, as far as it is read here. */
interface OfVersion {
  readonly kind: "Deployment";
  readonly metadata: {
    readonly namespace: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec: { readonly template?: Template };
}

/** All releases of the cluster, by namespace and name. */
export async function listReleases(access: ClusterAccess, cacheDir: string): Promise<readonly KnownRelease[]> {
  const words = ["get", `${RESOURCE},deployments.apps`, "--all-namespaces", "-o", "json"];
  const { items } = JSON.parse(await kubectl(access, cacheDir, words)) as {
    readonly items: readonly (Listed | OfVersion)[];
  };
  return parseReleases(items);
}

/** The releases among objects, with the images that the Deployments of their versions run. */
export function parseReleases(items: readonly (Listed | OfVersion)[]): readonly KnownRelease[] {
  const images = new Map<string, string>();
  for (const item of items.filter(isOfVersion)) {
    const { namespace, labels, annotations } = item.metadata;
    images.set(`${namespace}/${annotations?.[RELEASE]}/${labels?.[REVISION]}`, imageOf(item.spec.template));
  }
  return items
    .filter((item): item is Listed => item.kind === "Release")
    .map((item) => knownRelease(item, images))
    .toSorted((a, b) => `${a.namespace}/${a.name}`.localeCompare(`${b.namespace}/${b.name}`));
}

function isOfVersion(item: Listed | OfVersion): item is OfVersion {
  return item.kind === "Deployment";
}

/** The image of a service's own program: it is the first container. */
function imageOf(template: Template | undefined): string {
  return template?.spec?.containers?.[0]?.image ?? "";
}

/** Has the controller promote a release, take it back, or try it again. Asked twice, it is done once. */
export async function askOf(release: KnownRelease, ask: Ask, access: ClusterAccess, cacheDir: string): Promise<void> {
  const { namespace, name, update } = release;
  const annotation = `${ANNOTATION}/${ask}=${update}`;
  await kubectl(access, cacheDir, ["-n", namespace, "annotate", RESOURCE, name, annotation, "--overwrite"]);
}

/** The release that an object tells of; `images` by namespace, release and version. */
export function knownRelease(
  { metadata: { namespace, name }, spec, status = {} }: Listed,
  images: ReadonlyMap<string, string> = new Map(),
): KnownRelease {
  const { phase = "Pending", stableRevision: stable = "", updateRevision: update = "" } = status;
  return {
    namespace,
    name,
    phase,
    stable,
    update,
    stableImage: images.get(`${namespace}/${name}/${stable}`) ?? "",
    updateImage: images.get(`${namespace}/${name}/${update}`) ?? imageOf(spec.template),
    weight: spec.strategy.canary && status.weight,
    ready: status.readyReplicas ?? 0,
    wanted: spec.replicas ?? 1,
    message: status.message ?? "",
    // Of a first release there is nothing to choose: it is all that there is.
    underWay: ["Progressing", "Baking", "Holding", "Promoting"].includes(phase) && stable !== "" && stable !== update,
    takenBack: phase === "Aborted",
  };
}
