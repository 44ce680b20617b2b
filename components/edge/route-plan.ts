import { type Duration, isDuration, milliseconds } from "../core/duration.ts";
import type { Problem } from "../core/invalid.ts";
import { labels } from "../core/labels.ts";
import { nameProblems } from "../core/names.ts";
import type { HttpRouteManifest } from "./gateway-api.ts";
import { HTTPS } from "./gateway-plan.ts";

export interface RoutePlanArgs {
  readonly name: string;
  readonly namespace: string;
  readonly gateway: { readonly name: string; readonly namespace: string; readonly host: string };
  readonly path: string;
  readonly service: { readonly name: string; readonly port: number };
  readonly timeout: Duration;
}

/** Sends what begins with a path to a service, and gives up when the time is over. */
export function routePlan({ name, namespace, gateway, path, service, timeout }: RoutePlanArgs): HttpRouteManifest {
  const span = `${milliseconds(timeout)}ms`;
  return {
    apiVersion: "gateway.networking.k8s.io/v1",
    kind: "HTTPRoute",
    metadata: { name, namespace, labels: labels(name) },
    spec: {
      parentRefs: [{ name: gateway.name, namespace: gateway.namespace, sectionName: HTTPS }],
      hostnames: [gateway.host],
      rules: [
        {
          matches: [{ path: { type: "PathPrefix", value: path } }],
          backendRefs: [{ name: service.name, port: service.port }],
          timeouts: { request: span, backendRequest: span },
        },
      ],
    },
  };
}

/** Longest time that the Gateway API's duration can say in milliseconds (five digits). */
const LONGEST_TIMEOUT = milliseconds("99s");

export function routeProblems(name: string, path: string, timeout: Duration): Problem[] {
  const problems = nameProblems("name", name);
  if (!/^\/[\w\-./~]*$/.test(path) || path.includes("//") || /\/\.\.?(\/|$)/.test(path))
    problems.push({ field: "path", given: path, allowed: 'a path such as "/orders": from "/", no "//", no ".."' });
  if (!isDuration(timeout) || milliseconds(timeout) < 1 || milliseconds(timeout) > LONGEST_TIMEOUT)
    problems.push({ field: "timeout", given: timeout, allowed: 'a duration from "1ms" to "99s"' });
  return problems;
}
