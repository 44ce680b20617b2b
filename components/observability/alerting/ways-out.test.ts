import { expect, test } from "vitest";
import type { AlertingArgs } from "./alertmanager-config.ts";
import { waysOut } from "./ways-out.ts";

const key = { secret: "paging", key: "key" };
const slack = { kind: "slack", url: key } as const;
const args: AlertingArgs = { critical: { kind: "webhook", url: key }, warning: slack, heartbeat: { url: key } };
const on = (...ports: number[]) => ({ ports: ports.map((port) => ({ protocol: "TCP", port })) });

test("what nobody says anything of is reached on port 443 alone", () => {
  expect(waysOut(args)).toEqual([on(443)]);
});

test("the port of an address that is known is open, once, a team's too", () => {
  const critical = { kind: "pagerduty", routingKey: key, url: "https://pd.example.com:8443/v2/enqueue" } as const;
  const apiUrl = "https://ops.example.com:9443/";
  const teams = { search: { critical, warning: { kind: "opsgenie", apiKey: key, apiUrl } as const } };
  expect(waysOut({ ...args, critical, teams })).toEqual([on(443, 8443, 9443)]);
});

test("where a webhook and a heartbeat answer is reached, and nothing else", () => {
  const at = [{ cidr: "10.0.8.0/22", port: 8080 }];
  const inside = [{ namespace: "pager", podLabels: { app: "pager" }, port: 9000 }];
  const critical = { kind: "webhook", url: key, at: inside } as const;
  expect(waysOut({ critical, warning: critical, heartbeat: { url: key, at } })).toEqual([
    expect.objectContaining({
      to: [expect.objectContaining({ podSelector: { matchLabels: { app: "pager" } } })],
      ...on(9000),
    }),
    { to: [{ ipBlock: { cidr: "10.0.8.0/22" } }], ...on(8080) },
  ]);
});
