import { isIP } from "node:net";
import type { types } from "@pulumi/kubernetes";
import { MANAGED } from "../core/labels.ts";
import { CLUSTER_DOMAIN } from "../core/network.ts";
import type { OutsideArgs } from "./outside.ts";

/** The whole name of a Service: what answers to it are its addresses that are ready, one of its own or, of a headless one, each pod's. */
export function serviceName(service: string, namespace: string): string {
  return `${service}.${namespace}.svc.${CLUSTER_DOMAIN}`;
}

/** The whole name of one pod of a StatefulSet, by its headless Service. */
export function podName(pod: string, service: string, namespace: string): string {
  return `${pod}.${serviceName(service, namespace)}`;
}

/** The name under which a Service's port is told, with where it is: a record SRV. Both have names of their own in the Service. */
export function portName(port: string, protocol: "tcp" | "udp", service: string, namespace: string): string {
  return `_${port}._${protocol}.${serviceName(service, namespace)}`;
}

/** A name in the cluster for what stands outside: a Service without pods, and its addresses. */
export function outsidePlans(service: string, namespace: string, { port, addresses }: OutsideArgs) {
  const labels = { ...MANAGED, "app.kubernetes.io/name": service };
  return {
    service: {
      metadata: { name: service, namespace, labels },
      spec: { clusterIP: "None", ports: [{ name: "outside", port, targetPort: port }] },
    } satisfies types.input.core.v1.Service,
    slice: {
      metadata: {
        name: service,
        namespace,
        labels: {
          ...labels,
          "kubernetes.io/service-name": service,
          "endpointslice.kubernetes.io/managed-by": "plumbline.dev",
        },
      },
      addressType: isIP(addresses[0] ?? "") === 6 ? "IPv6" : "IPv4",
      endpoints: addresses.map((address) => ({ addresses: [address], conditions: { ready: true } })),
      ports: [{ name: "outside", port, protocol: "TCP" }],
    } satisfies types.input.discovery.v1.EndpointSlice,
  };
}
