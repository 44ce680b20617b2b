import { expect, test } from "vitest";
import { Namespace } from "../../cluster/index.ts";
import { record } from "../../testing/record.ts";
import type { ScanningArgs } from "./args.ts";
import { Scanning } from "./scanning.ts";

const token = { secret: "sonarqube", key: "key" };
const ORGANISATION = "0f3c1a52-7f3a-4d0e-9c57-2b1c3d4e5f60";
type Given = Omit<ScanningArgs, "namespace" | "zones">;
const READ: Given = {
  reports: {
    shop: { url: "https://builds.example.com/shop/scan.json", token: { secret: "builds", key: "key" } },
    web: { url: "https://builds.example.com:8443/web/scan.json" },
  },
  sonarQube: { url: "https://sonar.example.com/", projects: ["shop", "web:ui"], token },
  snyk: { organisation: ORGANISATION, token: { secret: "snyk", key: "key" } },
};

const made = (args: Given) =>
  record("test", () => {
    const namespace = new Namespace("shop", { quota: { cpu: "1", memory: "1Gi", pods: 5 } });
    new Scanning("scans", { namespace, zones: ["a", "b"], runbooks: "https://git.example.com/docs/runbooks", ...args });
  });

test("what the scanner finds is read where the scanner is, and shown in another namespace", async () => {
  const { inputsOf, resources } = await made({ scanner: "trivy-system" });
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
  expect(resources.filter(({ type }) => type.endsWith(":Deployment"))).toEqual([]);
});

test("each report, gate and organisation is asked for with its own token, which is a file and no text", async () => {
  const { inputsOf, resources } = await made(READ);
  const { modules } = JSON.parse(inputsOf(":ConfigMap", "scans-reader").data["config.json"]);
  const authorization = (name: string) => modules[name].http_client_config.authorization;
  expect(authorization("shop")).toEqual({ type: "Bearer", credentials_file: "/etc/tokens/builds/key" });
  expect(authorization("web")).toBeUndefined();
  expect(authorization("sonarqube:web:ui")).toEqual({ type: "Bearer", credentials_file: "/etc/tokens/sonarqube/key" });
  expect(authorization("snyk")).toEqual({ type: "token", credentials_file: "/etc/tokens/snyk/key" });
  const { podMetricsEndpoints } = inputsOf(":PodMonitor", "scans-results-metrics").spec;
  const asked = podMetricsEndpoints.map(({ params }: { params: Record<string, string[]> }) => [
    params.module?.[0],
    params.target?.[0],
  ]);
  expect(asked).toEqual([
    ["shop", "https://builds.example.com/shop/scan.json"],
    ["web", "https://builds.example.com:8443/web/scan.json"],
    ["sonarqube:shop", "https://sonar.example.com/api/qualitygates/project_status?projectKey=shop"],
    ["sonarqube:web:ui", "https://sonar.example.com/api/qualitygates/project_status?projectKey=web%3Aui"],
    ["snyk", expect.stringMatching(`^https://api.snyk.io/rest/orgs/${ORGANISATION}/projects\\?version=`)],
  ]);
  expect(Object.keys(modules)).toEqual(asked.map(([module]: [string]) => module));
  const { volumes } = inputsOf(":Deployment", "scans-reader").spec.template.spec;
  expect(volumes.slice(1).map(({ secret }: { secret: object }) => secret)).toEqual(
    ["builds", "sonarqube", "snyk"].map((secretName) => ({
      secretName,
      defaultMode: 0o440,
      items: [{ key: "key", path: "key" }],
    })),
  );
  // Nothing is made of what is not asked for.
  expect(resources.some(({ name }) => name === "scans-metrics")).toBe(false);
});

test("Prometheus alone reaches what sends tokens, and it reaches the ports of the addresses", async () => {
  const inCluster = { ...READ.sonarQube, url: "http://sonarqube.tools.svc:9000", projects: ["shop"], token };
  const { inputsOf } = await made({ ...READ, sonarQube: inCluster });
  const { ingress, egress } = inputsOf(":NetworkPolicy", "scans-reader").spec;
  expect(ingress).toEqual([
    {
      from: [
        {
          namespaceSelector: { matchLabels: { "plumbline.dev/scrapes-metrics": "true" } },
          podSelector: { matchExpressions: [{ key: "operator.prometheus.io/name", operator: "Exists" }] },
        },
      ],
      ports: [{ protocol: "TCP", port: 7979 }],
    },
  ]);
  expect(egress).toEqual([
    { ports: [{ protocol: "TCP", port: 443 }] },
    { ports: [{ protocol: "TCP", port: 8443 }] },
    {
      to: [expect.objectContaining({ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "tools" } } })],
      ports: [{ protocol: "TCP", port: 9000 }],
    },
  ]);
});

test("only what is asked for has alerts, and each has one for that it is missing", async () => {
  const namesOf = async (given: Given) => {
    const { inputsOf } = await made(given);
    const { rules } = inputsOf(":PrometheusRule", "scans-results-alerts").spec.groups[0];
    return rules.map(({ alert }: { alert: string }) => alert);
  };
  const { reports = {}, sonarQube, snyk } = READ;
  expect(await namesOf({ reports })).toEqual(["ScanReportCritical", "ScanReportOld", "ScanResultsMissing"]);
  if (sonarQube) expect(await namesOf({ sonarQube })).toEqual(["SonarQubeGateFailed", "ScanResultsMissing"]);
  if (snyk) expect(await namesOf({ snyk })).toEqual(["SnykFoundCritical", "ScanResultsMissing"]);
});

const SECRET = "sqp_0123456789abcdef0123456789abcdef01234567";
test.each<[string, object]>([
  ["scanner", { scanner: "Trivy System" }],
  ["scanner", {}],
  ["runbooks", { scanner: "trivy-system", runbooks: "a wiki" }],
  ["maxAge", { scanner: "trivy-system", maxAge: "1m" }],
  ["reports.snyk", { reports: { snyk: { url: "https://builds.example.com/scan.json" } } }],
  ["reports.shop.url", { reports: { shop: { url: `https://builds.example.com/scan.json?token=${SECRET}` } } }],
  ["reports.shop.token", { reports: { shop: { url: "https://builds.example.com/scan.json", token: SECRET } } }],
  ["sonarQube.url", { sonarQube: { ...READ.sonarQube, url: "http://sonar.example.com" } }],
  ["sonarQube.projects", { sonarQube: { ...READ.sonarQube, projects: ["shop", "shop"] } }],
  ["sonarQube.projects", { sonarQube: { ...READ.sonarQube, projects: "shop" } }],
  ["sonarQube.token", { sonarQube: { ...READ.sonarQube, token: SECRET } }],
  ["snyk.organisation", { snyk: { ...READ.snyk, organisation: "shop" } }],
])("a wrong %s is refused, and what may be a token is not repeated", async (field, args) => {
  await record("test", () => {
    const namespace = { name: "shop" } as Namespace;
    const make = () => new Scanning("scans", { namespace, zones: ["a"], ...args } as ScanningArgs);
    expect(make).toThrow(new RegExp(`Scanning "scans"[^]*${field}`));
    expect(make).not.toThrow(SECRET);
  });
});
