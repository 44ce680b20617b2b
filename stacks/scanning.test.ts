import { afterEach, expect, test, vi } from "vitest";
import { record } from "../components/testing/record.ts";

afterEach(() => {
  vi.doUnmock("./environment.ts");
  vi.resetModules();
});

/** What staging asks for, with or without a scanner. */
async function staging(scanner: string | undefined) {
  vi.resetModules();
  vi.doMock("./environment.ts", async (load) => {
    const real = await load<typeof import("./environment.ts")>();
    const loadEnvironment = (name: string) => {
      const environment = real.loadEnvironment(name);
      if (environment.monitoring === undefined) throw new Error("staging is monitored");
      return { ...environment, monitoring: { ...environment.monitoring, ...(scanner !== undefined && { scanner }) } };
    };
    return { ...real, loadEnvironment };
  });
  const { resources } = await record("staging", () => import("./index.ts"));
  return new Map(resources.map((resource) => [`${resource.type.split(":").at(-1)} ${resource.name}`, resource.inputs]));
}

test("an environment that names its scanner has what that finds read and told, and one that names none has nothing", async () => {
  const [without, scanned] = [await staging(undefined), await staging("trivy-system")];
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
