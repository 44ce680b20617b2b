import { z } from "zod";
import { roomProblems } from "../components/cluster/room.ts";
import { ADDRESS, isAddress } from "../components/core/address.ts";
import { cidrProblems } from "../components/core/index.ts";
import { monitoringNeeds } from "../components/observability/monitoring/needs.ts";
import type { Parsed, Report } from "./environment-schema.ts";
import { disk, duration, label, optOut, resources, text, whole } from "./fields.ts";

/** The namespace of all that observes the shop. Keys of receivers are in Secrets of it. */
export const OBSERVABILITY = "shop-observability";

const secretRef = text('the Secret that holds an address or key under "key", as "<namespace>/<name>"', (given) =>
  /^[a-z][a-z0-9-]*\/[a-z][a-z0-9-]*$/.test(given),
);
const https = text(ADDRESS, isAddress);

/** Where an address that is in a Secret leads to, for network policies; anywhere on port 443 where it is left out. */
const at = z
  .array(
    z.strictObject({
      cidr: text('a block of addresses such as "10.0.8.0/22"', (given) => cidrProblems("cidr", given).length === 0),
      port: whole(1, 65_535),
    }),
  )
  .min(1, { error: "one or more of { cidr, port }" })
  .exactOptional();

/** Where the receiver's address or key is: never the key itself. */
const receiver = z.discriminatedUnion("kind", [
  /** `url`: where events go, if not to PagerDuty's in the USA. */
  z.strictObject({ kind: z.literal("pagerduty"), secretRef, url: https.exactOptional() }),
  z.strictObject({ kind: z.literal("opsgenie"), secretRef }),
  z.strictObject({ kind: z.literal("jiraServiceManagement"), secretRef }),
  z.strictObject({
    kind: z.literal("slack"),
    secretRef,
    channel: text('a channel such as "#shop"', (given) => /^[#@]\S{1,79}$/.test(given)).exactOptional(),
  }),
  z.strictObject({ kind: z.literal("webhook"), secretRef, at }),
]);

export const pagingSchema = z.strictObject({
  critical: receiver,
  warning: receiver,
  /** Teams with receivers of their own. */
  teams: z
    .record(label, z.strictObject({ critical: receiver.exactOptional(), warning: receiver.exactOptional() }))
    .exactOptional(),
  /** What notices from outside when nobody is told of anything any more; called once a minute unless `every` says another time. */
  heartbeat: z.strictObject({ secretRef, every: duration.exactOptional(), at }),
});

export const monitoringSchema = z.strictObject({
  /** The disk of each Prometheus, and what each may use. */
  storage: disk,
  resources,
  /** Steps down to one Prometheus and one Alertmanager. */
  replication: optOut.exactOptional(),
  /** Steps down from checking the certificates of kubelets, where they sign their own. */
  kubeletCertificates: optOut.exactOptional(),
  /** Where all series are written too. `secretRef`: the Secret of its bearer token. */
  remoteWrite: z.strictObject({ url: https, secretRef: secretRef.exactOptional() }).exactOptional(),
});

export type Paging = z.infer<typeof pagingSchema>;
type Monitoring = z.infer<typeof monitoringSchema>;
type Receiver = z.infer<typeof receiver>;

/** What no field of these says alone. */
export function checkMonitoring({ tier, zones, monitoring, paging, namespaces }: Parsed, report: Report): void {
  if (monitoring === undefined && tier !== "rehearsal")
    report(["monitoring"], "storage and resources of Prometheus: only a rehearsal goes without");
  if ((monitoring === undefined) !== (namespaces.observability === undefined))
    report(
      ["namespaces", "observability"],
      monitoring === undefined ? "nothing: there is no monitoring" : "a quota, since there is monitoring",
    );
  if (monitoring?.replication !== undefined && tier === "production")
    report(["monitoring", "replication"], "no opt-out in production");
  if (monitoring !== undefined && namespaces.observability !== undefined) {
    const needs = monitoringNeeds({ zones, ...monitoring, pages: paging !== undefined });
    for (const { field, allowed } of roomProblems("namespaces.observability", namespaces.observability, needs))
      report(field.split("."), allowed);
  }
  const ref = monitoring?.remoteWrite?.secretRef;
  if (ref !== undefined) checkRef(["monitoring", "remoteWrite"], ref, report);
  if (paging !== undefined) checkPaging(paging, monitoring, report);
}

function checkPaging(paging: Paging, monitoring: Monitoring | undefined, report: Report): void {
  if (monitoring === undefined) report(["paging"], "nothing, without monitoring: no alert would reach them");
  for (const [path, { kind, secretRef: ref }] of receiversOf(paging)) {
    checkRef(["paging", ...path], ref, report);
    if (path.at(-1) === "critical" && kind === "slack")
      report(
        ["paging", ...path, "kind"],
        '"pagerduty", "opsgenie", "jiraServiceManagement", "webhook": a chat wakes nobody',
      );
  }
  checkRef(["paging", "heartbeat"], paging.heartbeat.secretRef, report);
}

function receiversOf({ critical, warning, teams = {} }: Paging): [path: string[], receiver: Receiver][] {
  const own = Object.entries(teams).flatMap(([team, of]) =>
    Object.entries(of).map(([severity, one]): [string[], Receiver] => [["teams", team, severity], one]),
  );
  return [[["critical"], critical], [["warning"], warning], ...own];
}

function checkRef(path: string[], ref: string, report: Report): void {
  if (!ref.startsWith(`${OBSERVABILITY}/`))
    report([...path, "secretRef"], `a Secret of the namespace ${OBSERVABILITY}, where Alertmanager and Prometheus run`);
}
