import type { Problem } from "../core/invalid.ts";
import { isServiceUrl, peersAt, SERVICE_URL } from "../core/service-url.ts";
import type { Peer, Pods } from "../core/usage.ts";
import { imageVersion } from "./image.ts";
import type { CompleteWorkload } from "./workload-args.ts";

/** Where a program sends its traces by OpenTelemetry's protocol: a `Tracing`, or the address of a collector that stands already. */
export interface Telemetry {
  /** Of a collector's Service, with the port that its pods listen on: `http://collector.observability.svc:4318`. */
  readonly endpoint: string;
  /** Tells the collector who sends to it, so that it lets them in. */
  admit?(pods: Pods): void;
}

/** What a pod knows of itself when it runs. Clusters before Kubernetes 1.35 do not tell it its zone, which is empty then. */
const OWN_FIELDS = {
  POD_NAME: "metadata.name",
  NODE_NAME: "spec.nodeName",
  NODE_ZONE: "metadata.labels['topology.kubernetes.io/zone']",
} as const;

/** Names of the variables by which a program is told what it is. */
export const TELEMETRY_VARIABLES = [
  ...Object.keys(OWN_FIELDS),
  "OTEL_SERVICE_NAME",
  "OTEL_RESOURCE_ATTRIBUTES",
  "OTEL_EXPORTER_OTLP_ENDPOINT",
] as const;

/** Who and where a program is, in the variables that OpenTelemetry's SDKs read and by its conventions, for its traces, metrics and logs. */
export function telemetryEnvironment(
  name: string,
  { namespace, image, telemetry }: Pick<CompleteWorkload, "namespace" | "image" | "telemetry">,
) {
  const attributes = {
    "service.namespace": namespace.name,
    "service.version": imageVersion(image),
    "k8s.namespace.name": namespace.name,
    "k8s.pod.name": "$(POD_NAME)",
    "k8s.node.name": "$(NODE_NAME)",
    "cloud.availability_zone": "$(NODE_ZONE)",
  };
  const texts = {
    OTEL_SERVICE_NAME: name,
    OTEL_RESOURCE_ATTRIBUTES: Object.entries(attributes)
      .map(([attribute, value]) => `${attribute}=${value}`)
      .join(),
    ...(telemetry && { OTEL_EXPORTER_OTLP_ENDPOINT: telemetry.endpoint }),
  };
  return [
    // A variable is put into another's text only if it stands before it.
    ...Object.entries(OWN_FIELDS).map(([variable, fieldPath]) => ({
      name: variable,
      valueFrom: { fieldRef: { fieldPath } },
    })),
    ...Object.entries(texts).map(([variable, value]) => ({ name: variable, value })),
  ];
}

/** The way to the collector, if there is one: any pod of its namespace, on its port. */
export function telemetryPeers(telemetry: Telemetry | undefined): Peer[] {
  return peersAt(telemetry?.endpoint ?? "");
}

/** What is wrong with a collector's address. */
export function telemetryProblems(telemetry: Telemetry | undefined): Problem[] {
  if (telemetry === undefined || isServiceUrl(telemetry.endpoint)) return [];
  return [{ field: "telemetry.endpoint", given: telemetry.endpoint, allowed: SERVICE_URL }];
}
