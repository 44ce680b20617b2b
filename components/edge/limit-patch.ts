import type { Manifest } from "../core/custom-resource.ts";
import { milliseconds, protobufSpan } from "../core/duration.ts";
import { labels } from "../core/labels.ts";
import { perWindow, type Rate } from "../core/rate.ts";
import { HTTPS } from "./gateway-plan.ts";

interface Patch {
  type: "type.googleapis.com/envoy.config.listener.v3.Listener";
  name: string;
  operation: { op: "add"; jsonPath: string; path: string; value: object };
}

/** The fields of Envoy Gateway's patches that we set (gateway.envoyproxy.io/v1alpha1). */
export type PatchPolicyManifest = Manifest<
  "gateway.envoyproxy.io/v1alpha1",
  "EnvoyPatchPolicy",
  {
    type: "JSONPatch";
    targetRef: { group: "gateway.networking.k8s.io"; kind: "Gateway"; name: string };
    jsonPatches: Patch[];
  }
>;

/** Where Envoy Gateway's configuration of a proxy says how requests are taken. */
const REQUESTS = "filter_chains[*].filters[?(@.name=='envoy.filters.network.http_connection_manager')].typed_config";
const LOCAL_LIMIT = "type.googleapis.com/envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit";

/** Addresses that a proxy counts apart at once; of more, the one that was quiet longest is forgotten. */
const REMEMBERED = 10_000;

/**
 * What no policy of Envoy Gateway says of limits: a second line that each proxy holds every address to, whatever becomes of Redis, and
 * `Retry-After` beside `x-ratelimit-reset` on what is refused. The second line is first to be asked, so a flood costs Redis nothing.
 */
export function limitPatchPlan(gateway: string, namespace: string, secondLine: Rate): PatchPolicyManifest {
  const patch = (path: string, value: object): Patch => ({
    type: "type.googleapis.com/envoy.config.listener.v3.Listener",
    name: `${namespace}/${gateway}/${HTTPS}`,
    operation: { op: "add", jsonPath: REQUESTS, path, value },
  });
  return {
    apiVersion: "gateway.envoyproxy.io/v1alpha1",
    kind: "EnvoyPatchPolicy",
    metadata: { name: `${gateway}-limits`, namespace, labels: labels(gateway) },
    spec: {
      type: "JSONPatch",
      targetRef: { group: "gateway.networking.k8s.io", kind: "Gateway", name: gateway },
      jsonPatches: [patch("http_filters/0", secondLineFilter(secondLine)), patch("local_reply_config", RETRY_AFTER)],
    },
  };
}

function secondLineFilter(rate: Rate) {
  const { requests, window } = perWindow(rate);
  const always = { default_value: { numerator: 100, denominator: "HUNDRED" } };
  const bucket = (tokens: number, fill: string) => ({
    max_tokens: tokens,
    tokens_per_fill: tokens,
    fill_interval: fill,
  });
  const fill = protobufSpan(window);
  return {
    name: "plumbline.second-line",
    typed_config: {
      "@type": LOCAL_LIMIT,
      stat_prefix: "second_line",
      // Of everybody together; what each address has is below.
      token_bucket: bucket(2 ** 32 - 1, fill),
      filter_enabled: always,
      filter_enforced: always,
      always_consume_default_token_bucket: false,
      max_dynamic_descriptors: REMEMBERED,
      rate_limits: [{ actions: [{ remote_address: {} }] }],
      descriptors: [{ entries: [{ key: "remote_address" }], token_bucket: bucket(requests, fill) }],
      response_headers_to_add: [{ header: { key: "retry-after", value: String(milliseconds(window) / 1_000) } }],
    },
  };
}

/** What a proxy refuses by itself; what services refuse is theirs to say. The second line has said it already. */
const RETRY_AFTER = {
  mappers: [
    {
      filter: { response_flag_filter: { flags: ["RL"] } },
      headers_to_add: [
        { header: { key: "retry-after", value: "%RESP(X-RATELIMIT-RESET)%" }, append_action: "ADD_IF_ABSENT" },
      ],
    },
  ],
};
