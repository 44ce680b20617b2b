import type { types } from "@pulumi/kubernetes";
import type { Manifest } from "../../core/custom-resource.ts";
import type { Resources } from "../../core/resources.ts";

type PodSpec = types.input.core.v1.PodSpec;

/** What the operator merges into the pods that it makes, as `kubectl patch` would. */
interface PodOverride
  extends Pick<
    PodSpec,
    "priorityClassName" | "enableServiceLinks" | "securityContext" | "topologySpreadConstraints" | "volumes"
  > {
  initContainers: Pick<types.input.core.v1.Container, "name" | "securityContext">[];
  containers: Pick<types.input.core.v1.Container, "name" | "securityContext" | "volumeMounts" | "readinessProbe">[];
}

/** The fields of the cluster operator's resource that we set (rabbitmq.com/v1beta1). */
interface RabbitmqClusterSpec {
  replicas: number;
  image: string;
  service: { type: "ClusterIP" };
  persistence: { storage: string };
  resources: Resources;
  affinity: types.input.core.v1.Affinity;
  tolerations: types.input.core.v1.Toleration[];
  tls: { secretName: string; caSecretName: string; disableNonTLSListeners: true };
  rabbitmq: { additionalConfig: string; envConfig: string };
  autoEnableAllFeatureFlags: true;
  terminationGracePeriodSeconds: number;
  delayStartSeconds: number;
  override: {
    statefulSet: {
      spec: {
        template: {
          metadata: { labels: Record<string, string>; annotations: Record<string, string> };
          spec: PodOverride;
        };
        volumeClaimTemplates: {
          metadata: { name: "persistence"; labels: Record<string, string> };
          spec: types.input.core.v1.PersistentVolumeClaimSpec;
        }[];
      };
    };
  };
}

export type RabbitmqClusterManifest = Manifest<"rabbitmq.com/v1beta1", "RabbitmqCluster", RabbitmqClusterSpec>;
