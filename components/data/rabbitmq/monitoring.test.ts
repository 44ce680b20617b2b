import { expect, test } from "vitest";
import type { Namespace } from "../../cluster/index.ts";
import { optOut } from "../../core/opt-out.ts";
import type { Issuer } from "../../edge/issuer.ts";
import { complete, type RabbitMQArgs } from "./args.ts";
import { watched } from "./monitoring.ts";

const given = { namespace: { name: "data" } as Namespace, issuer: {} as Issuer, zones: ["a", "b", "c"] };
function alerts(more: Partial<RabbitMQArgs> = {}): Map<string, string> {
  const all = watched("mq", complete({ ...given, queues: { orders: {} }, ...more })).alerts;
  return new Map(all.map(({ name, expr }) => [name, expr]));
}

test("one node has no other to lose, and no copies", () => {
  const names = [...alerts({ nodes: 1, replication: optOut("a test on one machine") }).keys()];
  expect(names).toContain("RabbitMQNoMajority");
  expect(names).not.toContain("RabbitMQNodeDown");
  expect(names).not.toContain("RabbitMQCopiesMissing");
});

test("five nodes need three, and a queue has three copies still", () => {
  const five = alerts({ nodes: 5 });
  expect(five.get("RabbitMQNoMajority")).toMatch(/ < 3$/);
  expect(five.get("RabbitMQNodeDown")).toMatch(/ < 5$/);
  expect(five.get("RabbitMQCopiesMissing")).toMatch(/queue=~"orders\|orders\[\.\]dead".* < 6$/);
});

test("a queue that makes room by itself is never told of as full; others are, by their own limits", () => {
  expect(alerts({ queues: { orders: { whenFull: "drop-oldest" } } }).has("RabbitMQQueueFull")).toBe(false);
  const full = alerts({
    queues: { orders: {}, mails: { whenFull: "drop-oldest" }, small: { maxBytes: "1Mi", maxMessages: 10 }, more: {} },
  }).get("RabbitMQQueueFull");
  const limits = [...(full ?? "").matchAll(/queue=~"([^"]+)"\}\) \/ (\d+) > 0\.95/g)].map(([, ...found]) => found);
  expect(limits).toEqual([
    ["orders|orders[.]dead|more|more[.]dead", String(256 * 2 ** 20)],
    ["small|small[.]dead", String(2 ** 20)],
    ["small", "10"],
  ]);
});

test("its metrics are read over TLS, under the name of the nodes' certificate", () => {
  const { scrapes } = watched("mq", complete({ ...given, queues: { orders: {} } }));
  expect(scrapes).toMatchObject([
    {
      port: "prometheus-tls",
      path: "/metrics/detailed",
      tls: { secret: "mq-certificate-tls", serverName: "mq.data.svc" },
    },
  ]);
});
