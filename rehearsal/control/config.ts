/** The shape of a simulated node: what it claims to be, and what the scheduler may place on it. */
export interface NodeShape {
  /** Shown as the label `node.kubernetes.io/instance-type`, such as `m7i.xlarge`. */
  readonly instanceType: string;
  /** Kubernetes quantity: `4`, `3500m`. */
  readonly cpu: string;
  /** Kubernetes quantity: `16Gi`. */
  readonly memory: string;
  readonly pods: number;
}

export interface ClusterNode extends NodeShape {
  readonly name: string;
  readonly zone: string;
}

/** What the cluster binary reads as `cluster.json`. */
export interface ClusterConfig {
  /** A DNS label. Context, cluster and user of the kubeconfig are called `plumbline-<name>`. */
  readonly name: string;
  readonly region: string;
  readonly nodes: readonly ClusterNode[];
  /** Absolute files or folders with CustomResourceDefinitions to apply at start. */
  readonly crds: readonly string[];
}

/** What an environment says of its cluster. */
export interface ClusterPlan {
  readonly name: string;
  readonly region: string;
  readonly zones: readonly string[];
  readonly nodesPerZone: number;
  readonly node: NodeShape;
  readonly crds: readonly string[];
}

/** The nodes of a cluster, `<zone>-1` … `<zone>-<nodesPerZone>` in each zone. Pure; throws `RehearsalError` on bad values. */
export function clusterConfig(_plan: ClusterPlan): ClusterConfig {
  throw new Error("not yet");
}
