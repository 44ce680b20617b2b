/** What a module's kustomizations say of its manifests. */
export interface Kustomization {
  /** Of everything that has one. */
  readonly namespace: string;
  /** Before every name but the namespace's. */
  readonly namePrefix: string;
  /** Of every container of a Deployment. */
  readonly image: string;
}

/** What is read or changed of a manifest. */
export interface Kustomized {
  readonly kind: string;
  readonly metadata: { name: string; namespace?: string };
  roleRef?: { name: string };
  readonly spec?: { readonly template?: { readonly spec?: { readonly containers?: readonly { image?: string }[] } } };
}

/** Kinds of operators' manifests that stand in no namespace. */
const WITHOUT_NAMESPACE = ["Namespace", "ClusterRole", "ClusterRoleBinding"];

/**
 * Changes manifests as `kubectl kustomize` would with these fields, for modules that carry no release: names, the names by which
 * bindings know roles, namespaces and images. Subjects and accounts of pods must be written whole, as kustomize leaves those too.
 */
export function kustomize(manifests: readonly Kustomized[], { namespace, namePrefix, image }: Kustomization): void {
  for (const manifest of manifests) {
    const { kind, metadata, roleRef, spec } = manifest;
    if (kind === "Namespace") continue;
    metadata.name = `${namePrefix}${metadata.name}`;
    if (!WITHOUT_NAMESPACE.includes(kind)) metadata.namespace = namespace;
    if (roleRef) roleRef.name = `${namePrefix}${roleRef.name}`;
    for (const container of spec?.template?.spec?.containers ?? []) container.image = image;
  }
}
