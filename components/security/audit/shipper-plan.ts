import type { types } from "@pulumi/kubernetes";
import { checksum } from "../../core/checksum.ts";
import { labels, selector } from "../../core/labels.ts";
import { admitScrapers, reach, reachDns } from "../../core/network.ts";
import { optOut, optOutAnnotations } from "../../core/opt-out.ts";
import { RESTRICTED_POD } from "../../core/security-context.ts";
import type { Destination } from "../../core/usage.ts";
import type { BucketFiles } from "../../data/object-store/bucket-files.ts";
import { METRICS_PORT } from "../../observability/collector/config.ts";
import { COLLECTOR_IMAGE, collectorPod } from "../../observability/collector/pod.ts";
import { AGENTS_HOME } from "../../observability/logging/agent-plan.ts";
import { SHIPPED } from "./shipper-config.ts";
import type { CompleteControlPlane } from "./trail-args.ts";

const SHIPPER = "shipper";
const IN_GROUP_0 = optOut("the group 0 may read what the API server writes; the user is no root");
const READS_LOG = optOut(
  "what the API server records is in files of its node alone, mounted read-only; what was read of them is noted there, too, so that a new pod goes on",
);

/** Such as `audit-shipper`. */
export function shipperName(name: string): string {
  return `${name}-${SHIPPER}`;
}

/** Its pods. */
export function shipperPods(name: string) {
  return { namespace: AGENTS_HOME, podLabels: selector(name, SHIPPER) };
}

export function shipperMetadata(name: string) {
  return { name: shipperName(name), namespace: AGENTS_HOME, labels: labels(name, SHIPPER) };
}

/** What its pods start anew for: the configuration and the key of the archive's user. */
interface ShipperVersion {
  readonly config: object;
  readonly revision: string | undefined;
}

/**
 * One on every node with an API server. It is no root and has no capability: the group 0, which it is in, must be able to read the log, and to write to
 * the folder of what was read.
 */
export function shipperPlan(
  name: string,
  { folder, nodes, resources }: Pick<CompleteControlPlane, "folder" | "nodes" | "resources">,
  version: ShipperVersion,
  files: BucketFiles,
): types.input.apps.v1.DaemonSet {
  const annotations = optOutAnnotations({ hostPath: READS_LOG, highUid: IN_GROUP_0 });
  const pod = collectorPod({
    account: shipperName(name),
    config: shipperName(name),
    container: SHIPPER,
    image: COLLECTOR_IMAGE,
    ports: {},
    resources,
    health: "/",
    environment: files.environment,
    mounts: [
      { name: "log", mountPath: folder, readOnly: true },
      { name: "shipped", mountPath: SHIPPED },
      ...files.mounts,
    ],
    volumes: [
      // Without the folder the pod does not start, and somebody is told.
      { name: "log", hostPath: { path: folder, type: "Directory" } },
      { name: "shipped", hostPath: { path: SHIPPED, type: "Directory" } },
      ...files.volumes,
    ],
  });
  return {
    metadata: { ...shipperMetadata(name), annotations },
    spec: {
      selector: { matchLabels: shipperPods(name).podLabels },
      updateStrategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 1 } },
      revisionHistoryLimit: 5,
      template: {
        metadata: {
          labels: labels(name, SHIPPER),
          annotations: { ...annotations, "plumbline.dev/config-checksum": checksum(version) },
        },
        spec: {
          ...pod,
          ...(files.initContainers.length > 0 && { initContainers: files.initContainers }),
          nodeSelector: { ...nodes },
          securityContext: { ...RESTRICTED_POD, runAsGroup: 0 },
          tolerations: [{ operator: "Exists" }],
        },
      },
    },
  };
}

/** It is asked nothing but its metrics, and sends to what keeps the copies. */
export function shipperNetworkPlan(
  name: string,
  to: readonly Destination[],
): types.input.networking.v1.NetworkPolicySpec {
  return {
    podSelector: { matchLabels: shipperPods(name).podLabels },
    policyTypes: ["Ingress", "Egress"],
    ingress: [admitScrapers(METRICS_PORT)],
    egress: [...reach(to), reachDns()],
  };
}
