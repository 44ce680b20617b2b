import type { Duration } from "../../core/duration.ts";
import { durationProblems } from "../../core/duration.ts";
import type { Problem } from "../../core/invalid.ts";
import type { CompleteArgs } from "./args.ts";

/** What a Postgres keeps of who did what to its data. */
export interface AuditArgs<Name extends string = string> {
  /**
   * By database, how long services' audit events are kept in its table `audit.events`, `30d` to `3650d`; whole months go, so a month longer at most.
   * Services may add to it, and nothing else.
   */
  readonly events: { readonly [Database in Name]?: Duration };
}

/** The databases that keep audit events, and for how long. */
export function auditedDatabases({ audit }: Pick<CompleteArgs, "audit">): { database: string; keep: Duration }[] {
  return Object.entries(audit?.events ?? {}).flatMap(([database, keep]) => (keep ? [{ database, keep }] : []));
}

/** What is wrong with what a Postgres is told of audit events. */
export function auditProblems({ audit, databases }: Pick<CompleteArgs, "audit" | "databases">): Problem[] {
  if (audit === undefined) return [];
  const all = Object.entries(audit.events ?? {});
  if (all.length === 0)
    return [
      { field: "audit.events", given: audit.events, allowed: 'at least one database, such as { orders: "400d" }' },
    ];
  return all.flatMap(([database, keep]) => {
    const field = `audit.events.${database}`;
    if (!databases.includes(database))
      return [{ field, given: database, allowed: `a declared database: ${databases.join(", ")}` }];
    return durationProblems(field, keep as Duration, "30d", "3650d");
  });
}
