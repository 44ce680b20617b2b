import { expect, test } from "vitest";
import { TELEMETRY_PORT } from "./call.ts";
import { callsConfig, sidecarPlan, withCalls } from "./sidecar.ts";

const calls = { stock: { timeout: "1s" }, "card-payments": { timeout: "2s" } } as const;
const callees = [
  { name: "stock", port: 9000 },
  { name: "card-payments", port: 8080 },
];

test("each service that is called has an address of the loopback interface, whatever the order", () => {
  const { environment } = sidecarPlan(calls);
  expect(environment).toEqual({
    CARD_PAYMENTS_HOST: "127.0.0.1",
    CARD_PAYMENTS_PORT: "14001",
    CARD_PAYMENTS_URL: "http://127.0.0.1:14001",
    STOCK_HOST: "127.0.0.1",
    STOCK_PORT: "14002",
    STOCK_URL: "http://127.0.0.1:14002",
  });
  expect(sidecarPlan({ "card-payments": calls["card-payments"], stock: calls.stock }).environment).toEqual(environment);
});

test("the proxy is restricted, outlives the program, and is asked for its health on a port of its own", () => {
  expect(sidecarPlan(calls).container).toMatchObject({
    restartPolicy: "Always",
    securityContext: { readOnlyRootFilesystem: true, allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
    ports: [{ name: "calls", containerPort: TELEMETRY_PORT }],
    startupProbe: { httpGet: { path: "/ready", port: "calls" } },
    readinessProbe: { httpGet: { path: "/ready", port: "calls" } },
    livenessProbe: { httpGet: { path: "/ready", port: "calls" } },
  });
});

test("the configuration leads to the pods of each service, on its own port", () => {
  const { listeners, clusters } = JSON.parse(callsConfig("shop", calls, callees)).static_resources;
  const addresses = clusters.map(
    (cluster: { load_assignment: { endpoints: { lb_endpoints: { endpoint: { address: object } }[] }[] } }) =>
      cluster.load_assignment.endpoints[0]?.lb_endpoints[0]?.endpoint.address,
  );
  expect(addresses).toMatchObject([
    { socket_address: { address: "card-payments-pods.shop.svc.cluster.local.", port_value: 8080 } },
    { socket_address: { address: "stock-pods.shop.svc.cluster.local.", port_value: 9000 } },
    { pipe: { path: expect.stringContaining("/run/calls/") } },
  ]);
  expect(listeners).toHaveLength(3);
});

test("a workload with calls may send to those it calls, and its proxy is measured", () => {
  const spec = withCalls({ podSelector: {}, policyTypes: ["Ingress", "Egress"] }, "shop", callees.slice(0, 1));
  expect(spec).toMatchObject({
    ingress: [{ from: [{ namespaceSelector: {} }], ports: [{ port: TELEMETRY_PORT }] }],
    egress: [
      { to: [{ podSelector: { matchLabels: { "app.kubernetes.io/name": "stock" } } }], ports: [{ port: 9000 }] },
    ],
  });
});
