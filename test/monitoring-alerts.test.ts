import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { OWN_ALERTS, OWN_TOLD } from "./support/monitoring-alerts.ts";

test("each alert about the monitoring is tried, is somebody's, and its runbook says what to do", () => {
  const runbook = readFileSync(join(import.meta.dirname, "../docs/runbooks/monitoring.md"), "utf8");
  const sections = [...runbook.matchAll(/^## (\w+)$/gm)].map(([, heading]) => heading);
  const alerts = OWN_ALERTS.spec.groups.flatMap(({ rules }) => rules);
  expect(Object.keys(OWN_TOLD).sort()).toEqual([...new Set(alerts.map(({ alert }) => alert))].sort());
  for (const { alert, labels, annotations } of alerts) {
    expect(sections, `docs/runbooks/monitoring.md has a section ## ${alert}`).toContain(alert);
    expect(labels, alert).toMatchObject({ team: "platform", severity: expect.stringMatching(/^(critical|warning)$/) });
    expect(annotations.summary, alert).toMatch(/: .+/);
    expect(annotations.runbook_url).toMatch(new RegExp(`/monitoring\\.md#${alert.toLowerCase()}$`));
  }
});
