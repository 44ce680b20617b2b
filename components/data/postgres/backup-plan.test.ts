import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Duration, milliseconds, seconds } from "../../core/duration.ts";
import type { Quantity } from "../../core/quantity.ts";
import type { BackupRates } from "./backup-args.ts";
import { backupPlan, intervalsFor, SHIPPING, SHORTEST_TIMEOUT } from "./backup-plan.ts";

const rates: BackupRates = { fetch: "80Mi", read: "125Mi", log: "256Ki" };

describe("100Gi, back within an hour, with five minutes lost", () => {
  const plan = backupPlan({ objectives: { rto: "1h", rpo: "5m" }, storage: "100Gi", rates });

  test("the log is shipped within the RPO, and base backups are as far apart as the RTO allows", () => {
    expect(plan).toMatchObject({
      archiveTimeout: 270,
      everyHours: 12,
      schedule: "0 15 */12 * * *",
      drillSeconds: 3_600,
    });
  });

  test("the sums are those of the manual", () => {
    // 102,400 MiB at 80 and at 125 a second; twelve hours and 1,280 s of log: a file every 270 s, and 16 MiB of each 64 s.
    expect(plan.restore).toEqual({ start: 120, fetch: 1_280, files: 860, replay: 860, read: 820, total: 3_080 });
  });
});

test("without objectives the log goes every five minutes, a base backup every night, and a drill has twice its time", () => {
  const plan = backupPlan({ storage: "100Gi", rates });
  expect(plan).toMatchObject({ archiveTimeout: 300, everyHours: 24, schedule: "0 15 1 * * *" });
  expect(plan.drillSeconds).toBe(2 * plan.restore.total);
  expect(backupPlan({ storage: "1Gi", rates: { ...rates, log: "1Ki" } }).drillSeconds).toBe(3_600);
});

const anyRates = fc.record({
  fetch: fc.integer({ min: 1, max: 1_000 }).map((count): Quantity => `${count}Mi`),
  read: fc.integer({ min: 1, max: 1_000 }).map((count): Quantity => `${count}Mi`),
  log: fc.integer({ min: 1, max: 100_000 }).map((count): Quantity => `${count}Ki`),
});
const anyPlan = fc.record({
  storage: fc.integer({ min: 1, max: 4_000 }).map((count): Quantity => `${count}Gi`),
  rates: anyRates,
  objectives: fc.record({
    rto: fc.integer({ min: 1, max: 10_000 }).map((count): Duration => `${count}m`),
    rpo: fc.integer({ min: 60, max: 200_000 }).map((count): Duration => `${count}s`),
  }),
});

describe("whatever is asked for", () => {
  test("a closed file and its way to the bucket fit into the RPO", () => {
    fc.assert(
      fc.property(anyPlan, (args) => {
        const { archiveTimeout } = backupPlan(args);
        expect(archiveTimeout).toBeGreaterThanOrEqual(SHORTEST_TIMEOUT);
        expect((archiveTimeout + SHIPPING) * 1_000).toBeLessThanOrEqual(milliseconds(args.objectives.rpo));
      }),
    );
  });

  test("no longer interval would have kept the RTO, and a base backup is done before the next begins", () => {
    fc.assert(
      fc.property(anyPlan, (args) => {
        const { everyHours, restore } = backupPlan(args);
        const longer = intervalsFor(args.storage, args.rates).filter((hours) => hours > everyHours);
        fc.pre(intervalsFor(args.storage, args.rates).length > 0);
        expect(restore.fetch).toBeLessThanOrEqual(everyHours * 3_600);
        if (longer.length > 0) {
          const next = backupPlan({ ...args, objectives: { ...args.objectives, rto: `${restore.total}s` } });
          expect(next.everyHours).toBe(everyHours);
        }
        const lax = backupPlan({ ...args, objectives: { ...args.objectives, rto: `${restore.total + 1}s` } });
        expect(lax.everyHours).toBeGreaterThanOrEqual(everyHours);
      }),
    );
  });

  test("the parts of a restore add up, and more data, more log or a slower bucket never make it shorter", () => {
    fc.assert(
      fc.property(anyPlan, fc.integer({ min: 2, max: 5 }), (args, factor) => {
        const at = (more: Partial<typeof args>) => {
          const objectives = { ...args.objectives, rto: "1m" as const };
          return backupPlan({ ...args, ...more, objectives });
        };
        const one = at({});
        const { start, fetch, replay, read, total } = one.restore;
        expect(start + fetch + replay + read).toBe(total);
        const log: Quantity = `${Number.parseInt(args.rates.log, 10) * factor}Ki`;
        expect(at({ rates: { ...args.rates, log } }).restore.total).toBeGreaterThanOrEqual(total);
        const storage: Quantity = `${Number.parseInt(args.storage, 10) * factor}Gi`;
        expect(at({ storage }).restore.total).toBeGreaterThan(total);
      }),
    );
  });

  test("a drill ends within the RTO", () => {
    fc.assert(
      fc.property(anyPlan, (args) => {
        expect(backupPlan(args).drillSeconds).toBeLessThanOrEqual(seconds(args.objectives.rto));
      }),
    );
  });
});
