import { afterEach, expect, test, vi } from "vitest";
import { record } from "../components/testing/record.ts";
import { loadEnvironment } from "./environment.ts";
import { crossCheck, type Environment } from "./environment-schema.ts";

afterEach(() => {
  vi.doUnmock("./environment.ts");
  vi.doUnmock("./admission.ts");
  vi.resetModules();
});

/** What staging asks for, with or without scans. */
async function staging(scanning?: Environment["scanning"]) {
  vi.resetModules();
  vi.doMock("./environment.ts", async (load) => {
    const real = await load<typeof import("./environment.ts")>();
    const loadEnvironment = (name: string) => {
      const environment = real.loadEnvironment(name);
      return { ...environment, ...(scanning && { scanning }) };
    };
    return { ...real, loadEnvironment };
  });
  // The cluster's policies are written for the operators that an environment has, and this one has another.
  vi.doMock("./admission.ts", () => ({ makeAdmission: () => undefined }));
  const { resources } = await record("staging", () => import("./index.ts"));
  return new Map(resources.map((resource) => [`${resource.type.split(":").at(-1)} ${resource.name}`, resource.inputs]));
}

test("an environment that names its scanner has what that finds read and told, and one that names none has nothing", async () => {
  const [without, scanned] = [await staging(), await staging({ images: { scanner: "trivy-system" } })];
  const added = [...scanned.keys()].filter((name) => !without.has(name)).sort();
  expect(added).toEqual([
    "ConfigMap scans-dashboard",
    "PodMonitor scans-metrics",
    "PrometheusRule scans-alerts",
    "Scanning scans",
    "StoreMonitoring scans",
  ]);
  expect(scanned.get("PrometheusRule scans-alerts").metadata.namespace).toBe("trivy-system");
}, 60_000);

const ORGANISATION = "0f3c1a52-7f3a-4d0e-9c57-2b1c3d4e5f60";

test("an operator is installed with the others, and results are read with the tokens that are named", async () => {
  const [without, scanned] = [
    await staging(),
    await staging({
      images: "installed",
      reports: { shop: { url: "https://builds.example.com/scan.json", secretRef: "shop/builds" } },
      sonarQube: { url: "https://sonar.example.com", projects: ["shop"], secretRef: "shop/sonarqube" },
      snyk: { organisation: ORGANISATION, secretRef: "shop/snyk" },
    }),
  ];
  const added = [...scanned.keys()].filter((name) => !without.has(name));
  expect(added).toEqual(
    expect.arrayContaining(["Chart trivy-operator", "Namespace trivy-system", "Deployment scans-reader"]),
  );
  const { volumes } = scanned.get("Deployment scans-reader").spec.template.spec;
  expect(volumes.slice(1).map(({ secret }: { secret: { secretName: string } }) => secret.secretName)).toEqual([
    "builds",
    "sonarqube",
    "snyk",
  ]);
  expect(scanned.get("Chart trivy-operator").values.operator).toMatchObject({
    accessGlobalSecretsAndServiceAccount: false,
  });
}, 60_000);

test.each<[string, string, NonNullable<Environment["scanning"]>]>([
  ["staging", "scanning", {}],
  ["local", "scanning", { images: { scanner: "trivy-system" } }],
  ["local", "scanning.images", { images: "installed" }],
  [
    "staging",
    "scanning.sonarQube.projects",
    { sonarQube: { url: "https://s.example.com", projects: [], secretRef: "shop/s" } },
  ],
  ["staging", "scanning.snyk.organisation", { snyk: { organisation: "shop", secretRef: "shop/s" } }],
])("in %s, %s is refused", (name, path, scanning) => {
  const told: string[] = [];
  crossCheck({ ...loadEnvironment(name), scanning }, (at) => told.push(at.join(".")));
  expect(told).toContain(path);
});
