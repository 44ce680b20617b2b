import { defineRule, violation } from "../../core/rule.ts";
import type { StackObject } from "../../core/stack-object.ts";
import { eachKnown } from "../../core/unknown.ts";

/** With one of these a cloud makes a load balancer that only its own network reaches. */
export const INTERNAL: readonly [annotation: string, is: RegExp][] = [
  ["service.beta.kubernetes.io/aws-load-balancer-scheme", /^internal$/i],
  ["service.beta.kubernetes.io/aws-load-balancer-internal", /^(true|0\.0\.0\.0\/0)$/i],
  ["networking.gke.io/load-balancer-type", /^internal$/i],
  ["cloud.google.com/load-balancer-type", /^internal$/i],
  ["service.beta.kubernetes.io/azure-load-balancer-internal", /^true$/i],
];

export const serviceTypeRestricted = defineRule({
  id: "service-type-restricted",
  section: "security",
  title: "No Service opens a port of the nodes, a public load balancer or somebody else's address",
  severity: "medium",
  why: "it is a second way into the cluster, past the gateway with its TLS, its limits and its logs; an external IP takes over traffic of others",
  fix: "spec.type: ClusterIP, and an Ingress or HTTPRoute for what the world may reach",
  frameworks: [],
  scope: "resource",
  optOut: "serviceType",
  exemptable: true,
  params: {
    types: {
      type: "array",
      items: { type: "string", enum: ["NodePort", "LoadBalancer", "ExternalName"] },
      default: ["NodePort", "LoadBalancer"],
      description: "The types that are forbidden; a load balancer inside the cloud's own network never is.",
    },
    externalIPs: {
      type: "boolean",
      default: true,
      description: "Forbid spec.externalIPs, but for those that allowIPs names.",
    },
    allowIPs: {
      type: "array",
      items: { type: "string" },
      default: [],
      description: "External IPs that a Service may have, as they are written.",
    },
  },
  subjects: ({ group, kind }) => group === "" && kind === "Service",
  *check(service, { types, externalIPs, allowIPs }) {
    const spec = service.root.at("spec");
    const parts = [() => typeOf(service, types), () => (externalIPs ? addressesOf(service, allowIPs) : [])];
    yield* eachKnown(spec.absent ? [] : parts, (part) => part());
  },
});

function* typeOf(service: StackObject, forbidden: readonly string[]) {
  const type = service.root.at("spec", "type");
  const given = type.text() ?? "ClusterIP";
  if (!forbidden.includes(given)) return;
  if (given === "LoadBalancer" && INTERNAL.some(([key, is]) => is.test(service.annotation(key) ?? ""))) return;
  yield violation(type, "ClusterIP", { fix: `${type.path}: ClusterIP` });
}

function addressesOf(service: StackObject, allowed: readonly string[]) {
  return eachKnown(service.root.at("spec", "externalIPs").items(), function* (address) {
    if (allowed.includes(address.text() ?? "")) return;
    yield violation(address, allowed.length > 0 ? `one of ${allowed.join(", ")}` : "no external IPs", {
      fix: "leave spec.externalIPs out",
    });
  });
}
