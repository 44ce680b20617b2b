/** What is changed of an operator's Deployment so that the loss of a node does not stop for long what the operator does. */
export interface Survival {
  /** How many pods, on nodes and in zones of their own where there are as many; one leads. */
  readonly replicas?: number;
  /** What its first container is called with besides. */
  readonly args?: readonly string[];
  /** What its first container's environment holds besides. */
  readonly env?: Readonly<Record<string, string>>;
  /** Seconds after which its pods leave a node that does not answer. */
  readonly leavesAfter?: number;
}

/** What is read or changed of a Deployment's `spec`. */
export interface SurvivingSpec {
  replicas?: number;
  readonly selector?: object;
  readonly template?: {
    readonly spec?: {
      readonly containers?: readonly { args?: string[]; env?: object[] }[];
      tolerations?: object[];
      topologySpreadConstraints?: object[];
    };
  };
}

/** Changes a Deployment's `spec` in place. */
export function survive(
  spec: SurvivingSpec | undefined,
  { replicas, args = [], env = {}, leavesAfter }: Survival,
): void {
  const pod = spec?.template?.spec;
  if (!pod) return;
  const [container] = pod.containers ?? [];
  if (container && args.length > 0) container.args = [...(container.args ?? []), ...args];
  const variables = Object.entries(env).map(([name, value]) => ({ name, value }));
  if (container && variables.length > 0) container.env = [...(container.env ?? []), ...variables];
  if (replicas !== undefined) {
    spec.replicas = replicas;
    pod.topologySpreadConstraints = ["kubernetes.io/hostname", "topology.kubernetes.io/zone"].map((topologyKey) => ({
      maxSkew: 1,
      topologyKey,
      whenUnsatisfiable: "ScheduleAnyway",
      labelSelector: spec.selector,
    }));
  }
  if (leavesAfter !== undefined)
    pod.tolerations = ["not-ready", "unreachable"].map((condition) => ({
      key: `node.kubernetes.io/${condition}`,
      operator: "Exists",
      effect: "NoExecute",
      tolerationSeconds: leavesAfter,
    }));
}
