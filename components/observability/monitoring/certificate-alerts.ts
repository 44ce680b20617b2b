import { CERT_MANAGER } from "../../cluster/operators/index.ts";
import { type Alert, alertsPlan } from "../alert.ts";
import type { AlertingRule, RulesManifest } from "../rules.ts";
import { certManagerMonitor } from "./cert-manager.ts";

/** A page only when both are true: certificates of an hour and of ten years are watched by the same alert. */
const ENDING = { days: 3, share: 0.1 } as const;

/**
 * The alerts about certificates, whoever's they are, by what cert-manager tells of them. Each of its replicas tells: so the best answer counts.
 * A time that is not there yet is 0.
 */
export function certificateAlertsPlan(name: string, runbooks: string | undefined): RulesManifest<AlertingRule> {
  const { namespace } = CERT_MANAGER;
  const of = (metric: string) => `max by (namespace, name) (certmanager_certificate_${metric})`;
  const time = (moment: string) => of(`${moment}_timestamp_seconds`);
  const left = `(${time("expiration")} > 0) - time()`;
  const life = `(${time("not_after")} - ${time("not_before")})`;
  const which = "the certificate {{ $labels.namespace }}/{{ $labels.name }}";
  const alerts: Alert[] = [
    {
      name: "CertificateEnding",
      severity: "critical",
      expr: `(${left}) < ${ENDING.days * 86_400} and (${left}) / ${life} < ${ENDING.share}`,
      lasts: "5m",
      summary: `${which} ends in {{ $value | humanizeDuration }} and is not renewed: then nobody can connect to what shows it`,
    },
    {
      name: "CertificateRenewalOverdue",
      severity: "warning",
      expr: `time() - (${time("renewal")} > 0) > 0`,
      // cert-manager tries again an hour after a failure.
      lasts: "2h",
      summary: `${which} should have been renewed {{ $value | humanizeDuration }} ago: describe it and its newest CertificateRequest for the reason`,
    },
    {
      name: "CertificateNotReady",
      severity: "warning",
      expr: `${of('ready_status{condition="True"}')} == 0`,
      lasts: "15m",
      summary: `${which} is not ready: it was never issued, is not what it should be, or has ended`,
    },
    {
      name: "CertificatesUnread",
      severity: "warning",
      expr: `absent(up{namespace="${namespace}",job="${namespace}/${certManagerMonitor(name).metadata.name}"} == 1)`,
      lasts: "15m",
      summary:
        "nothing is read of cert-manager: if it does not run, no certificate is renewed, and no other alert tells",
    },
  ];
  return alertsPlan(
    { name: `${name}-cert-manager`, namespace, kind: "platform", runbook: "certificates", runbooks },
    alerts,
  );
}
