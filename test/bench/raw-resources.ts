/** One Kubernetes resource of a stack, free of the components that made it. */
export interface RawResource {
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  readonly inputs: Record<string, unknown>;
  /** URNs of resources that come before it. */
  readonly dependencies: readonly string[];
}

interface StateResource {
  readonly urn: string;
  readonly type: string;
  readonly inputs?: Record<string, unknown>;
  readonly dependencies?: readonly string[];
}

/** The Kubernetes resources in an exported state. The engine writes each after what it depends on. */
export function rawResources(state: unknown): RawResource[] {
  const { deployment } = state as { deployment: { resources?: readonly StateResource[] } };
  return (deployment.resources ?? [])
    .filter(({ type }) => type.startsWith("kubernetes:"))
    .map(({ urn, type, inputs = {}, dependencies = [] }) => ({
      urn,
      type,
      name: urn.slice(urn.lastIndexOf("::") + 2),
      inputs,
      dependencies,
    }));
}
