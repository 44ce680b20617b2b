import type { FastifyRequest } from "fastify";
import { z } from "zod";
import type { Postgres } from "./postgres.ts";
import type { Settings } from "./settings.ts";
import { traceFields } from "./tracing.ts";

const name = (description: string) => z.string().min(1).max(200).meta({ description });
const word = (pattern: RegExp, description: string) => z.string().regex(pattern).meta({ description });

/** What a service says of an event. The moment, the login that says it and the trace are added by who knows them. */
export const auditEvent = z.strictObject({
  actor: z.strictObject({
    kind: z.enum(["person", "service"]),
    id: name("Who did it, by an id that never becomes another's; no name."),
  }),
  action: word(/^[a-z][a-z0-9.-]{0,62}$/, "What was done, such as order.read."),
  object: name("To what, such as orders/6f6c1c1e-…; an id, never what is in it."),
  subject: name(
    "Whose data it is, by the id that the person has everywhere. It is kept as a key that does not lead back to it.",
  ).optional(),
  purpose: word(/^[a-z][a-z0-9-]{0,62}$/, "Why, by a word of the service's own list, such as customer-request."),
  outcome: z.enum(["done", "refused", "failed"]),
});

export type AuditEvent = z.infer<typeof auditEvent>;

/** Who asks, and what for. */
export type AskedBy = Pick<AuditEvent, "actor" | "purpose">;

/** Runs a statement, and gives its rows. */
export type Ask = <Row extends object>(sql: string, values?: readonly unknown[]) => Promise<Row[]>;

const INSERT = `INSERT INTO audit.events (actor, actor_kind, action, object, subject, purpose, outcome, trace_id)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`;

/** `<PREFIX>_AUDIT`: `on` where the database keeps audit events, `off` by default. */
export function readAudit(settings: Settings, prefix: string): boolean {
  return settings.oneOf(`${prefix}_AUDIT`, ["on", "off"], "off") === "on";
}

/** Audit events of a service, in the database that they are about. */
export class Audit {
  readonly #database: Pick<Postgres, "query" | "transaction">;
  readonly #isOn: boolean;

  constructor(database: Pick<Postgres, "query" | "transaction">, isOn: boolean) {
    this.#database = database;
    this.#isOn = isOn;
  }

  /**
   * Does a piece of work in one transaction with the events that it records: none of either without the other. So what was read is not given
   * out unless its reading is written down, and an event that is not valid fails the work. Where no events are kept, the work is done without.
   */
  run<Result>(work: (ask: Ask, record: (event: AuditEvent) => Promise<void>) => Promise<Result>): Promise<Result> {
    if (!this.#isOn)
      return work(
        (sql, values = []) => this.#database.query(sql, values),
        async () => undefined,
      );
    return this.#database.transaction((client) =>
      work(
        async (sql, values = []) => (await client.query(sql, [...values])).rows,
        async (event) => {
          await client.query(INSERT, valuesOf(event));
        },
      ),
    );
  }
}

function valuesOf(event: AuditEvent): unknown[] {
  const { actor, action, object, subject, purpose, outcome } = auditEvent.parse(event);
  return [actor.id, actor.kind, action, object, subject ?? null, purpose, outcome, traceFields().trace_id ?? null];
}

/**
 * Who sent a request: `x-actor: person:<id>` or `service:<id>`, which whoever authenticates them sets, and takes away from what comes from outside.
 * Without it, the person whom the gateway's Authentication names in `x-user-sub`, which every gateway takes away from outside as well. Of a request
 * without both nobody is known. `x-purpose` is a word; without it, `unstated`.
 */
export function askedBy({ headers }: Pick<FastifyRequest, "headers">): AskedBy {
  const actor = headers["x-actor"] ?? `person:${headers["x-user-sub"] ?? ""}`;
  const [, kind, id] = /^(person|service):(\S{1,200})$/.exec(String(actor)) ?? [];
  const { success, data } = auditEvent.shape.purpose.safeParse(headers["x-purpose"]);
  return {
    actor: id === undefined ? { kind: "service", id: "unauthenticated" } : { kind: kind as "person" | "service", id },
    purpose: success ? data : "unstated",
  };
}
