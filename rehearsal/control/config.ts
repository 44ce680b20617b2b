import { RehearsalError } from "../toolchain/error.ts";
import { isLabel } from "../toolchain/name.ts";

/** The shape of a simulated node: what it claims to be, and what the scheduler may place on it. */
export interface NodeShape {
  /** Shown as the label `node.kubernetes.io/instance-type`, such as `m7i.xlarge`. */
  readonly instanceType: string;
  /** Kubernetes quantity, positive: `4`, `3500m`. */
  readonly cpu: string;
  /** Kubernetes quantity, positive: `16Gi`. */
  readonly memory: string;
  /** How many pods it takes: 1 or more. EC2 and the kubelet's default allow 110. */
  readonly pods: number;
}

export interface ClusterNode extends NodeShape {
  readonly name: string;
  readonly zone: string;
}

/** Nodes with real kubelets and containers, in namespaces of their own; see `prepareNodes`. */
export interface RealNodes {
  /** Absolute path of `plumbline-node`. */
  readonly program: string;
  /** Absolute folder of the unpacked packages of which nodes are made. */
  readonly runtime: string;
  /** Absolute folder of the store of images that every node has. */
  readonly store: string;
  /** Absolute files of manifests that the cluster applies once its nodes have joined, and whose Deployments it waits for. */
  readonly manifests: readonly string[];
  /** 1 to 9. */
  readonly nodes: readonly { readonly name: string; readonly zone: string }[];
}

/** What the release controller is told. */
export interface Releases {
  /** Answers analyses, behind a Service of the cluster. Without: a release that has an analysis is refused. */
  readonly prometheus?: { readonly namespace: string; readonly service: string; readonly port: number };
}

/** What the cluster binary reads as `cluster.json`. */
export interface ClusterConfig {
  /** A DNS label. Context, cluster and user of the kubeconfig are called `plumbline-<name>`. */
  readonly name: string;
  readonly region: string;
  readonly nodes: readonly ClusterNode[];
  /** Stand beside the simulated ones. Without: there are none. */
  readonly real?: RealNodes;
  /** Absolute files or folders with CustomResourceDefinitions to apply at start. */
  readonly crds: readonly string[];
  /** Absolute folder of the store with which the cluster begins if it has no data. Without: it makes everything itself. */
  readonly seed?: string;
  /** Absolute file of the API server's audit policy (audit.k8s.io/v1). Without: the rehearsal's own, which records changes with their content. */
  readonly auditPolicy?: string;
  readonly releases?: Releases;
}

/** What an environment says of its cluster. */
export interface ClusterPlan {
  readonly name: string;
  readonly region: string;
  readonly zones: readonly string[];
  /** Simulated nodes: 1 to 100, each about 1 % of a core; 0 where there are real nodes. */
  readonly nodesPerZone: number;
  readonly node: NodeShape;
  readonly crds: readonly string[];
  readonly seed?: string;
  /** Without: all nodes are simulated. */
  readonly real?: RealNodes;
  /** Without: the rehearsal's own. */
  readonly auditPolicy?: string;
  readonly releases?: Releases;
}

const MOST_NODES_PER_ZONE = 100;
const QUANTITY = /^(\d+\.?\d*|\.\d+)(m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei)?$/;

/**
 * The nodes of a cluster, `<zone>-1` to `<zone>-<nodesPerZone>` in each zone. Pure. Throws `RehearsalError` that names
 * every bad value.
 */
export function clusterConfig({
  name,
  region,
  zones,
  nodesPerZone,
  node,
  crds,
  seed,
  real,
  auditPolicy,
  releases,
}: ClusterPlan): ClusterConfig {
  const fewest = real === undefined ? 1 : 0;
  const problems = [
    ...wrong("name", name, isLabel(name), "a DNS label, such as local"),
    ...wrong("region", region, isLabel(region), "a DNS label, such as local"),
    ...wrong("zones", zones, zones.length > 0 && new Set(zones).size === zones.length, "at least one, each once"),
    ...zones.flatMap((zone, i) => wrong(`zones[${i}]`, zone, isLabel(zone, 59), "a DNS label, such as local-a")),
    ...wrong(
      "nodesPerZone",
      nodesPerZone,
      Number.isInteger(nodesPerZone) && nodesPerZone >= fewest && nodesPerZone <= MOST_NODES_PER_ZONE,
      `a whole number from ${fewest} to ${MOST_NODES_PER_ZONE}`,
    ),
    ...wrong("node.instanceType", node.instanceType, /^[\w.-]{1,63}$/.test(node.instanceType), "such as m7i.xlarge"),
    ...wrong("node.cpu", node.cpu, isPositiveQuantity(node.cpu), "a positive Kubernetes quantity, such as 4 or 3500m"),
    ...wrong(
      "node.memory",
      node.memory,
      isPositiveQuantity(node.memory),
      "a positive Kubernetes quantity, such as 16Gi",
    ),
    ...wrong("node.pods", node.pods, Number.isInteger(node.pods) && node.pods >= 1, "a whole number, 1 or more"),
  ];
  if (problems.length > 0)
    throw new RehearsalError("The cluster cannot be planned:", problems.map((problem) => `  ${problem}`).join("\n"));
  const nodes = zones.flatMap((zone) =>
    Array.from({ length: nodesPerZone }, (_, i) => ({ name: `${zone}-${i + 1}`, zone, ...node })),
  );
  return {
    name,
    region,
    nodes,
    crds,
    ...(seed !== undefined && { seed }),
    ...(real && { real }),
    ...(auditPolicy !== undefined && { auditPolicy }),
    ...(releases && { releases }),
  };
}

function wrong(field: string, given: unknown, isRight: boolean, allowed: string): string[] {
  return isRight ? [] : [`${field}: ${JSON.stringify(given)} was given; allowed: ${allowed}`];
}

function isPositiveQuantity(text: string): boolean {
  return QUANTITY.test(text) && Number.parseFloat(text) > 0;
}
