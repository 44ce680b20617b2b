import { at, isJsonObject, type KubeObject, listAt, textAt } from "../object.ts";
import { READY, type Rule, waiting } from "./readiness.ts";

/** Endpoints may come a moment after the service: no change for this long means that there are none. Milliseconds. */
const SETTLE = 10_000;
const SERVICE_NAME = "kubernetes.io/service-name";

/**
 * Ready when a LoadBalancer has its address and the selected pods take traffic. ExternalName, headless and
 * selector-less services have no pods to wait for; a selector that finds no pods is told, and accepted.
 */
export const service: Rule = {
  related: ({ metadata: { namespace } }) => ({
    slices: { apiVersion: "discovery.k8s.io/v1", kind: "EndpointSlice", namespace },
  }),
  judge(object, seen) {
    const type = textAt(object, "spec", "type") ?? "ClusterIP";
    if (type === "ExternalName") return READY;
    if (type === "LoadBalancer" && listAt(object, "status", "loadBalancer", "ingress").length === 0)
      return waiting("the load balancer has to get an address", [
        "Service was not allocated an IP address; does your cloud provider support this?",
      ]);
    const selector = at(object, "spec", "selector");
    if (textAt(object, "spec", "clusterIP") === "None" || !isJsonObject(selector) || Object.keys(selector).length === 0)
      return READY;
    const { ready, pending } = countEndpoints(slicesOf(object, seen("slices")));
    if (pending > 0) return waiting(`${ready} of ${ready + pending} endpoints are ready`);
    if (ready > 0) return READY;
    const warning =
      "Service does not target any Pods. Selected Pods may not be ready, or field '.spec.selector' may not match labels on any Pods";
    return { ...waiting("Pods to direct traffic to", [warning]), settles: { afterMs: SETTLE, warning } };
  },
};

function slicesOf(object: KubeObject, slices: readonly KubeObject[]): readonly KubeObject[] {
  return slices.filter((slice) => textAt(slice, "metadata", "labels", SERVICE_NAME) === object.metadata.name);
}

/** An endpoint without conditions is ready; one that is on its way out is not waited for. */
function countEndpoints(slices: readonly KubeObject[]): { readonly ready: number; readonly pending: number } {
  const conditions = slices
    .flatMap((slice) => listAt(slice, "endpoints"))
    .map((endpoint) => at(endpoint, "conditions"));
  const ready = conditions.filter((condition) => at(condition, "ready") !== false).length;
  const leaving = conditions.filter((c) => at(c, "ready") === false && at(c, "terminating") === true).length;
  return { ready, pending: conditions.length - ready - leaving };
}

/** Ready when its controller has given it an address. Rules whose service does not exist are told. */
export const ingress: Rule = {
  related: ({ metadata: { namespace } }) => ({ services: { apiVersion: "v1", kind: "Service", namespace } }),
  judge(object, seen) {
    const known = new Set(seen("services").map(({ metadata: { name } }) => name));
    const missing = listAt(object, "spec", "rules").flatMap((rule) =>
      listAt(rule, "http", "paths").flatMap((path) => {
        const name = textAt(path, "backend", "service", "name");
        if (name === undefined || known.has(name)) return [];
        const place = `${textAt(rule, "host") ?? ""}${textAt(path, "path") ?? ""}`;
        return [`No matching service found for ingress rule: ${place} (${name})`];
      }),
    );
    if (listAt(object, "status", "loadBalancer", "ingress").length === 0)
      return waiting("the ingress controller has to set .status.loadBalancer", [
        ...missing,
        "Ingress .status.loadBalancer field was not updated with a hostname/IP address",
      ]);
    if (missing.length === 0) return READY;
    return { ...waiting("services of the rules", missing), settles: { afterMs: SETTLE, warning: missing.join("; ") } };
  },
};
