import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { Audit, type AuditEvent, askedBy, auditEvent } from "./audit.ts";

const EVENT: AuditEvent = {
  actor: { kind: "person", id: "support-17" },
  action: "order.read",
  object: "orders/1",
  subject: "4711",
  purpose: "customer-request",
  outcome: "done",
};

/** A database that says what it was asked, and where. */
function recorded() {
  const asked: string[] = [];
  const ask =
    (where: string) =>
    async (sql: string, values: readonly unknown[] = []) => {
      asked.push(
        `${where} ${sql
          .split(/[\s(]+/)
          .slice(0, 3)
          .join(" ")} ${values.join(",")}`,
      );
      return { rows: [{ one: 1 }] };
    };
  const database = {
    query: async (sql: string, values?: readonly unknown[]) => (await ask("alone")(sql, values)).rows,
    transaction: async (work: (client: unknown) => Promise<unknown>) => work({ query: ask("within") }),
  };
  return { asked, database: database as unknown as ConstructorParameters<typeof Audit>[0] };
}

describe("audit events", () => {
  test("their schema is what is published", () => {
    const published = JSON.parse(readFileSync(new URL("../audit-event.schema.json", import.meta.url), "utf8"));
    expect(published).toEqual({ title: "An audit event", ...z.toJSONSchema(auditEvent) });
  });

  test("are written in the transaction of the work that they tell of", async () => {
    const { asked, database } = recorded();
    const rows = await new Audit(database, true).run(async (ask, record) => {
      await record(EVENT);
      return ask("SELECT 1", []);
    });
    expect(rows).toEqual([{ one: 1 }]);
    expect(asked).toEqual([
      "within INSERT INTO audit.events support-17,person,order.read,orders/1,4711,customer-request,done,",
      "within SELECT 1 ",
    ]);
  });

  test("are not written where none are kept, and nothing needs a transaction", async () => {
    const { asked, database } = recorded();
    await new Audit(database, false).run(async (ask, record) => {
      await record(EVENT);
      return ask("SELECT 1", []);
    });
    expect(asked).toEqual(["alone SELECT 1 "]);
  });

  test.each([
    ["an action that is a sentence", { action: "read an order" }],
    ["a purpose of free text", { purpose: "Anna asked" }],
    ["a field more, which might hold anything", { e_mail: "anna@example.com" }],
    ["no subject where one is named", { subject: "" }],
  ])("fail the work with %s", async (_, wrong) => {
    const { asked, database } = recorded();
    const work = new Audit(database, true).run((_ask, record) => record({ ...EVENT, ...wrong } as AuditEvent));
    await expect(work).rejects.toThrow(z.ZodError);
    expect(asked).toEqual([]);
  });

  test.each([
    [{ "x-actor": "person:17", "x-purpose": "customer-request" }, "person", "17", "customer-request"],
    [{ "x-actor": "service:invoices" }, "service", "invoices", "unstated"],
    [{ "x-actor": "root:17", "x-purpose": "Anna asked" }, "service", "unauthenticated", "unstated"],
    [{ "x-user-sub": "17", "x-purpose": "customer-request" }, "person", "17", "customer-request"],
    [{ "x-actor": "service:invoices", "x-user-sub": "17" }, "service", "invoices", "unstated"],
    [{ "x-actor": "root:17", "x-user-sub": "17" }, "service", "unauthenticated", "unstated"],
    [{ "x-user-sub": "17, 18" }, "service", "unauthenticated", "unstated"],
    [{ "x-user-sub": "" }, "service", "unauthenticated", "unstated"],
    [{}, "service", "unauthenticated", "unstated"],
  ])("know who asks by the request's headers %j", (headers, kind, id, purpose) => {
    expect(askedBy({ headers })).toEqual({ actor: { kind, id }, purpose });
  });
});
