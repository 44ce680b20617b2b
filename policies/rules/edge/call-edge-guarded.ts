import { KeyIndex } from "../../core/key-index.ts";
import { reasonFor } from "../../core/opt-out.ts";
import { makesPods, podOf } from "../../core/pods.ts";
import { defineRule, type Violation } from "../../core/rule.ts";
import { anyOf } from "../../core/sound.ts";
import type { Stack } from "../../core/stack.ts";
import type { StackObject } from "../../core/stack-object.ts";
import { eachKnown, someKnown } from "../../core/unknown.ts";
import { isTrafficPolicy } from "./attached-policy.ts";
import { envoyEdges, missingOn } from "./envoy-edges.ts";

/** Where pods keep the configuration of the proxy that makes their calls. */
const CALLS = "plumbline.dev/calls";

const ISTIO = "networking.istio.io";
const isVirtualService = ({ group, kind }: StackObject) => group === ISTIO && kind === "VirtualService";
const isDestinationRule = ({ group, kind }: StackObject) => group === ISTIO && kind === "DestinationRule";
const ROUTED = new KeyIndex(isVirtualService, timed);

export const callEdgeGuarded = defineRule({
  id: "call-edge-guarded",
  section: "resilience",
  title: "Every declared call between services has a timeout, bounded retries and a breaker",
  severity: "medium",
  why: "without all three, one slow service makes each of its callers slow, and retries keep it from coming back",
  fix: "a timeout, at most as many retries as allowed, and outlier detection for each call",
  frameworks: [],
  scope: "stack",
  optOut: "callGuards",
  exemptable: true,
  params: {
    maxRetries: { type: "integer", minimum: 0, default: 5, description: "How often a call may be tried again." },
    breaker: {
      type: "boolean",
      default: true,
      description:
        "Whether replicas that fail have to be left out for a while. The annotation `plumbline.dev/opt-out.breaker` of an object frees it " +
        "of that part alone.",
    },
  },
  subjects: (object) => makesPods(object) || isDestinationRule(object) || isTrafficPolicy(object),
  *check(object, { maxRetries, breaker: isAsked }, stack) {
    const breaker = isAsked && reasonFor("breaker", object) === undefined;
    if (isDestinationRule(object)) yield* inMesh(object, breaker, stack);
    else if (isTrafficPolicy(object)) yield* atGateway(object, breaker);
    else yield* besidePod(object, maxRetries, breaker);
  },
});

function* besidePod(object: StackObject, maxRetries: number, breaker: boolean): Generator<Violation> {
  const annotation = podOf(object).metadata.at("annotations", CALLS);
  if (annotation.absent) return;
  const edges = envoyEdges(annotation.text() ?? "");
  if (edges === undefined) {
    yield { path: annotation.path, given: "no configuration of Envoy's in JSON", wanted: "one" };
    return;
  }
  for (const edge of edges) {
    const missing = missingOn(edge, maxRetries, breaker);
    if (missing.length === 0) continue;
    yield {
      path: annotation.path,
      given: `a call to ${edge.name} without ${missing.join(", ")}`,
      wanted: "a timeout, bounded retries and a breaker for each call",
      fix: `calls: { "${edge.name}": { timeout: "1s", retries: ${Math.min(2, maxRetries)} } }`,
    };
  }
}

/** A DestinationRule has the breaker, the VirtualService of the same host the timeout. */
function* inMesh(rule: StackObject, breaker: boolean, stack: Stack): Generator<Violation> {
  const policy = rule.root.at("spec", "trafficPolicy");
  const host = rule.root.at("spec", "host");
  const parts = [
    function* () {
      const detection = policy.at("outlierDetection");
      if (!breaker || !detection.absent) return;
      yield {
        path: detection.path,
        given: "not set",
        wanted: "outlier detection",
        fix: `${detection.path}: { consecutive5xxErrors: 5, interval: 10s, baseEjectionTime: 30s, maxEjectionPercent: 50 }`,
      };
    },
    function* () {
      const key = hostKey(host.text() ?? "", rule.namespace);
      if (anyOf(ROUTED.candidates(stack, key), (one) => someKnown(timed(one), (given) => given === key))) return;
      yield {
        path: host.path,
        given: `${host.shown()}, which no VirtualService of the stack has a timeout for`,
        wanted: "a VirtualService of that host whose http routes have a timeout",
      };
    },
  ];
  yield* eachKnown(parts, (part): Iterable<Violation> => part());
}

/** The destinations that a VirtualService reaches by a route with a timeout. */
function timed(service: StackObject): Iterable<string> {
  return eachKnown(service.root.at("spec", "http").items(), (http) => {
    if (!/[1-9]/.test(http.at("timeout").text() ?? "")) return [];
    return eachKnown(http.at("route").items(), function* (route) {
      yield hostKey(route.at("destination", "host").text() ?? "", service.namespace);
    });
  });
}

/** Istio takes a short name for one of the object's own namespace. */
function hostKey(host: string, namespace: string): string {
  const [name = "", own = namespace, ...rest] = host.split(".");
  return rest.length === 0 || rest[0] === "svc" ? `${name}.${own}` : host;
}

/** Retries at a gateway multiply the load on what already fails, unless somebody notices that it does. */
function* atGateway(policy: StackObject, breaker: boolean): Generator<Violation> {
  const spec = policy.root.at("spec");
  const retries = spec.at("retry");
  // Envoy Gateway tries again twice where a policy does not say how often.
  if (!breaker || retries.absent || (retries.at("numRetries").number() ?? 2) === 0) return;
  const guards = [spec.at("healthCheck", "passive"), spec.at("circuitBreaker")];
  if (someKnown(guards, (guard) => !guard.absent)) return;
  yield {
    path: spec.at("healthCheck", "passive").path,
    given: "not set, though requests are tried again",
    wanted: "a breaker beside the retries",
    fix: `${spec.at("healthCheck", "passive").path}: { consecutive5XxErrors: 5, baseEjectionTime: 30s, interval: 1s, maxEjectionPercent: 50 }`,
  };
}
