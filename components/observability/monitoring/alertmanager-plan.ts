import type { types } from "@pulumi/kubernetes";
import type { Manifest } from "../../core/custom-resource.ts";
import { labels } from "../../core/labels.ts";
import { optOutAnnotations } from "../../core/opt-out.ts";
import { image, imageTag } from "../../images/catalogue.ts";
import { type AlertingArgs, alertmanagerConfig, receiversOf } from "../alerting/alertmanager-config.ts";
import type { KeyFile, Receiver } from "../alerting/receiver.ts";
import type { CompleteMonitoring } from "./args.ts";
import { plainSecret } from "./plain-secret.ts";
import { alertmanagerPods } from "./pods.ts";
import { type ServerSpec, serverPlan } from "./prometheus-plan.ts";

/** What each gets. Its disk is for silences and what was told already: little, since a restart would tell everything again. */
export const ALERTMANAGER = {
  disk: "1Gi",
  resources: { requests: { cpu: "50m", memory: "128Mi" }, limits: { cpu: "500m", memory: "128Mi" } },
} as const;

/** The fields of an Alertmanager of the operator that we set (monitoring.coreos.com/v1). */
export type AlertmanagerManifest = Manifest<
  "monitoring.coreos.com/v1",
  "Alertmanager",
  ServerSpec & { automountServiceAccountToken: false; configSecret: string; secrets: string[] }
>;

/** The key that the operator reads. */
const CONFIG = "alertmanager.yaml";

function configName(name: string): string {
  return `${name}-alertmanager`;
}

/** Alertmanager's configuration, where its operator looks for it. */
export function configPlan(name: string, namespace: string, alerting: AlertingArgs): types.input.core.v1.Secret {
  const why = "routes, and the names of the files in which keys are: these are in other Secrets";
  return plainSecret(configName(name), namespace, why, { [CONFIG]: JSON.stringify(alertmanagerConfig(alerting)) });
}

/** Alertmanagers as their operator takes them, with the Secrets of every key that their configuration names. */
export function alertmanagerPlan(name: string, args: CompleteMonitoring, alerting: AlertingArgs): AlertmanagerManifest {
  const { namespace, replicas, replication } = args;
  const { resources, disk: storage } = ALERTMANAGER;
  const own = { matchLabels: alertmanagerPods(name), resources, storage };
  return {
    apiVersion: "monitoring.coreos.com/v1",
    kind: "Alertmanager",
    metadata: {
      name,
      namespace: namespace.name,
      labels: labels(name),
      annotations: optOutAnnotations({ replication }),
    },
    spec: {
      image: image("alertmanager"),
      version: imageTag("alertmanager"),
      ...serverPlan(name, "alertmanager", args, own),
      replicas: replicas.alertmanager,
      automountServiceAccountToken: false,
      configSecret: configName(name),
      secrets: secretsOf(alerting),
    },
  };
}

/** The names of the Secrets that hold the keys, each once. */
function secretsOf(alerting: AlertingArgs): string[] {
  const keys = [...receiversOf(alerting).map(keyOf), alerting.heartbeat.url];
  return [...new Set(keys.map(({ secret }) => secret))].sort();
}

function keyOf(receiver: Receiver): KeyFile {
  switch (receiver.kind) {
    case "pagerduty":
      return receiver.routingKey;
    case "opsgenie":
      return receiver.apiKey;
    default:
      return receiver.url;
  }
}
