import { unsaid } from "./address.ts";
import type { Problem } from "./invalid.ts";
import type { Ledger } from "./ledger.ts";
import { isServiceUrl, peersAt, SERVICE_URL } from "./service-url.ts";
import type { Consumer, Grant, Peer, Pods, Usable } from "./usage.ts";

/** What answers questions at an address in the cluster, `URL` in its environment, and lets in who asks. */
export interface Queryable extends Usable {
  grant(consumer: Consumer): Grant & { readonly environment: { readonly URL: string } };
}

/** What is asked: a part of the same program, which lets in who asks, or somebody else's by its address, whose policies must. */
export type Source = { readonly from: Queryable } | { readonly url: string };

/** Where a source is asked, and the way there. */
export type Way = Pick<Grant, "peers" | "dependsOn"> & { readonly url: string };

/** What answers at `url` in the pods of `at`; who asks is written to `readers`. */
export function queryable(
  usableName: string,
  {
    url,
    at,
    readers,
    dependsOn,
  }: Pick<Way, "url" | "dependsOn"> & {
    readonly at: Peer;
    readonly readers: Ledger<Pods>;
  },
): Queryable {
  return {
    usableName,
    grant: ({ namespace, podLabels }) => {
      readers.add({ namespace, podLabels });
      return { environment: { URL: url }, files: {}, peers: [at], dependsOn, revision: "" };
    },
  };
}

/** The way to a source. An address tells the namespace and the port of what answers, and not its pods. */
export function wayTo(source: Source, consumer: Consumer): Way {
  if ("url" in source) return { url: source.url, peers: peersAt(source.url), dependsOn: [] };
  const { environment, peers, dependsOn } = source.from.grant(consumer);
  return { url: environment.URL, peers, dependsOn };
}

/** What is wrong with a source that may be given: an address that network policies cannot be made of. */
export function sourceProblems(field: string, source: Source | undefined): Problem[] {
  if (source === undefined) return [];
  if ("url" in source)
    return isServiceUrl(source.url) ? [] : [{ field: `${field}.url`, given: unsaid(source.url), allowed: SERVICE_URL }];
  if (typeof source.from?.grant === "function") return [];
  return [
    { field: `${field}.from`, given: source.from, allowed: "what answers, such as monitoring.query; or a url instead" },
  ];
}
