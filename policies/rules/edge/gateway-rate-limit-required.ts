import { isIngress, isRoute, onlyRedirects } from "../../core/entry.ts";
import type { Field } from "../../core/field.ts";
import { defineRule, type Violation } from "../../core/rule.ts";
import { anyOf } from "../../core/sound.ts";
import type { Stack } from "../../core/stack.ts";
import type { StackObject } from "../../core/stack-object.ts";
import { someKnown } from "../../core/unknown.ts";
import { attaches, isTrafficPolicy, policiesFor } from "./attached-policy.ts";
import { awsEntry, isAwsEntry } from "./aws-entry.ts";
import { isReachable } from "./public-hosts.ts";

const OF_REQUESTS = new Set(["HTTPRoute", "GRPCRoute"]);
/** Annotations of Ingress controllers that limit requests, or put a firewall before them. */
const LIMITS = new Set([
  "nginx.ingress.kubernetes.io/limit-rps",
  "nginx.ingress.kubernetes.io/limit-rpm",
  "nginx.ingress.kubernetes.io/limit-connections",
  "nginx.org/limit-req-rate",
  "haproxy.org/rate-limit-requests",
  "haproxy-ingress.github.io/limit-rps",
  "haproxy-ingress.github.io/limit-connections",
  "alb.ingress.kubernetes.io/wafv2-acl-arn",
  "alb.ingress.kubernetes.io/waf-acl-id",
  "appgw.ingress.kubernetes.io/waf-policy-for-path",
]);
const FIREWALL = "nginx.ingress.kubernetes.io/enable-modsecurity";

const nameOf = (object: StackObject) => `${object.namespace}/${object.name}`;

export const gatewayRateLimitRequired = defineRule({
  id: "gateway-rate-limit-required",
  section: "security",
  title: "What the world may call has a rate limit or a web application firewall before it",
  severity: "high",
  why: "one client that loops, or means harm, takes the capacity of all; guessing passwords costs nothing",
  fix: "add a BackendTrafficPolicy with rateLimit whose targetRefs names the route or its Gateway; on AWS, a web ACL",
  frameworks: [],
  scope: "stack",
  optOut: "rateLimit",
  exemptable: true,
  params: {},
  subjects: (object) =>
    isIngress(object) || (isRoute(object) && OF_REQUESTS.has(object.kind ?? "")) || isAwsEntry(object),
  *check(object, _params, stack) {
    if (isAwsEntry(object)) yield* awsEntry(object, stack);
    else if (!isReachable(object)) return;
    else if (isIngress(object)) yield* ingress(object, stack);
    else yield* route(object, stack);
  },
});

function* ingress(object: StackObject, stack: Stack): Generator<Violation> {
  // A load balancer of the cloud's own network.
  if (object.annotation("alb.ingress.kubernetes.io/scheme") === "internal") return;
  const annotations = object.root.at("metadata", "annotations");
  const isLimited = someKnown(
    [
      () => annotations.entries().some(([key, value]) => LIMITS.has(key) && isSet(value)),
      () => object.annotation(FIREWALL) === "true",
      () => names(object, "traefik.ingress.kubernetes.io/router.middlewares").some((name) => isMiddleware(name, stack)),
      () => names(object, "konghq.com/plugins").some((name) => isKongPlugin(`${object.namespace}/${name}`, stack)),
    ],
    (holds) => holds(),
  );
  if (isLimited) return;
  yield {
    path: annotations.path,
    given: "without a limit on requests",
    wanted: "a rate limit or a firewall, by the annotations of the Ingress's controller",
    fix: `${annotations.at("nginx.ingress.kubernetes.io/limit-rps").path}: "20"`,
  };
}

function isSet(annotation: Field): boolean {
  return !["", "0", "false"].includes(annotation.text()?.trim() ?? "");
}

function names(object: StackObject, annotation: string): string[] {
  return (object.annotation(annotation) ?? "").split(",").map((name) => name.trim());
}

/** Traefik writes namespace and name with a dash between them, which both may have. */
function isMiddleware(name: string, stack: Stack): boolean {
  const [full = "", provider] = name.split("@");
  if (provider !== "kubernetescrd") return false;
  return full.split("-").some((_, index, parts) => {
    const key = `${parts.slice(0, index).join("-")}/${parts.slice(index).join("-")}`;
    return middlewareLimits(key, stack);
  });
}

function middlewareLimits(key: string, stack: Stack): boolean {
  return ["traefik.io", "traefik.containo.us"].some((group) => {
    const spec = stack.find(group, "Middleware", nameOf, key)?.root.at("spec");
    return spec !== undefined && !(spec.at("rateLimit").absent && spec.at("inFlightReq").absent);
  });
}

function isKongPlugin(key: string, stack: Stack): boolean {
  const plugin = stack.find("configuration.konghq.com", "KongPlugin", nameOf, key);
  return /^rate-limiting/.test(plugin?.root.at("plugin").text() ?? "");
}

function* route(object: StackObject, stack: Stack): Generator<Violation> {
  if (onlyRedirects(object)) return;
  const isLimited = someKnown(
    [
      () => anyOf(policiesFor(stack, object), (policy) => attaches(policy, object) && limits(policy)),
      () => filtered(object, stack),
    ],
    (holds) => holds(),
  );
  if (isLimited) return;
  yield {
    path: "",
    given: "without a limit on requests, by itself or by its Gateway",
    wanted: "a policy with a rate limit that targets it",
    fix: `spec: { targetRefs: [{ group: gateway.networking.k8s.io, kind: ${object.kind}, name: ${object.resource.name} }], rateLimit: { type: Local, local: { rules: [{ limit: { requests: 100, unit: Second } }] } } } in a BackendTrafficPolicy of its namespace`,
  };
}

function limits(policy: StackObject): boolean {
  const spec = policy.root.at("spec");
  if (!isTrafficPolicy(policy)) return !spec.absent;
  const limit = spec.at("rateLimit");
  return someKnown(["local", "global"], (kind) => limit.at(kind, "rules").items().length > 0);
}

/** Traefik's middlewares come in as filters, where every rule has to have one. */
function filtered(object: StackObject, stack: Stack): boolean {
  const rules = object.root.at("spec", "rules").items();
  return (
    rules.length > 0 &&
    rules.every((rule) =>
      someKnown(rule.at("filters").items(), (filter) => {
        const ref = filter.at("extensionRef");
        if (ref.at("kind").text() !== "Middleware") return false;
        return middlewareLimits(`${object.namespace}/${ref.at("name").text() ?? ""}`, stack);
      }),
    )
  );
}
