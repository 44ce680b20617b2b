import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { alertsPlan } from "../components/observability/alert.ts";
import { STORES } from "./support/store-alerts.ts";

const RUNBOOKS = "https://git.example.com/docs/runbooks";

test.each(Object.entries(STORES))("%s: each alert is tried, and its runbook says what to do", (store, { watched }) => {
  const alerts = alertsPlan({ name: "store", namespace: "data", runbooks: RUNBOOKS, ...watched }, watched.alerts);
  const tried = Object.entries(STORES).flatMap(([, other]) =>
    other.watched.runbook === watched.runbook ? Object.keys(other.told) : [],
  );
  const runbook = readFileSync(join(import.meta.dirname, `../docs/runbooks/${watched.runbook}.md`), "utf8");
  const sections = [...runbook.matchAll(/^## (\w+)$/gm)].map(([, heading]) => heading);
  for (const { alert, annotations } of alerts.spec.groups.flatMap(({ rules }) => rules)) {
    expect(tried, `${store}: ${alert} is tried`).toContain(alert);
    expect(sections, `docs/runbooks/${watched.runbook}.md has a section ## ${alert}`).toContain(alert);
    expect(annotations.runbook_url).toBe(`${RUNBOOKS}/${watched.runbook}.md#${alert.toLowerCase()}`);
  }
});
