import { expect, test } from "vitest";
import { alertsPlan } from "./alert.ts";

const ALERT = { name: "ThingDown", severity: "warning", expr: "up == 0", lasts: "5m", summary: "it is away" } as const;
const labelsOf = (of: Parameters<typeof alertsPlan>[0]) => alertsPlan(of, [ALERT]).spec.groups[0]?.rules[0]?.labels;

test("what is about a store names it, and what is about the platform's own parts its team, and no store", () => {
  const of = { name: "thing", namespace: "data", runbook: "things" };
  expect(labelsOf(of)).toEqual({ severity: "warning", namespace: "data", store: "thing" });
  expect(labelsOf({ ...of, kind: "platform" })).toEqual({
    severity: "warning",
    team: "platform",
    namespace: "data",
    service: "thing",
  });
});
