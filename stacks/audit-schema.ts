import { z } from "zod";
import { durationProblems } from "../components/core/duration.ts";
import type { Parsed, Report } from "./environment-schema.ts";
import { duration, text } from "./fields.ts";

/** Loki keeps nothing for longer. */
const LONGEST_IN_LOKI = "730d";
/** A byte of the object store counts weeks; S3 takes it, too. */
const WEEK = 7;

const folder = text('a folder by its whole path, such as "/var/log/kubernetes/audit"', (given) =>
  /^(\/[\w.-]+)+$/.test(given),
);

/** What is recorded of who did what to whose data. */
export const auditSchema = z.strictObject({
  /** By database, how long services' audit events are kept in it: `30d` to `3650d`. */
  events: z.strictObject({ orders: duration.exactOptional(), inventory: duration.exactOptional() }).exactOptional(),
  /** Who has the API server's log, and how long the copies are kept that are made of it. Nobody copies it where it is left out. */
  api: z
    .discriminatedUnion("kind", [
      z.strictObject({
        kind: z.literal("controlPlane"),
        /** In Loki and in the bucket `audit`: days, and whole weeks from 256 days on. */
        keep: duration,
        /** The folder of the log on the nodes of the control plane; `/var/log/kubernetes/audit` by default. */
        folder: folder.exactOptional(),
      }),
      z.strictObject({
        kind: z.literal("eks"),
        /** In a bucket of objects that nobody takes back. */
        keep: duration,
        /** Who may shorten that: who has the right to, or nobody at all; `governance` by default. */
        lock: z.enum(["governance", "compliance"]).exactOptional(),
      }),
    ])
    .exactOptional(),
});

/** What no field of it says alone. */
export function checkAudit({ audit, stores, tier, telemetry, monitoring, access, aws }: Parsed, report: Report): void {
  if (audit === undefined) return;
  const { events, api } = audit;
  if (events !== undefined) {
    if (Object.keys(events).length === 0)
      report(["audit", "events"], 'at least one database, such as { orders: "400d" }, or leave it out');
    if (stores.postgres.backend === "aws")
      report(["audit", "events"], "nothing: stores.postgres.backend is aws, and Aurora keeps no events here");
    for (const [database, keep] of Object.entries(events))
      for (const { allowed } of durationProblems(`audit.events.${database}`, keep ?? "", "30d", "3650d"))
        report(["audit", "events", database], allowed);
  }
  if (api === undefined) return;
  if (tier === "rehearsal") report(["audit", "api"], "nothing: no node of a rehearsal has its API server's log");
  if (monitoring === undefined) report(["audit", "api"], "nothing, without monitoring: nobody would see that it fails");
  if (api.kind === "eks") {
    for (const { allowed } of durationProblems("audit.api.keep", api.keep, "30d", "3650d"))
      report(["audit", "api", "keep"], allowed);
    if (aws === undefined)
      report(["audit", "api", "kind"], '"controlPlane": without aws nobody says which EKS cluster');
    return;
  }
  if (telemetry === undefined)
    report(["audit", "api"], "nothing, without telemetry: Loki keeps the copy that can be asked");
  if (stores.objects === undefined)
    report(["audit", "api"], "nothing, without stores.objects: that has the copy that nobody takes back");
  for (const { allowed } of durationProblems("audit.api.keep", api.keep, "30d", LONGEST_IN_LOKI))
    report(["audit", "api", "keep"], allowed);
  const days = Number.parseInt(api.keep, 10);
  if (!api.keep.endsWith("d") || (days > 255 && days % WEEK !== 0))
    report(
      ["audit", "api", "keep"],
      'days, and from 256 days on whole weeks, such as "399d": the object store counts so',
    );
  if (access?.breakGlass === undefined)
    report(["access", "breakGlass"], "the groups of the rights for emergencies, since audit.api counts what they do");
}
