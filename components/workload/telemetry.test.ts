import { expect, test } from "vitest";
import type { Namespace } from "../cluster/namespace.ts";
import { telemetryEnvironment, telemetryPeers, telemetryProblems } from "./telemetry.ts";

const namespace = { name: "shop" } as Namespace;
const image = "plumbline.dev/shop/orders:1.4.2";
const telemetry = { endpoint: "http://collector.observability.svc:4318" };

test("a program knows who and where it is, and each variable stands before what is made of it", () => {
  const variables = telemetryEnvironment("orders", { namespace, image, telemetry });
  const texts: Record<string, string> = {};
  for (const variable of variables)
    texts[variable.name] =
      "value" in variable
        ? variable.value.replaceAll(/\$\((\w+)\)/g, (_, name) => texts[name] ?? `${name} is not known yet`)
        : `<${variable.valueFrom.fieldRef.fieldPath}>`;
  expect(texts).toMatchObject({
    OTEL_SERVICE_NAME: "orders",
    OTEL_EXPORTER_OTLP_ENDPOINT: "http://collector.observability.svc:4318",
  });
  expect(texts.OTEL_RESOURCE_ATTRIBUTES?.split(",")).toEqual([
    "service.namespace=shop",
    "service.version=1.4.2",
    "k8s.namespace.name=shop",
    "k8s.pod.name=<metadata.name>",
    "k8s.node.name=<spec.nodeName>",
    "cloud.availability_zone=<metadata.labels['topology.kubernetes.io/zone']>",
  ]);
});

test("without a tag the digest is the version, and without a collector nothing is sent", () => {
  const digest = `sha256:${"a".repeat(64)}`;
  const variables = telemetryEnvironment("orders", { namespace, image: `plumbline.dev/shop/orders@${digest}` });
  expect(JSON.stringify(variables)).toContain(`service.version=${digest},`);
  expect(JSON.stringify(variables)).not.toContain("ENDPOINT");
  expect(telemetryPeers(undefined)).toEqual([]);
});

test("the way to the collector is open, and no other", () => {
  expect(telemetryPeers(telemetry)).toEqual([{ namespace: "observability", podLabels: {}, port: 4318 }]);
  expect(telemetryProblems(telemetry)).toEqual([]);
});

test.each([
  "collector:4318",
  "http://collector.observability.svc",
  "https://otlp.example.com:443",
  "http://a.b.svc:1/x",
])("%s is refused: no network policy can let it through", (endpoint) => {
  expect(telemetryProblems({ endpoint })).toEqual([
    { field: "telemetry.endpoint", given: endpoint, allowed: expect.stringContaining("a Service of the cluster") },
  ]);
  expect(telemetryPeers({ endpoint })).toEqual([]);
});
