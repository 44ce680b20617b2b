import type { AlertingRule, RulesManifest } from "../../components/observability/rules.ts";
import type { Told } from "./alert-series.ts";
import { AUDIT_ALERTS, AUDIT_TOLD } from "./audit-alerts.ts";
import { CERTIFICATE_ALERTS, CERTIFICATE_TOLD } from "./certificate-alerts.ts";
import { OWN_ALERTS, OWN_TOLD } from "./monitoring-alerts.ts";
import { SECRETS_ALERTS, SECRETS_TOLD } from "./secrets-alerts.ts";

interface Tried {
  /** A file of docs/runbooks, without its ending. */
  readonly page: string;
  readonly rules: RulesManifest<AlertingRule>;
  readonly told: Readonly<Record<string, readonly Told[]>>;
  /** How long after the beginning of its series it is asked. */
  readonly at: string;
}

/** The alerts about parts of the platform that no service uses by itself. */
export const PLATFORM: readonly Tried[] = [
  { page: "monitoring", rules: OWN_ALERTS, told: OWN_TOLD, at: "45m" },
  { page: "certificates", rules: CERTIFICATE_ALERTS, told: CERTIFICATE_TOLD, at: "180m" },
  { page: "audit", rules: AUDIT_ALERTS, told: AUDIT_TOLD, at: "45m" },
  { page: "secrets", rules: SECRETS_ALERTS, told: SECRETS_TOLD, at: "180m" },
];
