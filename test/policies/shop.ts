import { Namespace } from "@pulumi/kubernetes/core/v1/namespace.js";
import { ResourceQuota } from "@pulumi/kubernetes/core/v1/resourceQuota.js";
import { NetworkPolicy } from "@pulumi/kubernetes/networking/v1/networkPolicy.js";
import { PodDisruptionBudget } from "@pulumi/kubernetes/policy/v1/podDisruptionBudget.js";

/** Where the program of a test works. */
export const namespace = { name: "" };

/** A namespace in which a workload named `orders` breaks no rule. Returns the options of what is made in it. */
export function shop() {
  const metadata = { name: namespace.name, labels: { "pod-security.kubernetes.io/enforce": "baseline" } };
  const made = new Namespace("shop", { metadata });
  const inside = { metadata: { name: "all", namespace: metadata.name } };
  const options = { dependsOn: [made] };
  new ResourceQuota("quota", { ...inside, spec: { hard: { pods: "20" } } }, options);
  new NetworkPolicy("deny", { ...inside, spec: { podSelector: {}, policyTypes: ["Ingress", "Egress"] } }, options);
  new PodDisruptionBudget(
    "budget",
    { ...inside, spec: { maxUnavailable: 1, selector: { matchLabels: { app: "orders" } } } },
    options,
  );
  return options;
}

/** The Deployment `orders` that breaks no rule that would stop it, but for what remediations repair: hence no account of its own. `container` is laid over its container. */
export function workload(container: object = {}, spec: object = {}) {
  const matchLabels = { app: "orders" };
  return {
    metadata: { name: "orders", namespace: namespace.name, annotations: { "pulumi.com/skipAwait": "true" } },
    spec: {
      replicas: 2,
      selector: { matchLabels },
      template: {
        metadata: { labels: matchLabels },
        spec: {
          containers: [
            {
              name: "orders",
              image: "plumbline.dev/shop/orders:0.1.0",
              ports: [{ containerPort: 8080 }],
              readinessProbe: { httpGet: { path: "/readyz", port: 8080 } },
              livenessProbe: { httpGet: { path: "/livez", port: 8080 } },
              lifecycle: { preStop: { sleep: { seconds: 5 } } },
              resources: {
                requests: { cpu: "100m", memory: "64Mi" },
                limits: { cpu: "100m", memory: "64Mi" },
              },
              securityContext: {
                runAsNonRoot: true,
                allowPrivilegeEscalation: false,
                readOnlyRootFilesystem: true,
                capabilities: { drop: ["ALL"] },
              },
              ...container,
            },
          ],
          topologySpreadConstraints: [
            {
              maxSkew: 1,
              topologyKey: "topology.kubernetes.io/zone",
              whenUnsatisfiable: "DoNotSchedule",
              labelSelector: { matchLabels },
            },
          ],
        },
      },
      ...spec,
    },
  };
}
