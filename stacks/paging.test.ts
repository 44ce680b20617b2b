import { expect, test } from "vitest";
import { isOptOut } from "../components/core/index.ts";
import { alertmanagerConfig } from "../components/observability/index.ts";
import { loadEnvironment } from "./environment.ts";
import { type Paging, pagingSchema } from "./monitoring-schema.ts";
import { alertingOf } from "./paging.ts";

const secretRef = "shop-observability/pager";
const told = (paging: Paging) => {
  const alerting = alertingOf({ ...loadEnvironment("production"), paging });
  if (isOptOut(alerting)) throw new Error(alerting.optOut);
  return alertmanagerConfig(alerting).receivers.map(({ name, ...ways }) => [name, ...Object.keys(ways)]);
};
const heartbeat = { secretRef };

test.each<[kind: Paging["critical"]["kind"], way: string]>([
  ["pagerduty", "pagerduty_configs"],
  ["opsgenie", "opsgenie_configs"],
  ["jiraServiceManagement", "opsgenie_configs"],
  ["webhook", "webhook_configs"],
])("%s in an environment's file becomes %s", (kind, way) => {
  const paging = pagingSchema.parse({
    critical: { kind, secretRef },
    warning: { kind: "slack", secretRef, channel: "#shop" },
    teams: { checkout: { critical: { kind, secretRef } } },
    heartbeat,
  });
  expect(told(paging)).toEqual([
    ["critical", way],
    ["warning", "slack_configs"],
    ["checkout-critical", way],
    ["heartbeat", "webhook_configs"],
  ]);
});

test("Jira Service Management is called at its own address, with the key of the Secret", () => {
  const critical = { kind: "jiraServiceManagement", secretRef } as const;
  expect(alertingOf({ ...loadEnvironment("production"), paging: { critical, warning: critical, heartbeat } })).toEqual({
    critical: {
      kind: "opsgenie",
      apiKey: { secret: "pager", key: "key" },
      apiUrl: "https://api.atlassian.com/jsm/ops/integration/",
    },
    warning: expect.anything(),
    heartbeat: { url: { secret: "pager", key: "key" } },
  });
});

test("where a webhook and a heartbeat answer is handed on", () => {
  const at = [{ cidr: "10.0.8.0/22", port: 8443 }];
  const hook = { kind: "webhook", secretRef, at } as const;
  const paging = pagingSchema.parse({ critical: hook, warning: hook, heartbeat: { secretRef, at } });
  expect(alertingOf({ ...loadEnvironment("production"), paging })).toMatchObject({
    critical: { at },
    heartbeat: { at },
  });
  const off = pagingSchema.safeParse({ ...paging, heartbeat: { secretRef, at: [{ cidr: "nope", port: 0 }] } });
  expect(off.error?.issues.map(({ path }) => path.join("."))).toEqual(["heartbeat.at.0.cidr", "heartbeat.at.0.port"]);
});

test("where nobody is named, the reason is on what tells nobody", () => {
  expect(alertingOf(loadEnvironment("dev"))).toEqual({ optOut: expect.stringContaining("dev names nobody") });
});
