import { EXTERNAL_SECRETS, EXTERNAL_SECRETS_PODS } from "../../cluster/operators/index.ts";
import { type MonitorManifest, monitorPlan } from "../../core/monitor.ts";
import { optOut, optOutAnnotations } from "../../core/opt-out.ts";
import { alertsPlan } from "../../observability/alert.ts";
import type { AlertingRule, RulesManifest } from "../../observability/rules.ts";

const OF_ANOTHER = optOut("what it selects is made by the operator's chart, and stands in no program");

/** Has the operator's controller read, which tells how each Secret does: the names and namespaces in it are those of ExternalSecrets. */
export function secretsMonitorPlan(name: string): MonitorManifest {
  const scrape = { port: "metrics", tellsOfOthers: true } as const;
  const plan = monitorPlan("Pod", name, EXTERNAL_SECRETS.namespace, EXTERNAL_SECRETS_PODS, scrape);
  plan.metadata.annotations = optOutAnnotations({ metrics: OF_ANOTHER });
  return plan;
}

/** The alerts about what a source brings. None wakes anybody: what a Secret held before stays, and goes on to work until it ends. */
export function secretsAlertsPlan(name: string, runbooks: string | undefined): RulesManifest<AlertingRule> {
  const { namespace } = EXTERNAL_SECRETS;
  const isNotReady = (of: string, by: string) =>
    `max by (${by}) (${of}_status_condition{condition="Ready",status="False"}) == 1`;
  return alertsPlan({ name, namespace, kind: "platform", runbook: "secrets", runbooks }, [
    {
      name: "ExternalSecretNotReady",
      severity: "warning",
      expr: isNotReady("externalsecret", "namespace, name"),
      lasts: "15m",
      summary:
        "the Secret {{ $labels.namespace }}/{{ $labels.name }} does not follow its source: what it holds is old, or it is not there; describe the ExternalSecret for the reason",
    },
    {
      name: "SecretSourceNotReady",
      severity: "warning",
      expr: isNotReady("clustersecretstore", "name"),
      lasts: "15m",
      summary:
        "the operator cannot sign in to the source {{ $labels.name }}, so that no Secret follows it: describe the ClusterSecretStore for the reason",
    },
    {
      name: "ExternalSecretsUnread",
      severity: "warning",
      expr: `absent(up{namespace="${namespace}",job="${namespace}/${name}"} == 1)`,
      lasts: "15m",
      summary: "nothing is read of the External Secrets Operator: if it does not run, no Secret follows its source",
    },
  ]);
}
