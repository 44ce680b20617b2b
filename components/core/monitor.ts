import type { Manifest } from "./custom-resource.ts";
import { labels as labelsOf } from "./labels.ts";

interface Endpoint {
  port: string;
  path: string;
  params?: Record<string, string[]>;
  scheme?: "https";
  tlsConfig?: { ca: { secret: { name: string; key: "ca.crt" } }; serverName: string };
  authorization?: { credentials: { name: string; key: string } };
  honorLabels?: true;
  relabelings?: { sourceLabels: string[]; targetLabel: string }[];
  interval: string;
  scrapeTimeout: string;
}

interface Selecting {
  selector: { matchLabels: Record<string, string> };
}

/** The fields of a monitor of the Prometheus operator that we set (monitoring.coreos.com/v1). */
export type MonitorManifest =
  | Manifest<"monitoring.coreos.com/v1", "ServiceMonitor", Selecting & { endpoints: Endpoint[] }>
  | Manifest<"monitoring.coreos.com/v1", "PodMonitor", Selecting & { podMetricsEndpoints: Endpoint[] }>;

/** Where a program serves its metrics, and how they are asked for. */
export interface Scrape {
  /** The name of its port; `admin` by default. */
  readonly port?: string;
  /** `/metrics` by default. */
  readonly path?: string;
  /** Words of the address's query, each with its values. */
  readonly params?: Readonly<Record<string, readonly string[]>>;
  /**
   * Over TLS: a Secret beside the monitor, whose `ca.crt` is the authority that signed the server's certificate, and the name that the
   * certificate is for. Without it nothing is encrypted.
   */
  readonly tls?: { readonly secret: string; readonly serverName: string };
  /** A Secret beside the monitor, and its key with the token that is shown. None by default. Never without {@link tls}. */
  readonly bearer?: { readonly secret: string; readonly key: string };
  /** Whether it tells of others: the namespace, pod and so on in its metrics are theirs, and stay as they are. Its own by default. */
  readonly tellsOfOthers?: true;
  /** Labels that all of its metrics get, each with that of Prometheus' discovery that it is taken from. */
  readonly labels?: Readonly<Record<string, string>>;
}

/** Has Prometheus read every pod behind a service, or every pod of a program without one, twice a minute. */
export function monitorPlan(
  of: "Service" | "Pod",
  name: string,
  namespace: string,
  matchLabels: Readonly<Record<string, string>>,
  ...scrapes: readonly Scrape[]
): MonitorManifest {
  const apiVersion = "monitoring.coreos.com/v1";
  const metadata = { name, namespace, labels: labelsOf(name) };
  const selector = { matchLabels: { ...matchLabels } };
  const endpoints = scrapes.map(endpoint);
  return of === "Service"
    ? { apiVersion, kind: "ServiceMonitor", metadata, spec: { selector, endpoints } }
    : { apiVersion, kind: "PodMonitor", metadata, spec: { selector, podMetricsEndpoints: endpoints } };
}

function endpoint({ port = "admin", path = "/metrics", params, tls, bearer, tellsOfOthers, labels }: Scrape): Endpoint {
  return {
    port,
    path,
    ...(params && { params: Object.fromEntries(Object.entries(params).map(([word, values]) => [word, [...values]])) }),
    ...(tls && {
      scheme: "https",
      tlsConfig: { ca: { secret: { name: tls.secret, key: "ca.crt" } }, serverName: tls.serverName },
    }),
    ...(bearer && { authorization: { credentials: { name: bearer.secret, key: bearer.key } } }),
    ...(tellsOfOthers && { honorLabels: true }),
    ...(labels && {
      relabelings: Object.entries(labels).map(([targetLabel, source]) => ({ sourceLabels: [source], targetLabel })),
    }),
    interval: "30s",
    scrapeTimeout: "10s",
  };
}
