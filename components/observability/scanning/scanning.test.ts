import { expect, test } from "vitest";
import type { Namespace } from "../../cluster/index.ts";
import { record } from "../../testing/record.ts";
import { Scanning, type ScanningArgs } from "./scanning.ts";

const ARGS: ScanningArgs = { namespace: { name: "shop" } as Namespace, scanner: "trivy-system" };

test("what the scanner finds is read where the scanner is, and shown in another namespace", async () => {
  const { inputsOf } = await record("test", () => {
    new Scanning("scans", { ...ARGS, runbooks: "https://git.example.com/docs/runbooks" });
  });
  expect(inputsOf(":PodMonitor", "scans-metrics")).toMatchObject({
    metadata: { namespace: "trivy-system" },
    spec: {
      selector: { matchLabels: { "app.kubernetes.io/name": "trivy-operator" } },
      podMetricsEndpoints: [{ port: "metrics", path: "/metrics" }],
    },
  });
  const { metadata, spec } = inputsOf(":PrometheusRule", "scans-alerts");
  expect(metadata.namespace).toBe("trivy-system");
  for (const { labels, annotations } of spec.groups[0].rules) {
    expect(labels).toMatchObject({ team: "platform", severity: "warning", service: "scans" });
    expect(annotations.runbook_url).toMatch(/\/scanning\.md#scan/);
  }
  expect(inputsOf(":ConfigMap", "scans-dashboard").metadata.namespace).toBe("shop");
});

test.each([
  ["scanner", { scanner: "Trivy System" }],
  ["runbooks", { runbooks: "a wiki" }],
])("a wrong %s is refused", async (field, args) => {
  await record("test", () => {
    expect(() => new Scanning("scans", { ...ARGS, ...args })).toThrow(new RegExp(`Scanning "scans"[^]*${field}`));
  });
});
