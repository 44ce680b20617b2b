import fc from "fast-check";
import { expect, test } from "vitest";
import { optOut } from "../core/opt-out.ts";
import { amount, type Quantity } from "../core/quantity.ts";
import { namespaceProblems, openPlan, podSecurityLabels, quotaPlan } from "./namespace-plan.ts";

test("limits of memory are what is requested, those of processors four times that", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1_000_000 }), (thousandths) => {
      const hard = quotaPlan({ cpu: `${thousandths}m`, memory: "8Gi", pods: 10 });
      expect(hard["limits.memory"]).toBe(hard["requests.memory"]);
      expect(amount(hard["limits.cpu"] as Quantity)).toBeCloseTo((thousandths * 4) / 1_000, 9);
    }),
  );
});

test("a namespace without stores may claim no volumes", () => {
  expect(quotaPlan({ cpu: "1", memory: "1Gi", pods: 1 })["requests.storage"]).toBe("0");
});

test("the lowest level that can be had is baseline", () => {
  expect(podSecurityLabels("restricted")["pod-security.kubernetes.io/enforce"]).toBe("restricted");
  expect(podSecurityLabels(optOut("its agent needs host ports"))["pod-security.kubernetes.io/enforce"]).toBe(
    "baseline",
  );
});

test("no open port means no rule: a rule without ports would open all of them", () => {
  expect(openPlan({ ingress: [], egress: [443] })).toMatchObject({ ingress: [], egress: [{ ports: [{ port: 443 }] }] });
});

test("every problem is named", () => {
  const problems = namespaceProblems("Shop", { cpu: "lots" as Quantity, memory: "1Gi", pods: 0 });
  expect(problems.map(({ field }) => field)).toEqual(["name", "quota.cpu", "quota.pods"]);
});
