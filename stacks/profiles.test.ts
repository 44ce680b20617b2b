import { expect, test, vi } from "vitest";
import { record } from "../components/testing/record.ts";

test("where an environment asks for profiles, the shop's services send them, their bucket is there, and Grafana shows them", async () => {
  vi.doMock("./environment.ts", async (original) => {
    const real = await original<typeof import("./environment.ts")>();
    const loadEnvironment = (name: string) => {
      const { telemetry, retention, ...rest } = real.loadEnvironment(name);
      const profiles = { disk: "5Gi" } as const;
      return { ...rest, telemetry: { ...telemetry, profiles }, retention: { ...retention, profiles: "7d" } };
    };
    return { ...real, loadEnvironment };
  });
  const all = await record("staging", () => import("./index.ts"));
  for (const service of ["orders", "payments", "inventory"]) {
    const made = all.resources.filter(({ name }) => name.startsWith(service));
    expect(JSON.stringify(made)).toContain('{"name":"PYROSCOPE_TENANT_ID","value":"shop"}');
  }
  const { data } = all.inputsOf(":ConfigMap", "profiles");
  expect(JSON.parse(data["config.json"]).storage.s3.bucket_name).toBe("profiles");
  expect(all.inputsOf(":ConfigMap", "grafana-datasources").data["datasources.yaml"]).toMatch(
    /uid: profiles\n.*\n.*type: grafana-pyroscope-datasource[\s\S]*shop\|platform/,
  );
  const asked = all.inputsOf(":NetworkPolicy", "profiles-query-frontend").spec.ingress;
  expect(JSON.stringify(asked)).toContain('"app.kubernetes.io/name":"grafana"');
}, 60_000);
