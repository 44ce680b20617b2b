import { Field } from "../../core/field.ts";
import { someKnown } from "../../core/unknown.ts";

/** One way of a proxy of Envoy's to a service: the cluster by which it reaches it, and the routes that lead there. */
export interface EnvoyEdge {
  readonly name: string;
  readonly cluster: Field;
  readonly routes: readonly Field[];
}

/** The calls that a configuration of Envoy's makes, by cluster; its own sockets are none. Undefined if it is no configuration. */
export function envoyEdges(text: string): EnvoyEdge[] | undefined {
  const config = parsed(text);
  if (config === undefined) return undefined;
  const resources = new Field(config).at("static_resources");
  const routes = Map.groupBy(
    resources.at("listeners").items().flatMap(routesOf),
    (route) => route.at("route", "cluster").text() ?? "",
  );
  return resources
    .at("clusters")
    .items()
    .filter((cluster) => !isOwn(cluster))
    .map((cluster) => {
      const name = cluster.at("name").text() ?? "";
      return { name, cluster, routes: routes.get(name) ?? [] };
    });
}

function parsed(text: string): object | undefined {
  try {
    const value = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

function routesOf(listener: Field): Field[] {
  return listener
    .at("filter_chains")
    .items()
    .flatMap((chain) => chain.at("filters").items())
    .flatMap((filter) => filter.at("typed_config", "route_config", "virtual_hosts").items())
    .flatMap((host) => host.at("routes").items());
}

/** A cluster behind a socket of the pod itself. */
function isOwn(cluster: Field): boolean {
  const addresses = cluster
    .at("load_assignment", "endpoints")
    .items()
    .flatMap((locality) => locality.at("lb_endpoints").items())
    .map((one) => one.at("endpoint", "address"));
  return addresses.length > 0 && addresses.every((address) => !address.at("pipe").absent);
}

/** What is missing on an edge, in a few words each. */
export function missingOn({ cluster, routes }: EnvoyEdge, maxRetries: number, breaker: boolean): string[] {
  const missing: [boolean, string][] = [
    [routes.length === 0 || someKnown(routes, (route) => !hasTimeout(route)), "a timeout"],
    [someKnown(routes, (route) => retriesOf(route) > maxRetries), `a bound on its retries of at most ${maxRetries}`],
    [breaker && cluster.at("outlier_detection").absent, "a breaker (outlier_detection)"],
  ];
  return missing.filter(([is]) => is).map(([, what]) => what);
}

/** Envoy's own default is 15 s; said or not, a route that turns it off has none. */
function hasTimeout(route: Field): boolean {
  return /[1-9]/.test(route.at("route", "timeout").text() ?? "15s");
}

/** Envoy tries again once where a policy does not say how often. */
function retriesOf(route: Field): number {
  const policy = route.at("route", "retry_policy");
  return policy.absent ? 0 : (policy.at("num_retries").number() ?? 1);
}
