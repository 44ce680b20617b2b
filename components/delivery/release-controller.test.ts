import { expect, test } from "vitest";
import { argumentsOf, definitionPlan, RIGHTS, refusePrometheus, rolePlan } from "./release-controller-plan.ts";

test("the definition is the controller's own, of the kind that services are released by", () => {
  expect(definitionPlan()).toMatchObject({
    kind: "CustomResourceDefinition",
    spec: { group: "delivery.plumbline.dev", names: { kind: "Release" } },
  });
});

test("it may do nothing that it is not named", () => {
  const rules = [
    ...(rolePlan("release-controller").rules as { verbs: string[]; resources: string[] }[]),
    ...RIGHTS.rules,
  ];
  expect(rules.length).toBeGreaterThan(3);
  for (const { verbs, resources } of rules) expect([...verbs, ...resources]).not.toContain("*");
  expect(rules.flatMap(({ resources }) => resources)).not.toContain("secrets");
});

test("it is told of Prometheus only where there is one", () => {
  expect(argumentsOf(9090, undefined)).toEqual(["--address=:9090"]);
  expect(argumentsOf(9090, "http://prometheus.monitoring.svc:9090")).toEqual([
    "--address=:9090",
    "--prometheus=http://prometheus.monitoring.svc:9090",
  ]);
});

test("an address that network policies cannot be made of is refused", () => {
  expect(() => refusePrometheus("controller", { url: "https://metrics.example.com" })).toThrow(
    /prometheus.url: "<something else>" was given; allowed: a Service of the cluster/,
  );
  expect(() => refusePrometheus("controller", { url: "http://prometheus.monitoring.svc:9090" })).not.toThrow();
});
