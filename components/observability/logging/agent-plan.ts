import type { types } from "@pulumi/kubernetes";
import { checksum } from "../../core/checksum.ts";
import { labels, selector } from "../../core/labels.ts";
import { admitScrapers, reach, reachDns } from "../../core/network.ts";
import { optOut, optOutAnnotations } from "../../core/opt-out.ts";
import { RESTRICTED_POD } from "../../core/security-context.ts";
import type { CredentialFile, Destination } from "../../core/usage.ts";
import { type CollectorConfig, METRICS_PORT } from "../collector/config.ts";
import { COLLECTOR_IMAGE, CONFIG_FILE, collectorPod } from "../collector/pod.ts";
import { AGENT_PATHS, agentConfig } from "./agent-config.ts";
import { agentDisk } from "./agent-queue.ts";
import type { CompleteArgs } from "./args.ts";
import { lokiIntake } from "./loki-plan.ts";

export const AGENT = "agent";
/** The cluster's own namespace, the one in which pods may mount files of their node: another such would be one more door. */
export const AGENTS_HOME = "kube-system";

const IN_GROUP_0 = optOut("the group 0 may read what the node's runtime writes of containers; the user is no root");
const READS_LOGS = optOut("what containers write is in files of the node alone; they are mounted read-only");

export function agentName(name: string): string {
  return `${name}-${AGENT}`;
}

/** The agent's configuration, as the collector reads it. `loki` is the host of who takes logs. */
export function agentFile(name: string, args: CompleteArgs, loki: string): CollectorConfig {
  const agent = { name: agentName(name), namespace: AGENTS_HOME };
  return agentConfig(args, { agent, loki: lokiIntake(loki) });
}

export function agentConfigMap(name: string, config: CollectorConfig): types.input.core.v1.ConfigMap {
  return { metadata: metadataOf(name), data: { [CONFIG_FILE]: JSON.stringify(config, null, 2) } };
}

/**
 * One on every node. It is no root: logs are readable by the group 0, which it is in. What it has read of each file is remembered in the
 * pod: a new pod reads again what is still there of the last day, and Loki takes no line twice.
 */
export function agentPlan(name: string, args: CompleteArgs, config: CollectorConfig): types.input.apps.v1.DaemonSet {
  const matchLabels = selector(name, AGENT);
  const files =
    "user" in args.store || "authority" in args.store ? credentialFiles(args.store) : { mounts: [], volumes: [] };
  const annotations = optOutAnnotations({ hostPath: READS_LOGS, highUid: IN_GROUP_0 });
  return {
    metadata: { ...metadataOf(name), annotations },
    spec: {
      selector: { matchLabels },
      updateStrategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: "10%" } },
      revisionHistoryLimit: 5,
      template: {
        metadata: {
          labels: labels(name, AGENT),
          annotations: { ...annotations, "plumbline.dev/config-checksum": checksum(config) },
        },
        spec: {
          ...collectorPod({
            account: agentName(name),
            config: agentName(name),
            container: AGENT,
            image: COLLECTOR_IMAGE,
            ports: {},
            resources: args.resources.agent,
            health: "/",
            mounts: [
              { name: "logs", mountPath: AGENT_PATHS.logs, readOnly: true },
              { name: "read", mountPath: AGENT_PATHS.read },
              ...files.mounts,
            ],
            volumes: [
              { name: "logs", hostPath: { path: AGENT_PATHS.logs } },
              { name: "read", emptyDir: { sizeLimit: agentDisk(Object.keys(args.tenants).length + 1) } },
              ...files.volumes,
            ],
          }),
          securityContext: { ...RESTRICTED_POD, runAsGroup: 0 },
          // Every node, whatever it is kept for or suffers from.
          tolerations: [{ operator: "Exists" }],
        },
      },
    },
  };
}

/** It is asked nothing but its metrics, and sends to one place. */
export function agentNetworkPlan(
  name: string,
  to: readonly Destination[],
): types.input.networking.v1.NetworkPolicySpec {
  return {
    podSelector: { matchLabels: selector(name, AGENT) },
    policyTypes: ["Ingress", "Egress"],
    ingress: [admitScrapers(METRICS_PORT)],
    egress: [...reach(to), reachDns()],
  };
}

export function metadataOf(name: string) {
  return { name: agentName(name), namespace: AGENTS_HOME, labels: labels(name, AGENT) };
}

function credentialFiles(store: Extract<CompleteArgs["store"], { readonly url: string }>) {
  const files: [name: string, folder: string, file: CredentialFile | undefined][] = [
    ["password", AGENT_PATHS.password, store.user?.password],
    ["authority", AGENT_PATHS.authority, store.authority],
  ];
  const given = files.flatMap(([name, mountPath, file]) => (file === undefined ? [] : [{ name, mountPath, file }]));
  return {
    mounts: given.map(({ name, mountPath }) => ({ name, mountPath, readOnly: true })),
    volumes: given.map(({ name, file: { secret, key } }) => ({
      name,
      secret: { secretName: secret, defaultMode: 0o440, items: [{ key, path: key }] },
    })),
  };
}
