import type { Manifest } from "../core/custom-resource.ts";
import { labels } from "../core/labels.ts";

/** The fields of Envoy Gateway's settings of proxies that we set (gateway.envoyproxy.io/v1alpha1). */
export type EnvoyProxyManifest = Manifest<
  "gateway.envoyproxy.io/v1alpha1",
  "EnvoyProxy",
  {
    telemetry: {
      accessLog: {
        settings: {
          format: { type: "JSON"; json: Readonly<Record<string, string>> };
          sinks: { type: "File"; file: { path: string } }[];
        }[];
      };
    };
  }
>;

/** What a line of the access log says of a request: neither who sent it nor what follows `?`, which by default it would. */
const SAID = {
  method: "%REQ(:METHOD)%",
  route: "%ROUTE_NAME%",
  path: "%REQ_WITHOUT_QUERY(:PATH)%",
  code: "%RESPONSE_CODE%",
  duration: "%DURATION%",
  trace_id: "%TRACE_ID%",
};

/** Has Envoy Gateway's proxies write an access log without what is personal: it is kept as long as any log. */
export function accessLogPlan(name: string, namespace: string): EnvoyProxyManifest {
  return {
    apiVersion: "gateway.envoyproxy.io/v1alpha1",
    kind: "EnvoyProxy",
    metadata: { name, namespace, labels: labels(name) },
    spec: {
      telemetry: {
        accessLog: {
          settings: [
            { format: { type: "JSON", json: SAID }, sinks: [{ type: "File", file: { path: "/dev/stdout" } }] },
          ],
        },
      },
    },
  };
}
