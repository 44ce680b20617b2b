import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { PLATFORM } from "./support/platform-alerts.ts";

test.each(PLATFORM)(
  "each alert of $page is tried, is somebody's, and its runbook says what to do",
  ({ page, rules, told }) => {
    const runbook = readFileSync(join(import.meta.dirname, `../docs/runbooks/${page}.md`), "utf8");
    const sections = [...runbook.matchAll(/^## (\w+)$/gm)].map(([, heading]) => heading);
    const alerts = rules.spec.groups.flatMap(({ rules }) => rules);
    expect(Object.keys(told).sort()).toEqual([...new Set(alerts.map(({ alert }) => alert))].sort());
    for (const { alert, labels, annotations } of alerts) {
      expect(sections, `docs/runbooks/${page}.md has a section ## ${alert}`).toContain(alert);
      expect(labels, alert).toMatchObject({
        team: "platform",
        severity: expect.stringMatching(/^(critical|warning)$/),
      });
      expect(annotations.summary, alert).toMatch(/: .+/);
      expect(annotations.runbook_url).toMatch(new RegExp(`/${page}\\.md#${alert.toLowerCase()}$`));
    }
  },
);
