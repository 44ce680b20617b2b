import { isDeepStrictEqual } from "node:util";
import {
  hasUnknown,
  type PropertyChange,
  type PropertyMap,
  type PropertyValue,
  reveal,
  sameValue,
} from "../rpc/index.ts";
import { readConfig } from "./config.ts";
import { selectContext } from "./kubeconfig/kubeconfig.ts";
import { loadKubeconfig } from "./kubeconfig/load.ts";
import type { JsonObject } from "./object.ts";

/** What a kubeconfig, a context and a cluster name decide together: which cluster it is. */
const CLUSTER_KEYS = ["kubeconfig", "context", "cluster"];
const IDENTIFIER = "clusterIdentifier";

/**
 * Changes of the provider's configuration. Only another cluster replaces the provider, and with it everything that it
 * made. Clusters have no identity of their own, so it is judged by `clusterIdentifier` where that is set before and
 * after, else by the settings of the cluster that the kubeconfig selects.
 */
export function diffConfig(olds: PropertyMap, news: PropertyMap): PropertyChange[] {
  const keys = [...new Set([...Object.keys(olds), ...Object.keys(news)])];
  const changed = keys.filter((key) => key !== "version" && differs(olds[key], news[key]));
  const replace = replacing(olds, news, changed);
  return changed.map((key) => ({
    path: [key],
    kind: olds[key] === undefined ? "add" : news[key] === undefined ? "delete" : "update",
    ...(replace.includes(key) && { replace: true }),
  }));
}

function differs(before: PropertyValue | undefined, after: PropertyValue | undefined): boolean {
  return !sameValue(before ?? null, after ?? null);
}

function replacing(olds: PropertyMap, news: PropertyMap, changed: readonly string[]): readonly string[] {
  if (olds[IDENTIFIER] !== undefined && news[IDENTIFIER] !== undefined)
    return changed.filter((key) => key === IDENTIFIER);
  const candidates = changed.filter((key) => CLUSTER_KEYS.includes(key));
  const unknown = candidates.filter((key) => hasUnknown(news[key] ?? null));
  if (candidates.length === 0 || unknown.length > 0) return unknown;
  const [before, after] = [clusterOf(olds), clusterOf(news)];
  return before !== undefined && after !== undefined && !isDeepStrictEqual(before, after) ? candidates : [];
}

/** Settings of the selected cluster; `undefined` where they cannot be found, which says nothing about a change. */
function clusterOf(args: PropertyMap): JsonObject | undefined {
  const { kubeconfig, context, cluster } = readConfig({ ...args, kubeconfig: reveal(args.kubeconfig ?? null) });
  try {
    const { config, source } = loadKubeconfig(kubeconfig);
    return selectContext(config, { context, cluster }, source).cluster;
  } catch {
    return undefined;
  }
}
