import { expect, test } from "vitest";
import { alertsOf, holdsAlerts, labelOf } from "./alerts.ts";
import { fromManifest } from "./resource.ts";
import { StackObject } from "./stack-object.ts";

const config = (key: string, text: string) =>
  new StackObject(
    fromManifest({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a" }, data: { [key]: text } })[0] as never,
  );
const FILE = "groups: [{ labels: { team: shop }, rules: [{ record: a }, { alert: A, labels: { severity: page } }] }]";

test("alerts of a file, with the labels of their group", () => {
  const [alert, ...more] = alertsOf(config("slo.rules", FILE));
  if (!alert) throw new Error("there is one");
  expect(more).toEqual([]);
  expect(["alertname", "severity", "team", "none"].map((name) => labelOf(alert, name))).toEqual([
    "A",
    "page",
    "shop",
    undefined,
  ]);
  expect(alert.rule.path).toBe('data["slo.rules"].groups[0].rules[1]');
});

test.each([
  ["a file by another name", "slo.txt", FILE],
  ["groups without alerts", "slo.yml", "groups: [{ rules: [{ record: a }] }]"],
])("%s holds none", (_, key, text) => expect(holdsAlerts(config(key, text))).toBe(false));
