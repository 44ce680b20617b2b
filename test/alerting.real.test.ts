import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { type AlertingArgs, alertmanagerConfig, watchdogPlan } from "../components/observability/index.ts";
import {
  type AlertmanagerBinary,
  alertmanagerBinary,
  BEAT,
  hurried,
  type RunningAlertmanager,
} from "./support/alertmanager.ts";
import { type Pager, pager } from "./support/pager.ts";
import { promtool } from "./support/promtool.ts";
import { whyNotUnpacked } from "./support/unpacked-image.ts";

const key = (name: string) => ({ secret: "paging", key: name });
const KEYS = { pagerduty: "a-routing-key-of-pagerduty", opsgenie: "an-api-key-of-opsgenie" };
/** Stands for the services outside until it is known where the local one listens. */
const OUTSIDE = "https://pager.test";
const ARGS: AlertingArgs = {
  critical: { kind: "pagerduty", routingKey: key("pagerduty"), url: `${OUTSIDE}/v2/enqueue` },
  warning: { kind: "slack", url: key("slack"), channel: "#shop" },
  teams: {
    checkout: { critical: { kind: "opsgenie", apiKey: key("opsgenie"), apiUrl: OUTSIDE } },
    search: { warning: { kind: "webhook", url: key("webhook") } },
  },
  heartbeat: { url: key("heartbeat") },
};

const WAIT = { timeout: 30_000, interval: 100 };

/** A time, so many milliseconds from now. */
const at = (from: number) => new Date(Date.now() + from).toISOString();

interface Sent {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly startsAt: string;
}

const alertOf = (alertname: string, labels: Readonly<Record<string, string>>): Sent => ({
  labels: { alertname, namespace: "shop", service: "orders", team: "shop", ...labels },
  annotations: { summary: "orders: fails", runbook_url: "https://git.example.com/docs/runbooks/objectives.md#x" },
  startsAt: at(0),
});

describe.skipIf(whyNotUnpacked)(
  `Alertmanager is told who is woken${whyNotUnpacked ? ` (skipped: ${whyNotUnpacked})` : ""}`,
  () => {
    let binary: AlertmanagerBinary;
    beforeAll(async () => {
      binary = await alertmanagerBinary();
    });
    afterAll(() => binary?.remove());

    test.each<[what: string, args: AlertingArgs]>([
      ["all that there is", ARGS],
      [
        "no more than is needed",
        { critical: ARGS.critical, warning: { kind: "webhook", url: key("url") }, heartbeat: ARGS.heartbeat },
      ],
      [
        "Jira Service Management, by its address without a slash",
        {
          ...ARGS,
          critical: {
            kind: "opsgenie",
            apiKey: key("jsm"),
            apiUrl: "https://api.atlassian.com/jsm/ops/integration",
          },
        },
      ],
    ])("amtool takes %s", (_, args) => {
      binary.write("/tmp/check.yml", JSON.stringify(alertmanagerConfig(args)));
      expect(binary.amtool("check-config", "/tmp/check.yml")).toContain("SUCCESS");
    });

    test.each<[labels: string, receivers: string]>([
      ["severity=critical", "critical"],
      ["severity=critical team=shop service=orders", "critical"],
      ["severity=warning", "warning"],
      ["severity=page-me team=shop", "warning"],
      ["team=shop", "warning"],
      ["severity=critical team=checkout", "checkout-critical"],
      ["severity=warning team=checkout", "warning"],
      ["severity=warning team=search", "search-warning"],
      ["team=search", "search-warning"],
      ["severity=critical team=search", "critical"],
      ["alertname=Watchdog severity=none team=search", "heartbeat"],
    ])("%s goes to %s alone", (labels, receivers) => {
      binary.write("/tmp/routes.yml", JSON.stringify(alertmanagerConfig(ARGS)));
      const said = binary.amtool("config", "routes", "test", "--config.file=/tmp/routes.yml", ...labels.split(" "));
      expect(said.trim()).toBe(receivers);
    });

    describe("and tells the world outside", () => {
      let outside: Pager;
      let server: RunningAlertmanager;
      /** What Prometheus sends, again and again. */
      let firing: Sent[];
      let telling: NodeJS.Timeout;

      beforeEach(async () => {
        outside = await pager(KEYS);
        const files = {
          ...KEYS,
          slack: `${outside.url}/slack`,
          webhook: `${outside.url}/webhook`,
          heartbeat: `${outside.url}/beat`,
        };
        for (const [name, content] of Object.entries(files))
          binary.write(`/etc/alertmanager/secrets/paging/${name}`, content);
        const config = hurried(alertmanagerConfig(ARGS)).replaceAll(OUTSIDE, outside.url);
        for (const secret of Object.values(files)) expect(config).not.toContain(secret);
        server = await binary.serve(config);
        firing = [];
        telling = setInterval(() => {
          server.post(firing.map((alert) => ({ ...alert, endsAt: at(5_000) }))).catch(() => {});
        }, 500);
      });
      afterEach(async () => {
        clearInterval(telling);
        await server?.stop();
        await outside?.close();
      });

      const ends = async () => {
        const over = firing;
        firing = [];
        await server.post(over.map((alert) => ({ ...alert, endsAt: at(0) })));
      };
      const to = (path: string) => outside.taken.filter((call) => call.path.startsWith(path));
      /** Waits for so many more calls of the heartbeat. */
      const beats = (more: number) => {
        const all = to("/beat").length + more;
        return vi.waitFor(() => expect(to("/beat").length).toBeGreaterThanOrEqual(all), WAIT);
      };

      test("a fault wakes somebody once, however often it is told, with its warnings hidden; its end ends the page", async () => {
        firing = [
          alertOf("ObjectiveBurnsFast", { severity: "critical", objective: "availability" }),
          alertOf("ObjectiveBurnsFast", { severity: "critical", objective: "latency-p99" }),
          alertOf("ObjectiveBurnsSlowly", { severity: "warning", objective: "availability" }),
          alertOf("Watchdog", { severity: "none" }),
        ];
        await vi.waitFor(() => expect(to("/v2/enqueue")).toHaveLength(1), WAIT);
        // The heartbeat counts the intervals in which Alertmanager could have sent it again.
        await beats(4);
        expect(to("/v2/enqueue")).toHaveLength(1);
        const { event_action, dedup_key, payload } = to("/v2/enqueue")[0]?.body ?? {};
        expect(event_action).toBe("trigger");
        expect(payload).toMatchObject({
          summary: "orders: fails (one of 2)",
          severity: "critical",
          custom_details: { runbook: "https://git.example.com/docs/runbooks/objectives.md#x", team: "shop" },
        });
        await ends();
        await vi.waitFor(() => expect(to("/v2/enqueue")).toHaveLength(2), WAIT);
        expect(to("/v2/enqueue")[1]?.body).toMatchObject({ event_action: "resolve", dedup_key });
        // The warning was never sent: it was hidden, and then over.
        expect([outside.taken.length - to("/beat").length, outside.refused]).toEqual([2, []]);
      });

      test("a team is woken at its own place, by Opsgenie's calls", async () => {
        firing = [alertOf("PostgresWritesBlocked", { severity: "critical", team: "checkout" })];
        await vi.waitFor(() => expect(to("/v2/alerts")).toHaveLength(1), WAIT);
        const { message, alias, priority, tags } = to("/v2/alerts")[0]?.body ?? {};
        expect({ message, priority, tags }).toEqual({ message: "orders: fails", priority: "P1", tags: ["checkout"] });
        await ends();
        await vi.waitFor(() => expect(to("/v2/alerts")).toHaveLength(2), WAIT);
        expect(to("/v2/alerts")[1]?.path).toBe(`/v2/alerts/${alias}/close?identifierType=alias`);
        expect([outside.taken.length, outside.refused]).toEqual([2, []]);
      });

      test("a Secret that has changed is what the next message is sent by: nothing is started anew, or told to read it", async () => {
        firing = [alertOf("Watchdog", { severity: "none" })];
        await beats(1);
        expect(to("/webhook")).toEqual([]);
        binary.write("/etc/alertmanager/secrets/paging/heartbeat", `${outside.url}/webhook`);
        await vi.waitFor(() => expect(to("/webhook").length).toBeGreaterThan(0), WAIT);
        expect(outside.refused).toEqual([]);
      });

      test.each<[what: string, stops: () => Promise<unknown> | unknown]>([
        ["Prometheus", () => clearInterval(telling)],
        ["Alertmanager", () => server.stop()],
      ])("the heartbeat hears the Watchdog, once in each interval, until %s stops", async (_, stops) => {
        const [rule] = watchdogPlan({ namespace: "monitoring", team: "shop" }).spec.groups[0]?.rules ?? [];
        firing = [{ ...alertOf("Watchdog", rule?.labels ?? {}), annotations: rule?.annotations ?? {} }];
        await beats(1);
        const began = performance.now();
        await beats(5);
        // The first of them may have been on its way: no more than one in each interval since.
        expect(performance.now() - began).toBeGreaterThan(3 * BEAT);
        await stops();
        await vi.waitFor(() => expect(outside.silence()).toBeGreaterThan(3 * BEAT), { timeout: 30_000, interval: 100 });
        expect(outside.refused).toEqual([]);
      });
    });
  },
);

describe.skipIf(whyNotUnpacked)("the Watchdog", () => {
  test("fires at once and for ever, without any series", async () => {
    const { spec } = watchdogPlan({
      namespace: "monitoring",
      team: "platform",
      runbooks: "https://git.example.com/runbooks",
    });
    const [rule] = spec.groups[0]?.rules ?? [];
    const exp_alerts = [{ exp_labels: rule?.labels, exp_annotations: rule?.annotations }];
    const alert_rule_test = ["0m", "1d"].map((eval_time) => ({ eval_time, alertname: "Watchdog", exp_alerts }));
    const tests = [{ interval: "1m", input_series: [], alert_rule_test }];
    const tool = await promtool();
    try {
      const files = { "rules.yml": spec, "tests.yml": { rule_files: ["/rules.yml"], tests } };
      expect(tool.run(["test", "rules", "/tests.yml"], files)).toContain("SUCCESS");
    } finally {
      tool.remove();
    }
  });
});

test("the Watchdog's runbook says what to do when it is not heard", () => {
  const { spec } = watchdogPlan({ namespace: "monitoring", team: "platform", runbooks: "docs/runbooks" });
  expect(spec.groups[0]?.rules[0]?.annotations.runbook_url).toBe("docs/runbooks/alerting.md#watchdog");
  expect(readFileSync(join(import.meta.dirname, "../docs/runbooks/alerting.md"), "utf8")).toMatch(/^## Watchdog$/m);
});
