/** Where the replicas of one component go. */
export interface SpreadArgs {
  /** Labels of the pods that are spread. */
  readonly matchLabels: Readonly<Record<string, string>>;
  /** A label by whose key pods are told that have `matchLabels` too and do not count. */
  readonly without?: string;
  /** Zones that the pods may run in. */
  readonly zones: readonly string[];
  /** Whether two replicas may share a node if there is no other: `prefer-not` for services, `never` for stores. */
  readonly sharedHosts: "prefer-not" | "never";
  /** Pods that a Deployment replaces: the old and the new replicas are counted apart. */
  readonly rolls?: boolean;
  /** Seconds after which a pod leaves a node that is lost, from when the cluster has noticed; 30 by default. */
  readonly leavesAfter?: number;
}

/** Wide enough for a restart of the node's agent, short enough that a lost zone is made good within a minute. */
const EVICTED_AFTER_SECONDS = 30;

/**
 * The scheduling part of a pod: spread evenly over the zones that are up, apart by host, and moved within half a minute
 * from a node that is lost. A lost zone is left out of the sum, so its replicas go to the others instead of waiting.
 */
export function spread({ matchLabels, without, zones, sharedHosts, rolls, leavesAfter }: SpreadArgs) {
  const labelSelector = { matchLabels: { ...matchLabels }, ...(without && { matchExpressions: [lacks(without)] }) };
  const apart = { topologyKey: "kubernetes.io/hostname", labelSelector };
  return {
    topologySpreadConstraints: [
      {
        maxSkew: 1,
        topologyKey: "topology.kubernetes.io/zone",
        whenUnsatisfiable: "DoNotSchedule",
        labelSelector,
        nodeAffinityPolicy: "Honor",
        nodeTaintsPolicy: "Honor",
        ...(rolls ? { matchLabelKeys: ["pod-template-hash"] } : {}),
      },
    ],
    affinity: {
      nodeAffinity: inZones(zones),
      podAntiAffinity:
        sharedHosts === "never"
          ? { requiredDuringSchedulingIgnoredDuringExecution: [apart] }
          : { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 100, podAffinityTerm: apart }] },
    },
    tolerations: tolerations(leavesAfter),
  };
}

/** Selects what does not have a label. */
export function lacks(key: string) {
  return { key, operator: "DoesNotExist" };
}

/** The scheduling part of a pod that is alone: in one of the zones, and moved within half a minute from a node that is lost. */
export function placed(zones: readonly string[]) {
  return { affinity: { nodeAffinity: inZones(zones) }, tolerations: tolerations() };
}

/** How long a pod stays on a node that is lost, in seconds from when the cluster has noticed. */
export function tolerations(tolerationSeconds = EVICTED_AFTER_SECONDS) {
  return ["not-ready", "unreachable"].map((trouble) => ({
    key: `node.kubernetes.io/${trouble}`,
    operator: "Exists",
    effect: "NoExecute",
    tolerationSeconds,
  }));
}

/** Only nodes of these zones. */
function inZones(zones: readonly string[]) {
  const matchExpressions = [{ key: "topology.kubernetes.io/zone", operator: "In", values: [...zones] }];
  return { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions }] } };
}
