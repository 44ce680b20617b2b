import type { types } from "@pulumi/kubernetes";
import { oneAtATime } from "../../core/budget.ts";
import { labels } from "../../core/labels.ts";
import { type MonitorManifest, monitorPlan } from "../../core/monitor.ts";
import { WEB } from "./pods.ts";

type Labels = Readonly<Record<string, string>>;

/** The way to a server. Who asks twice asks the same one, whose readings are some seconds apart from the other's. */
export function servicePlan(name: string, namespace: string, pods: Labels, port: number): types.input.core.v1.Service {
  return {
    metadata: { name, namespace, labels: labels(name) },
    spec: {
      selector: { ...pods },
      ports: [{ name: WEB, port, targetPort: WEB, protocol: "TCP" }],
      sessionAffinity: "ClientIP",
    },
  };
}

/** Has Prometheus read a server of the operator. */
export function serverMonitor(name: string, namespace: string, pods: Labels): MonitorManifest {
  return monitorPlan("Pod", name, namespace, pods, { port: WEB });
}

/** Lets nodes be emptied, one pod of a server at a time. */
export function budgetPlan(name: string, namespace: string, pods: Labels): types.input.policy.v1.PodDisruptionBudget {
  return {
    metadata: { name, namespace, labels: labels(name) },
    spec: oneAtATime(pods),
  };
}
