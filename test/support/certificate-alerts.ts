import { certificateAlertsPlan } from "../../components/observability/monitoring/certificate-alerts.ts";
import type { Series, Told } from "./alert-series.ts";

export const CERTIFICATE_ALERTS = certificateAlertsPlan("main", "https://git.example.com/docs/runbooks");

const DAY = 86_400;
const metric = (name: string, pod: string, more = "") =>
  `certmanager_certificate_${name}{namespace="shop",name="web",issuer_name="internal",pod="${pod}"${more}}`;

/** A certificate as every replica tells of it, in seconds from the beginning; what is not said yet is 0. */
function certificate(times: { from: number; until: number; renewed: number }): Series {
  const of = { not_before: times.from, not_after: times.until, expiration: times.until, renewal: times.renewed };
  return Object.fromEntries(
    Object.entries(of).flatMap(([moment, at]) =>
      ["cert-manager-1", "cert-manager-2"].map((pod) => [metric(`${moment}_timestamp_seconds`, pod), `${at}x180`]),
    ),
  );
}
const ready = (isReady: 0 | 1, pod = "cert-manager-1") => ({
  [metric("ready_status", pod, ',condition="True"')]: `${isReady}x180`,
  [metric("ready_status", pod, ',condition="False"')]: `${1 - isReady}x180`,
});
const MONITOR = 'up{namespace="cert-manager",job="cert-manager/main-cert-manager",pod="cert-manager-1"}';

/** For each alert series on which it fires, once, and others on which it is silent, three hours after they begin. */
export const CERTIFICATE_TOLD: Readonly<Record<string, readonly Told[]>> = {
  CertificateEnding: [
    {
      fires: certificate({ from: -88 * DAY, until: 2 * DAY, renewed: -28 * DAY }),
      // Twelve days are left of ninety: too late to be right, and not yet for the night.
      silent: certificate({ from: -78 * DAY, until: 12 * DAY, renewed: -18 * DAY }),
    },
    {
      // One of a day, of which an hour is left; and one that is hardly an hour old.
      fires: certificate({ from: -20 * 3_600, until: 4 * 3_600, renewed: -4 * 3_600 }),
      silent: certificate({ from: 2 * 3_600, until: 26 * 3_600, renewed: 18 * 3_600 }),
    },
    {
      fires: certificate({ from: -89 * DAY, until: DAY, renewed: -29 * DAY }),
      // It was never issued: another alert tells.
      silent: certificate({ from: 0, until: 0, renewed: 0 }),
    },
  ],
  CertificateRenewalOverdue: [
    {
      fires: certificate({ from: -60 * DAY, until: 30 * DAY, renewed: 60 }),
      // It is due, and cert-manager may have failed once.
      silent: certificate({ from: -60 * DAY, until: 30 * DAY, renewed: 2 * 3_600 }),
    },
    {
      fires: certificate({ from: -60 * DAY, until: 30 * DAY, renewed: 3_000 }),
      silent: certificate({ from: 0, until: 0, renewed: 0 }),
    },
  ],
  CertificateNotReady: [
    { fires: ready(0), silent: ready(1) },
    // A replica that has only just started does not know yet.
    {
      fires: { ...ready(0), ...ready(0, "cert-manager-2") },
      silent: { ...ready(0), ...ready(1, "cert-manager-2") },
    },
  ],
  CertificatesUnread: [
    { fires: { [MONITOR]: "0x180" }, silent: { [MONITOR]: "1x180" } },
    { fires: {}, silent: { [MONITOR]: "0x180", [MONITOR.replace("-1", "-2")]: "1x180" } },
  ],
};
