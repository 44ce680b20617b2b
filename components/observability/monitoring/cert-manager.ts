import { CERT_MANAGER } from "../../cluster/operators/index.ts";
import { type MonitorManifest, monitorPlan } from "../../core/monitor.ts";
import { optOut, optOutAnnotations } from "../../core/opt-out.ts";

/** The labels of its controller's pods, and the name of their port, by its chart. */
const PODS = { "app.kubernetes.io/name": "cert-manager", "app.kubernetes.io/component": "controller" };
const PORT = "http-metrics";
const OF_ANOTHER = optOut("what it selects is made by cert-manager's chart, and stands in no program");

/**
 * Has cert-manager's controller read, which tells when certificates end; the names and namespaces in it are those of certificates. It stands
 * beside the controller: Prometheus follows no monitor into another namespace. The chart has a monitor too, which cannot be there before the
 * operator of Prometheus is, whose certificate cert-manager issues.
 */
export function certManagerMonitor(name: string): MonitorManifest {
  const scrape = { port: PORT, tellsOfOthers: true } as const;
  const plan = monitorPlan("Pod", `${name}-cert-manager`, CERT_MANAGER.namespace, PODS, scrape);
  plan.metadata.annotations = optOutAnnotations({ metrics: OF_ANOTHER });
  return plan;
}
