import { expect, test } from "vitest";
import type { Exemption } from "../core/exemption.ts";
import { reportedExemptions } from "./exemptions.ts";

const exemption = (expires: string): Exemption => ({
  rule: "replicas-min",
  resource: "Deployment shop/orders",
  owner: "shop team",
  reason: "until the new queue stands",
  ticket: "SHOP-1",
  approver: "platform team",
  expires,
});

test("each is used, unused or expired; its last day is its own", () => {
  const [used, unused, ended] = [exemption("2026-12-31"), exemption("2026-12-31"), exemption("2026-12-30")];
  const states = (day: string) =>
    reportedExemptions([used, unused, ended], [used], new Date(day)).map(({ state }) => state);
  expect(states("2026-12-31T23:59:59Z")).toEqual(["used", "unused", "expired"]);
  expect(states("2027-01-01")).toEqual(["expired", "expired", "expired"]);
});

test("they come in the order in which they were granted, each with itself", () => {
  const all = [exemption("2026-12-31"), exemption("2026-12-30")];
  expect(reportedExemptions(all, [], new Date("2026-12-01")).map((one) => one.exemption)).toEqual(all);
});
