import { waitFor } from "../../core/custom-resource.ts";
import { type Duration, durationProblems, goDuration, milliseconds } from "../../core/duration.ts";
import type { Problem } from "../../core/invalid.ts";
import { labels } from "../../core/labels.ts";
import { nameProblems } from "../../core/names.ts";
import type { ExternalSecretManifest } from "./manifests.ts";

export interface ExternalSecretPlanArgs {
  readonly name: string;
  readonly namespace: string;
  /** Name of the source, and what the names of its secrets begin with. */
  readonly source: { readonly name: string; readonly prefix: string; readonly namespaces: readonly string[] };
  /** The keys of the Secret, each with the field of the JSON that it is; without one it is the whole text. */
  readonly keys: Readonly<Record<string, { readonly field?: string }>>;
  /** What follows `<prefix>/` in its name in the source; `<namespace>/<name>` by default. */
  readonly remote?: string;
  /**
   * How often the source is asked, `1m` to `1d`; `5m` by default: so long a changed secret takes to arrive. AWS takes five cents for ten
   * thousand questions, some four cents a month for each Secret.
   */
  readonly refresh?: Duration;
  /** Keys made of others, by Go's templates: `{ url: "amqps://{{ .username }}:{{ .password }}@broker" }`. Then these alone stand in the Secret. */
  readonly template?: Readonly<Record<string, string>>;
}

const REFRESH = "5m";
const KEY = /^[A-Za-z0-9._-]{1,253}$/;

/** What is wrong with how often a source is asked. */
export function refreshProblems(refresh: Duration = REFRESH): Problem[] {
  return durationProblems("refresh", refresh, "1m", "1d");
}

/** What is wrong with what is asked for. */
export function externalSecretProblems(args: ExternalSecretPlanArgs): Problem[] {
  const { name, namespace, source, keys, remote, refresh = REFRESH, template = {} } = args;
  const problems = [...nameProblems("name", name), ...refreshProblems(refresh)];
  if (Object.keys(keys).length === 0) problems.push({ field: "keys", given: keys, allowed: "at least one" });
  for (const [field, key] of [
    ...Object.keys(keys).map((one) => ["keys", one]),
    ...Object.keys(template).map((one) => ["template", one]),
  ] as [string, string][])
    if (!KEY.test(key)) problems.push({ field, given: key, allowed: 'keys of letters, digits, ".", "_" and "-"' });
  if (remote !== undefined && !/^[\w+=.@-]+(\/[\w+=.@-]+)*$/.test(remote))
    problems.push({
      field: "remote",
      given: remote,
      allowed: 'what follows the prefix in its name, such as "shop/orders"',
    });
  if (!source.namespaces.includes(namespace))
    problems.push({
      field: "namespace",
      given: namespace,
      allowed: `one of ${source.namespaces.join(", ")}, which may use the source "${source.name}"`,
    });
  return problems;
}

/**
 * Has a Secret made, and kept as the source has it. It goes with this object. A secret that is gone from the source stays in the cluster, and
 * an alert tells: whoever took it away by mistake breaks nothing.
 */
export function externalSecretPlan(args: ExternalSecretPlanArgs): ExternalSecretManifest {
  const { name, namespace, source, keys, refresh = REFRESH, template } = args;
  const { remote = `${namespace}/${name}` } = args;
  return {
    apiVersion: "external-secrets.io/v1",
    kind: "ExternalSecret",
    metadata: { name, namespace, labels: labels(name), annotations: waitFor("Ready") },
    spec: {
      refreshInterval: goDuration(milliseconds(refresh)),
      secretStoreRef: { kind: "ClusterSecretStore", name: source.name },
      target: {
        name,
        creationPolicy: "Owner",
        deletionPolicy: "Retain",
        template: { metadata: { labels: labels(name) }, ...(template && { data: { ...template } }) },
      },
      data: Object.entries(keys).map(([secretKey, { field }]) => ({
        secretKey,
        remoteRef: { key: `${source.prefix}/${remote}`, ...(field !== undefined && { property: field }) },
      })),
    },
  };
}
