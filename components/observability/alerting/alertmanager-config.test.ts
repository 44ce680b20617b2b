import { expect, test } from "vitest";
import { InvalidArgsError } from "../../core/index.ts";
import { type AlertingArgs, alertmanagerConfig } from "./alertmanager-config.ts";
import type { Receiver } from "./receiver.ts";

const key = (name: string) => ({ secret: "paging", key: name });
const pagerduty = { kind: "pagerduty", routingKey: key("pagerduty") } as const;
const slack = { kind: "slack", url: key("slack") } as const;
const args: AlertingArgs = { critical: pagerduty, warning: slack, heartbeat: { url: key("heartbeat") } };

/** Every text in a value, by the name of its field. */
function texts(value: unknown, field = ""): [field: string, text: string][] {
  if (typeof value === "string") return [[field, value]];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => texts(inner, Array.isArray(value) ? field : name));
}

test("keys are files, in the folder in which their Secret is mounted", () => {
  const receivers: Receiver[] = [
    pagerduty,
    { kind: "opsgenie", apiKey: key("opsgenie") },
    slack,
    { kind: "webhook", url: key("webhook") },
  ];
  const files = receivers.flatMap((warning) =>
    texts(alertmanagerConfig({ ...args, warning }, "/keys").receivers[1]).filter(([field]) => field.endsWith("_file")),
  );
  expect(files).toEqual([
    ["routing_key_file", "/keys/paging/pagerduty"],
    ["api_key_file", "/keys/paging/opsgenie"],
    ["api_url_file", "/keys/paging/slack"],
    ["url_file", "/keys/paging/webhook"],
  ]);
  expect(texts(alertmanagerConfig(args))).toContainEqual(["url_file", "/etc/alertmanager/secrets/paging/heartbeat"]);
});

test("the heartbeat is called in every interval, and never told of an end", () => {
  const { route, receivers } = alertmanagerConfig({ ...args, heartbeat: { url: key("heartbeat"), every: "5m" } });
  expect(route.routes?.[0]).toMatchObject({ receiver: "heartbeat", group_interval: "5m", repeat_interval: "299s" });
  expect(receivers.at(-1)).toMatchObject({ name: "heartbeat", webhook_configs: [{ send_resolved: false }] });
});

test("what is critical hides warnings of the same service or store, and none that have neither", () => {
  expect(alertmanagerConfig(args).inhibit_rules).toEqual(
    ["service", "store"].map((label) => ({
      source_matchers: ['severity="critical"', `${label}!=""`],
      target_matchers: ['severity="warning"', `${label}!=""`],
      equal: ["namespace", label],
    })),
  );
});

test("Jira Service Management's address is kept, and ends with a slash", () => {
  const apiUrl = "https://api.atlassian.com/jsm/ops/integration";
  const critical = { kind: "opsgenie", apiKey: key("jsm"), apiUrl } as const;
  expect(texts(alertmanagerConfig({ ...args, critical }))).toContainEqual(["api_url", `${apiUrl}/`]);
});

const A_KEY = "R0123456789ABCDEF0123456789ABCDE";

test.each<[what: string, given: object, message: RegExp]>([
  ["a chat that should wake somebody", { critical: slack }, /critical.kind: "slack" was given; allowed: pagerduty, /],
  ["a kind that is none", { warning: { kind: "pager" } }, /warning.kind: "pager" was given; allowed: pagerduty, ops/],
  ["no key", { critical: { kind: "pagerduty" } }, /critical.routingKey: nothing was given; allowed: \{ secret:/],
  ["a key itself", { critical: { ...pagerduty, routingKey: A_KEY } }, /critical.routingKey: "<something else>" was/],
  ["a way out of the folder", { warning: { ...slack, url: key("..") } }, /warning.url: /],
  ["a Secret that is none", { heartbeat: { url: { secret: "a/b", key: "key" } } }, /heartbeat.url: /],
  ["an address in clear", { critical: { ...pagerduty, url: "http://events.example.com" } }, /critical.url: .*https/],
  [
    "an address with a key in it",
    { critical: { kind: "opsgenie", apiKey: key("k"), apiUrl: `https://x:${A_KEY}@api.example.com/` } },
    /critical.apiUrl: "<something else>" was given; allowed: an https/,
  ],
  ["a channel that is none", { warning: { ...slack, channel: "shop" } }, /warning.channel: "shop" was given/],
  [
    "a heartbeat that races",
    { heartbeat: { url: key("k"), every: "5s" } },
    /heartbeat.every: "5s".*from "30s" to "1h"/,
  ],
  ["a team that is no name", { teams: { "a team": { warning: slack } } }, /teams.a team: "a team" was given/],
  ["a team without a receiver", { teams: { search: {} } }, /teams.search: \{\} was given; allowed: one or more of/],
  ["a severity that is none", { teams: { search: { page: slack } } }, /teams.search.page: "page" was given/],
  ["a team's chat that should wake", { teams: { search: { critical: slack } } }, /teams.search.critical.kind: /],
])("%s is refused", (_, given, message) => {
  const make = () => alertmanagerConfig({ ...args, ...given });
  expect(make).toThrow(InvalidArgsError);
  expect(make).toThrow(message);
  expect(make).not.toThrow(A_KEY);
});

test("all that is wrong is told at once", () => {
  const make = () => alertmanagerConfig({ ...args, critical: slack, heartbeat: { url: key("k"), every: "2h" } });
  expect(make).toThrow(/critical.kind[\s\S]*heartbeat.every/);
});
