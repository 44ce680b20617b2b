import { expect, test } from "vitest";
import { Field } from "../../core/field.ts";
import { fromManifest } from "../../core/resource.ts";
import { Stack } from "../../core/stack.ts";
import type { StackObject } from "../../core/stack-object.ts";
import { isRouting, receiversFor, takes } from "./alertmanager.ts";

const LABELS: Record<string, string> = { alertname: "Down", severity: "critical", team: "shop" };
const labels = (name: string) => LABELS[name];
const matchers = (...given: unknown[]) => takes(new Field({ matchers: given }), labels);

test.each([
  ['severity="critical"', true],
  ["severity=critical", true],
  [' severity = "critical" ', true],
  ['severity="crit"', false],
  ['severity=~"crit"', false],
  ['severity=~"crit.*|page"', true],
  ['severity!="warning"', true],
  ['severity!~"crit.*"', false],
  ['{severity="critical",team="shop"}', true],
  ['severity="critical", team="pay"', false],
  ['zone=""', true],
  ['zone=~".+"', false],
  ['"severity"="critical"', true],
])("%s takes it: %s", (matcher, expected) => expect(matchers(matcher)).toBe(expected));

test("every matcher must hold, whatever its form", () => {
  expect(matchers('severity="critical"', { name: "team", value: "sh.*", matchType: "=~" })).toBe(true);
  expect(matchers('severity="critical"', { name: "team", value: "shop", matchType: "!=" })).toBe(false);
  expect(matchers({ name: "team", value: "sh.*", regex: true })).toBe(true);
  expect(takes(new Field({ match: { team: "shop" }, match_re: { severity: "crit.*" } }), labels)).toBe(true);
});

test("what is no matcher, and no expression, is told", () => {
  expect(() => matchers("critical")).toThrow("no matcher");
  expect(() => matchers('severity=~"("')).toThrow("no regular expression");
});

test("a text as long as a ConfigMap may be is read once", () => {
  for (const text of ["a".repeat(1e6), `a= ${" ".repeat(1e6)}"`, `a="${"\\".repeat(1e6 + 1)}`])
    expect(() => matchers(text)).toThrow("no matcher");
  const data = { "alertmanager.yml": `${"\n".repeat(1e6)}receivers: []` };
  const [object] = new Stack(fromManifest({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a" }, data }))
    .objects;
  expect(isRouting(object as StackObject)).toBe(false);
});

test("an alert goes down the first route that takes it, and on where a route says so", () => {
  const route = (routes: object[]) => receiversFor(new Field({ receiver: "root", routes }), labels);
  const shop = { match: { team: "shop" }, receiver: "shop" };
  const critical = { match: { severity: "critical" }, receiver: "pager" };
  expect(route([{ match: { team: "pay" }, receiver: "pay" }])).toEqual(["root"]);
  expect(route([shop, critical])).toEqual(["shop"]);
  expect(route([{ ...shop, continue: true }, critical])).toEqual(["shop", "pager"]);
  expect(route([{ match: { team: "shop" }, routes: [critical] }])).toEqual(["pager"]);
  expect(route([{ match: { team: "shop" } }])).toEqual(["root"]);
});
