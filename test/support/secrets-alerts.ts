import { secretsAlertsPlan } from "../../components/security/secrets/alerts.ts";
import type { Told } from "./alert-series.ts";

export const SECRETS_ALERTS = secretsAlertsPlan("secrets", "https://git.example.com/docs/runbooks");

const condition = (of: string, labels: string, isReady: boolean, pod = "external-secrets-1") => ({
  [`${of}_status_condition{${labels},condition="Ready",status="True",pod="${pod}"}`]: `${isReady ? 1 : 0}x180`,
  [`${of}_status_condition{${labels},condition="Ready",status="False",pod="${pod}"}`]: `${isReady ? 0 : 1}x180`,
});
const secret = (isReady: boolean, pod?: string) =>
  condition("externalsecret", 'namespace="shop-observability",name="pagerduty"', isReady, pod);
const source = (isReady: boolean) => condition("clustersecretstore", 'name="secrets"', isReady);
const MONITOR = 'up{namespace="external-secrets",job="external-secrets/secrets",pod="external-secrets-1"}';

/** For each alert series on which it fires, once, and others on which it is silent, three hours after they begin. */
export const SECRETS_TOLD: Readonly<Record<string, readonly Told[]>> = {
  ExternalSecretNotReady: [
    { fires: { ...secret(false), ...source(true) }, silent: { ...secret(true), ...source(false) } },
    // The one that led before it, and has not been read out yet, is one alert with the new one.
    { fires: { ...secret(false), ...secret(false, "external-secrets-2") }, silent: secret(true) },
  ],
  SecretSourceNotReady: [
    { fires: { ...source(false), ...secret(true) }, silent: { ...source(true), ...secret(false) } },
  ],
  ExternalSecretsUnread: [
    { fires: { [MONITOR]: "0x180" }, silent: { [MONITOR]: "1x180" } },
    { fires: {}, silent: { [MONITOR]: "0x20 1x160" } },
  ],
};
