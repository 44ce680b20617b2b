import { type Duration, milliseconds, protobufSpan } from "../../core/duration.ts";
import { isOptOut } from "../../core/opt-out.ts";
import { type Breaker, CALLING, retriesAtOnce } from "../../core/resilience.ts";
import { type CompleteCall, TELEMETRY_PORT } from "./call.ts";
import type { Fallback } from "./fallback.ts";
import { lastAnswerProgram } from "./last-answer.ts";

/** One way from a workload to a service, through the proxy beside it. */
export interface Edge {
  /** The service's name: also that of what Envoy counts. */
  readonly callee: string;
  /** Where the workload sends: a port of the loopback interface. */
  readonly listen: number;
  /** What the service is told it was asked for. */
  readonly host: string;
  /** A name that the cluster's DNS answers with the addresses of the ready pods, and their port. */
  readonly pods: { readonly name: string; readonly port: number };
  readonly call: CompleteCall;
}

/** Folder of Envoy's own socket; no other container sees it, and so nobody else can tell Envoy to end. */
export const RUN = "/run/calls";
/** No service has this name, nor is it counted. */
const ADMIN_CLUSTER = "envoy_admin";
const ADMIN = { pipe: { path: `${RUN}/admin.sock`, mode: 0o600 } };

/**
 * Below what servers keep an idle connection for (Node: 5 s, Fastify: 72 s): the proxy lets go first, so no request is sent on a
 * connection that is being closed.
 */
const IDLE: Duration = "4s";
const CONNECT: Duration = "1s";
/**
 * A pod that ends answers for 10 s more. CoreDNS may still name it for 5 s, the TTL of its answers about pods; asking each second, and
 * whatever the TTL, we let go of it after 7 s.
 */
const DNS_REFRESH: Duration = "1s";
/** Of what is under way, where that is more than the floor: what fails is not to be sent twice the load. */
const RETRY_PERCENT = 20;
/**
 * How often a retry looks for a replica that was not tried yet. One that was killed has nothing under way, so that it is the choice in five
 * of nine looks at three replicas: after Envoy's usual three, one retry in ten went there again.
 */
const LOOKS_FOR_ANOTHER = 12;
/** How many times over an ejection may grow. */
const EJECTION_GROWTH = 10;
/** What one request or connection may hold in memory. A request with a larger body is sent once: it cannot be repeated. */
const BUFFER_BYTES = 65_536;

const REPEATABLE = { name: ":method", string_match: { safe_regex: { regex: CALLING.repeatableMethods.join("|") } } };
const HAS_KEY = { name: "idempotency-key", string_match: { safe_regex: { regex: ".+" } } };
const IS_GET = { name: ":method", string_match: { exact: "GET" } };
/**
 * What is counted, by Envoy's names: of each edge its requests, retries, connections, breaker and bulkhead, about a hundred series;
 * all that Envoy counts are a thousand.
 */
const COUNTED =
  "cluster\\.[a-z0-9-]+\\.(upstream_rq_.*|upstream_cx_(active|total|connect_fail|connect_timeout)|outlier_detection\\..*|circuit_breakers\\.default\\..*|membership_.*|lb_healthy_panic)|server\\.(live|uptime|memory_.*)";

/** Envoy's whole configuration: a listener and a cluster for each edge, and one listener for readiness and metrics. */
export function envoyConfig(edges: readonly Edge[]) {
  const keeping = edges.filter(({ call }) => call.lastAnswer).length;
  return {
    admin: { address: ADMIN },
    stats_config: { stats_matcher: { inclusion_list: { patterns: [{ safe_regex: { regex: COUNTED } }] } } },
    static_resources: {
      listeners: [...edges.map((edge) => listener(edge, keeping)), telemetryListener()],
      clusters: [...edges.map(cluster), adminCluster()],
    },
  };
}

function listener({ callee, listen, host, call }: Edge, keeping: number) {
  const to = (match: object, more: object) => ({
    match: { prefix: "/", ...match },
    route: {
      cluster: callee,
      host_rewrite_literal: host,
      timeout: protobufSpan(call.timeout),
      // The timeout begins when the request was sent whole; this, with its first byte. A sender that stalls must not hold a place for good.
      max_stream_duration: { max_stream_duration: protobufSpan(call.timeout) },
      ...retryPolicy(call, more),
    },
  });
  const repeatable = {
    retry_on: CALLING.retriedWhenRepeatable.join(),
    per_try_timeout: protobufSpan(call.perTryTimeout),
  };
  const fallback = call.fallback && { typed_per_filter_config: { [FALLBACK]: fallbackFilter(call.fallback) } };
  const routes = [
    ...(fallback ? [{ ...to({ headers: [IS_GET] }, repeatable), ...fallback }] : []),
    to({ headers: [REPEATABLE] }, repeatable),
    to({ headers: [HAS_KEY] }, repeatable),
    to({}, { retry_on: CALLING.retriedOtherwise.join() }),
  ];
  // Answers come from the last to the first: what has no last good answer gets the fixed one.
  const filters = [
    ...(fallback ? [filter(FALLBACK, "custom_response.v3.CustomResponse")] : []),
    ...(call.lastAnswer ? [lastAnswerFilter(call.lastAnswer.maxAge, keeping)] : []),
  ];
  return http(`calls-${callee}`, { address: "127.0.0.1", port_value: listen }, routes, filters);
}

function retryPolicy({ retries }: CompleteCall, more: object) {
  if (retries === 0) return {};
  return {
    retry_policy: {
      num_retries: retries,
      retry_back_off: {
        base_interval: protobufSpan(CALLING.backOff.base),
        max_interval: protobufSpan(CALLING.backOff.most),
      },
      retry_host_predicate: [
        {
          name: "envoy.retry_host_predicates.previous_hosts",
          typed_config: typed("extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate"),
        },
      ],
      host_selection_retry_max_attempts: LOOKS_FOR_ANOTHER,
      ...more,
    },
  };
}

function cluster({ callee, pods, call }: Edge) {
  return {
    name: callee,
    cluster_type: {
      name: "envoy.clusters.dns",
      typed_config: {
        ...typed("extensions.clusters.dns.v3.DnsCluster"),
        dns_lookup_family: "V4_PREFERRED",
        dns_refresh_rate: protobufSpan(DNS_REFRESH),
        dns_failure_refresh_rate: { base_interval: protobufSpan(DNS_REFRESH), max_interval: protobufSpan("2s") },
        respect_dns_ttl: false,
      },
    },
    load_assignment: endpoints(callee, { socket_address: { address: pods.name, port_value: pods.port } }),
    connect_timeout: protobufSpan(CONNECT),
    per_connection_buffer_limit_bytes: BUFFER_BYTES,
    lb_policy: "LEAST_REQUEST",
    common_lb_config: {
      healthy_panic_threshold: { value: CALLING.panicPercent },
      // By default a replica that is left out within a second after another came back goes on getting requests for the rest of it.
      update_merge_window: "0s",
    },
    typed_extension_protocol_options: {
      "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": {
        ...typed("extensions.upstreams.http.v3.HttpProtocolOptions"),
        common_http_protocol_options: { idle_timeout: protobufSpan(IDLE) },
        explicit_http_config: { http_protocol_options: {} },
      },
    },
    circuit_breakers: {
      thresholds: [
        {
          max_requests: call.maxInFlight,
          // Those that wait for a connection to be made.
          max_pending_requests: call.maxInFlight,
          max_connections: CALLING.connections,
          retry_budget: {
            budget_percent: { value: RETRY_PERCENT },
            min_retry_concurrency: retriesAtOnce(call.maxInFlight),
          },
          track_remaining: true,
        },
      ],
    },
    ...(!isOptOut(call.breaker) && { outlier_detection: outlierDetection(call.breaker) }),
  };
}

function outlierDetection({ consecutive5xx, ejection }: Required<Breaker>) {
  return {
    consecutive_5xx: consecutive5xx,
    interval: protobufSpan(CALLING.lookEvery),
    base_ejection_time: protobufSpan(ejection),
    max_ejection_time: protobufSpan(`${milliseconds(ejection) * EJECTION_GROWTH}ms`),
    max_ejection_percent: CALLING.mostEjectedPercent,
    // On by default, and judges by the others' success: two rules at once would leave nobody sure why.
    enforcing_success_rate: 0,
  };
}

function lastAnswerFilter(maxAge: Duration, keeping: number) {
  return {
    name: "envoy.filters.http.lua",
    typed_config: {
      ...typed("extensions.filters.http.lua.v3.Lua"),
      default_source_code: { inline_string: lastAnswerProgram(maxAge, keeping) },
    },
  };
}

const FALLBACK = "envoy.filters.http.custom_response";

/** Answers any 5xx, of the service or of the proxy itself, with what is kept. */
function fallbackFilter({ status = 200, contentType, body }: Fallback) {
  return {
    ...typed("extensions.filters.http.custom_response.v3.CustomResponse"),
    custom_response_matcher: {
      matcher_list: {
        matchers: [
          {
            predicate: {
              single_predicate: {
                input: {
                  name: "status-class",
                  typed_config: typed("type.matcher.v3.HttpResponseStatusCodeClassMatchInput"),
                },
                value_match: { exact: "5xx" },
              },
            },
            on_match: {
              action: {
                name: "fallback",
                typed_config: {
                  ...typed("extensions.http.custom_response.local_response_policy.v3.LocalResponsePolicy"),
                  status_code: status,
                  body: { inline_string: body },
                  response_headers_to_add: [
                    overwrite("content-type", contentType),
                    overwrite("x-plumbline-fallback", "true"),
                  ],
                },
              },
            },
          },
        ],
      },
    },
  };
}

function overwrite(key: string, value: string) {
  return { header: { key, value }, append_action: "OVERWRITE_IF_EXISTS_OR_ADD" };
}

/** Of the admin interface, two paths that only read; the rest of it stays on its socket. */
function telemetryListener() {
  const get = (path: string) => ({
    match: { path, headers: [IS_GET] },
    route: { cluster: ADMIN_CLUSTER, timeout: protobufSpan("5s") },
  });
  return http("telemetry", { address: "0.0.0.0", port_value: TELEMETRY_PORT }, [
    get("/ready"),
    get("/stats/prometheus"),
  ]);
}

function adminCluster() {
  return {
    name: ADMIN_CLUSTER,
    type: "STATIC",
    connect_timeout: protobufSpan(CONNECT),
    load_assignment: endpoints(ADMIN_CLUSTER, { pipe: { path: ADMIN.pipe.path } }),
  };
}

function endpoints(cluster_name: string, address: object) {
  return { cluster_name, endpoints: [{ lb_endpoints: [{ endpoint: { address } }] }] };
}

function filter(name: string, type: string) {
  return { name, typed_config: typed(`extensions.filters.http.${type}`) };
}

function http(name: string, socket_address: object, routes: object[], filters: object[] = []) {
  return {
    name,
    address: { socket_address },
    per_connection_buffer_limit_bytes: BUFFER_BYTES,
    filter_chains: [
      {
        filters: [
          {
            name: "envoy.filters.network.http_connection_manager",
            typed_config: {
              ...typed("extensions.filters.network.http_connection_manager.v3.HttpConnectionManager"),
              stat_prefix: name,
              codec_type: "HTTP1",
              server_header_transformation: "PASS_THROUGH",
              // Each route has a timeout.
              stream_idle_timeout: "0s",
              route_config: {
                virtual_hosts: [{ name, domains: ["*"], routes }],
                max_direct_response_body_size_bytes: BUFFER_BYTES,
              },
              http_filters: [...filters, filter("envoy.filters.http.router", "router.v3.Router")],
            },
          },
        ],
      },
    ],
  };
}

function typed(type: string) {
  return { "@type": `type.googleapis.com/envoy.${type}` };
}
