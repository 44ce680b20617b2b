import type { PropertyMap } from "../rpc/index.ts";
import { reveal } from "../rpc/index.ts";

/** The provider's configuration, as `new kubernetes.Provider(name, …)` takes it; environment variables fill gaps. */
export interface ProviderConfig {
  /** Path or contents; absent: `KUBECONFIG`, then the default place. */
  readonly kubeconfig: string | undefined;
  readonly context: string | undefined;
  readonly cluster: string | undefined;
  /** Namespace of objects that name none. */
  readonly namespace: string | undefined;
  readonly enableServerSideApply: boolean;
  readonly enablePatchForce: boolean;
  readonly upsertExistingObjects: boolean;
  readonly enableConfigMapMutable: boolean;
  readonly enableSecretMutable: boolean;
  readonly deleteUnreachable: boolean;
  readonly skipUpdateUnreachable: boolean;
  readonly suppressDeprecationWarnings: boolean;
  /** Generic readiness for kinds that have no rule of their own: `PULUMI_K8S_AWAIT_ALL`. */
  readonly awaitAll: boolean;
  /** For one answer of the API server, in milliseconds. */
  readonly requestTimeout: number;
}

const REQUEST_TIMEOUT = 60_000;

/** Arguments of features that this provider does not have, with what to do instead. */
const UNSUPPORTED = {
  renderYamlToDirectory: "use the official plugin to render manifests",
} as const;

type Env = Readonly<Record<string, string | undefined>>;

/** Reads the arguments; the SDK sends everything but texts as JSON. */
export function readConfig(args: PropertyMap, env: Env = process.env): ProviderConfig {
  const text = (name: string) => {
    const value = reveal(args[name] ?? null);
    return typeof value === "string" ? value || undefined : value === null ? undefined : JSON.stringify(value);
  };
  const flag = (name: string, variable: string, fallback = false) => {
    const value = text(name) ?? env[variable];
    return value === undefined ? fallback : value === "true";
  };
  return {
    kubeconfig: text("kubeconfig"),
    context: text("context"),
    cluster: text("cluster"),
    namespace: text("namespace"),
    enableServerSideApply: flag("enableServerSideApply", "PULUMI_K8S_ENABLE_SERVER_SIDE_APPLY", true),
    enablePatchForce: flag("enablePatchForce", "PULUMI_K8S_ENABLE_PATCH_FORCE"),
    upsertExistingObjects: flag("upsertExistingObjects", "PULUMI_K8S_UPSERT_EXISTING_OBJECTS"),
    enableConfigMapMutable: flag("enableConfigMapMutable", "PULUMI_K8S_ENABLE_CONFIGMAP_MUTABLE"),
    enableSecretMutable: flag("enableSecretMutable", "PULUMI_K8S_ENABLE_SECRET_MUTABLE"),
    deleteUnreachable: flag("deleteUnreachable", "PULUMI_K8S_DELETE_UNREACHABLE"),
    skipUpdateUnreachable: flag("skipUpdateUnreachable", "PULUMI_K8S_SKIP_UPDATE_UNREACHABLE"),
    suppressDeprecationWarnings: flag("suppressDeprecationWarnings", "PULUMI_K8S_SUPPRESS_DEPRECATION_WARNINGS"),
    awaitAll: env.PULUMI_K8S_AWAIT_ALL === "true",
    requestTimeout: requestTimeout(text("kubeClientSettings"), env),
  };
}

function requestTimeout(settings: string | undefined, env: Env): number {
  const { timeout = env.PULUMI_K8S_CLIENT_TIMEOUT } = (settings ? JSON.parse(settings) : {}) as { timeout?: number };
  return Number(timeout) > 0 ? Number(timeout) * 1_000 : REQUEST_TIMEOUT;
}

/** What of the arguments cannot be served. */
export function refusedArguments(args: PropertyMap): { readonly property: string; readonly reason: string }[] {
  return Object.entries(UNSUPPORTED).flatMap(([property, instead]) => {
    const value = reveal(args[property] ?? null);
    const reason = `${property} is not supported by the rehearsal's provider; ${instead}`;
    return value === null || value === "" ? [] : [{ property, reason }];
  });
}
