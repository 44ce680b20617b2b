/** The labels that select the pods of one component; they never change over its life. */
export type Selector = { readonly "app.kubernetes.io/name": string } & Readonly<Record<string, string>>;

/** Selects the pods of one component, or of one of its parts (`controller`, `broker`). */
export function selector(name: string, part?: string): Selector {
  return {
    "app.kubernetes.io/name": name,
    ...(part === undefined ? {} : { "app.kubernetes.io/component": part }),
  };
}

/** On everything that we make. */
export const MANAGED = { "app.kubernetes.io/managed-by": "plumbline" };

/** The recommended labels of Kubernetes, for every resource of a component. */
export function labels(name: string, part?: string): Selector {
  return { ...selector(name, part), ...MANAGED };
}

/** A namespace with this label holds what reads `/metrics` of every workload; network policies let it in. */
export const SCRAPES_METRICS = { "plumbline.dev/scrapes-metrics": "true" } as const;
/** A namespace with this label may attach routes to the gateway. */
export const ATTACHES_ROUTES = { "plumbline.dev/attaches-routes": "true" } as const;
