import { expect, test } from "vitest";
import { checkAudit } from "./audit-schema.ts";
import type { Parsed } from "./environment-schema.ts";

const OWN = { kind: "controlPlane", keep: "91d" };
const WHOLE = {
  tier: "production",
  monitoring: {},
  telemetry: {},
  access: { breakGlass: ["platform-break-glass"] },
  stores: { postgres: { backend: "inCluster" }, objects: {} },
};

/** The fields that something is said of. */
function told(audit: object, change: object = {}): string[] {
  const fields: string[] = [];
  checkAudit({ ...WHOLE, audit, ...change } as unknown as Parsed, (path) => fields.push(path.join(".")));
  return fields;
}

test("what a whole environment keeps of audit is taken", () => {
  expect(told({ events: { orders: "400d" }, api: OWN })).toEqual([]);
  expect(told({ api: { ...OWN, keep: "399d" } })).toEqual([]);
  expect(told({ api: { kind: "eks", keep: "400d" } }, { aws: { clusterName: "shop" } })).toEqual([]);
});

test.each<[what: string, audit: object, change: object, fields: string[]]>([
  ["events of no database", { events: {} }, {}, ["audit.events"]],
  ["events for a day", { events: { orders: "1d" } }, {}, ["audit.events.orders"]],
  ["events on Aurora", { events: { orders: "90d" } }, { stores: { postgres: { backend: "aws" } } }, ["audit.events"]],
  ["a rehearsal's API server", { api: OWN }, { tier: "rehearsal" }, ["audit.api"]],
  ["no monitoring", { api: OWN }, { monitoring: undefined }, ["audit.api"]],
  ["no Loki", { api: OWN }, { telemetry: undefined }, ["audit.api"]],
  ["no bucket", { api: OWN }, { stores: { postgres: { backend: "inCluster" } } }, ["audit.api"]],
  ["nobody to count", { api: OWN }, { access: {} }, ["access.breakGlass"]],
  ["longer than Loki keeps", { api: { ...OWN, keep: "800d" } }, {}, ["audit.api.keep", "audit.api.keep"]],
  ["days that are no weeks", { api: { ...OWN, keep: "400d" } }, {}, ["audit.api.keep"]],
  ["hours", { api: { ...OWN, keep: "2400h" } }, {}, ["audit.api.keep"]],
  ["EKS without a place in AWS", { api: { kind: "eks", keep: "400d" } }, {}, ["audit.api.kind"]],
])("%s is refused by its field", (_, audit, change, fields) => {
  expect(told(audit, change)).toEqual(fields);
});
