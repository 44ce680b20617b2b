import { z } from "zod";
import { GROUP, groupProblems, isGroup } from "../components/security/index.ts";
import type { Parsed, Report } from "./environment-schema.ts";
import { text } from "./fields.ts";

const groups = z.array(text(GROUP, isGroup)).min(1, { error: "at least one group, or leave it out" });

/** What people may do in the cluster, by the groups that whoever signs them in says they are in. */
export const accessSchema = z.strictObject({
  /** See what runs, in every namespace of the stack. */
  viewer: groups.exactOptional(),
  /** Restart, scale, read logs, promote a release or take it back, in every namespace of the stack. */
  operator: groups.exactOptional(),
  /** Change what runs, by the namespaces as `namespaces` calls them. */
  admin: z
    .strictObject({
      shop: groups.exactOptional(),
      data: groups.exactOptional(),
      edge: groups.exactOptional(),
      observability: groups.exactOptional(),
      telemetry: groups.exactOptional(),
      dashboards: groups.exactOptional(),
    })
    .exactOptional(),
  /** Nearly everything in the whole cluster, in an emergency; nobody of another list. */
  breakGlass: groups.exactOptional(),
});

/** What no field of it says alone. */
export function checkAccess({ access, namespaces, monitoring, telemetry, dashboards }: Parsed, report: Report): void {
  if (access === undefined) return;
  const parts: Partial<Record<keyof typeof namespaces, unknown>> = { observability: monitoring, telemetry, dashboards };
  const { admin = {}, breakGlass = [], ...everywhere } = access;
  // A part whose namespace is missing is told of as that.
  for (const at of Object.keys(admin) as (keyof typeof admin)[])
    if (namespaces[at] === undefined && parts[at] === undefined)
      report(["access", "admin", at], "nothing: namespaces has none of that name");
  if (breakGlass.length > 0 && monitoring === undefined)
    report(["access", "breakGlass"], "nothing, without monitoring: its use would alarm nobody");
  for (const { list, index, allowed } of groupProblems({ ...everywhere, admin, breakGlass }))
    report(["access", ...list, index], allowed);
}
