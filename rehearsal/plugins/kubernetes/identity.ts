/** What a Pulumi type token says about a resource: `kubernetes:apps/v1:Deployment`. */
export interface TypeIdentity {
  readonly apiVersion: string;
  /** The kind of the object; for `DeploymentPatch` that is `Deployment`. */
  readonly kind: string;
  /** A patch resource manages some fields of an object that something else makes. */
  readonly isPatch: boolean;
}

/** Groups whose token leaves out the suffix that their apiVersion has. */
const CORE_GROUP = "core";

/**
 * Reads a type token. `kind` is what the inputs say: a token that ends with it and `Patch` is a patch resource, so a
 * custom kind that happens to be called `SomethingPatch` is not.
 */
export function identify(token: string, kind?: string): TypeIdentity {
  const [, version = "", typeKind = ""] = token.split(":");
  const [group, ...rest] = version.split("/");
  const apiVersion = group === CORE_GROUP ? rest.join("/") : version;
  const patched = typeKind.endsWith("Patch") ? typeKind.slice(0, -"Patch".length) : undefined;
  const isPatch = patched !== undefined && (kind === undefined || kind === patched);
  return { apiVersion, kind: isPatch ? patched : typeKind, isPatch };
}

/** Why this provider cannot serve a type, or `undefined` where it can. */
export function refusalOf(token: string): string | undefined {
  const [, module = "", kind = ""] = token.split(":");
  if (module.startsWith("helm.sh/"))
    return `${kind} (${module}) runs Helm, which the rehearsal's provider does not; render the chart ("helm template") and use kubernetes.yaml.v2.ConfigGroup, or install the official plugin`;
  if (module.startsWith("kustomize/"))
    return `${kind} (${module}) runs Kustomize, which the rehearsal's provider does not; render it ("kubectl kustomize") and use kubernetes.yaml.v2.ConfigGroup, or install the official plugin`;
  if (
    kind.endsWith("List") &&
    /^(core|apps|batch|networking\.k8s\.io|rbac\.authorization\.k8s\.io|policy)\//.test(module)
  )
    return `${kind} only exists for lists in manifests; make the objects of the list instead`;
  return undefined;
}
