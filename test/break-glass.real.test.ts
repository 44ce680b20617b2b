import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { eventually } from "@plumbline-shop/testing/net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type CollectorConfig,
  HEALTH_CHECK,
  MEMORY_LIMITER,
  METRICS_PORT,
  OWN_TELEMETRY,
} from "../components/observability/collector/config.ts";
import { breakGlassAlerts, breakGlassReceiver } from "../components/security/index.ts";
import { type Promtool, promtool } from "./support/promtool.ts";
import { buildTelemetry, type Running, TelemetryHosts, whyNoTelemetry } from "./support/telemetry.ts";
import { sendingTo, TelemetrySink } from "./support/telemetry-sink.ts";
import { whyNotUnpacked } from "./support/unpacked-image.ts";

const GROUP = "t-emergency";
const why = await whyNoTelemetry();

/** The API server does not write at once what it answers at once. */
const WRITTEN = 30;

describe.skipIf(why)(`the rights for emergencies, before a real collector${why ? ` (skipped: ${why})` : ""}`, () => {
  const hosts = new TelemetryHosts();
  const kubeconfig = process.env.PLUMBLINE_TEST_KUBECONFIG ?? "";
  const log = join(dirname(kubeconfig), "log", "audit.log");
  let sink: TelemetrySink;
  let collector: Running;

  beforeAll(async () => {
    await buildTelemetry("collector");
    sink = await TelemetrySink.start();
    const config: CollectorConfig = {
      extensions: { ...HEALTH_CHECK, file_storage: { directory: join(hosts.folder, "read"), create_directory: true } },
      receivers: breakGlassReceiver([GROUP, "t-other"], log, "file_storage"),
      processors: MEMORY_LIMITER,
      exporters: { "otlphttp/audit": {} },
      service: {
        extensions: ["health_check", "file_storage"],
        telemetry: OWN_TELEMETRY,
        pipelines: {
          logs: { receivers: ["filelog/break-glass"], processors: ["memory_limiter"], exporters: ["otlphttp/audit"] },
        },
      },
    };
    collector = await hosts.start("collector", sendingTo(sink, config), { health: "/" });
  });
  afterAll(async () => {
    await hosts.stop();
    sink?.stop();
  });

  /** Asks as somebody of a group. What it is answered, as that it may not, is no matter. */
  const ask = (group: string, ...words: string[]) => {
    const flags = ["kubectl", `--kubeconfig=${kubeconfig}`, "--as=eva", `--as-group=${group}`, ...words];
    try {
      execFileSync(process.env.PLUMBLINE_TEST_CLUSTER ?? "", flags, { stdio: "pipe" });
    } catch {}
  };
  const counted = async () => {
    const metrics = await (await fetch(`http://${collector.address(METRICS_PORT)}/metrics`)).text();
    return Number(
      /^otelcol_receiver_accepted_log_records\{[^\n]*receiver="filelog\/break-glass"[^\n]*\} (\d+)/m.exec(
        metrics,
      )?.[1] ?? 0,
    );
  };
  /** Lines of the audit log of a group's doings, read by another program. */
  const lines = (group: string) =>
    readFileSync(log, "utf8")
      .split("\n")
      .filter((line) => line.endsWith("}") && JSON.parse(line).impersonatedUser?.groups?.includes(group)).length;

  test("what others do is not counted, and what they do is, once a line", async () => {
    ask("t-somebody", "get", "--raw", "/api/v1/namespaces/default/pods");
    ask(`${GROUP}-not`, "get", "--raw", "/api/v1/namespaces/default/pods");
    await eventually("the others' lines are there", WRITTEN, async () =>
      expect(lines(`${GROUP}-not`)).toBeGreaterThan(0),
    );
    expect(await counted()).toBe(0);
    ask(GROUP, "get", "--raw", "/api/v1/namespaces/default/secrets");
    ask(GROUP, "delete", "--raw", "/api/v1/namespaces/default/pods/none");
    await eventually("two uses are counted", WRITTEN, async () => {
      expect(lines(GROUP)).toBe(2);
      expect(await counted()).toBe(2);
    });
    await eventually("the lines are passed on", WRITTEN, async () => expect(sink.text).toContain(GROUP));
    expect(sink.text).not.toContain("t-somebody");
  });
});

describe.skipIf(whyNotUnpacked)(
  `its alert, judged by Prometheus${whyNotUnpacked ? ` (skipped: ${whyNotUnpacked})` : ""}`,
  () => {
    let tool: Promtool;
    beforeAll(async () => {
      tool = await promtool();
    });
    afterAll(() => tool?.remove());

    const rules = breakGlassAlerts("people", "kube-system", "https://git.example.com/docs/runbooks");
    const of = (receiver: string) => `otelcol_receiver_accepted_log_records{pod="audit-a",receiver="${receiver}"}`;
    const mine = of("filelog/break-glass");
    const cases: [what: string, series: string, values: string, minute: number, fires: boolean][] = [
      ["the very first use, with which the count begins", mine, "_x20 3x20", 23, true],
      ["which is told no longer than it must", mine, "_x20 3x40", 35, false],
      ["a later one", mine, "3x30 4x20", 34, true],
      ["nobody's for a long time", mine, "3x60", 30, false],
      ["a count that begins anew with the collector", mine, "9x30 _x5 1x20", 39, true],
      ["a count of nothing", mine, "0x60", 30, false],
      ["lines of all others", of("filelog/platform"), "0+5x60", 30, false],
    ];

    test.each(cases)("%s", (_what, series, values, minute, fires) => {
      const expr = 'count(ALERTS{alertname="BreakGlassUsed",alertstate="firing",severity="critical",team="platform"})';
      const exp_samples = fires ? [{ labels: "{}", value: 1 }] : [];
      const asked = {
        interval: "1m",
        input_series: [{ series, values }],
        promql_expr_test: [{ expr, eval_time: `${minute}m`, exp_samples }],
      };
      const files = { "rules.yml": rules.spec, "tests.yml": { rule_files: ["/rules.yml"], tests: [asked] } };
      expect(tool.run(["test", "rules", "/tests.yml"], files)).toContain("SUCCESS");
    });

    test("leads to the section of the runbook that says what to do", () => {
      const [rule] = rules.spec.groups[0]?.rules ?? [];
      expect(rule?.annotations.runbook_url).toBe("https://git.example.com/docs/runbooks/access.md#breakglassused");
      const runbook = readFileSync(join(import.meta.dirname, "../docs/runbooks/access.md"), "utf8");
      expect(runbook).toMatch(/^## BreakGlassUsed$/m);
    });
  },
);
