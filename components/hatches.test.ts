import { expect, test } from "vitest";
import { Admission, Cluster, Namespace } from "./cluster/index.ts";
import type { Transform } from "./core/transform.ts";
import { Redis } from "./data/index.ts";
import { Issuer, RateLimits } from "./edge/index.ts";
import { Access } from "./security/index.ts";
import { record } from "./testing/record.ts";

const QUOTA = { cpu: "1", memory: "1Gi", pods: 1 } as const;

/** A transform for each name, and what each of them was asked for. */
function watching<const Name extends string>(...names: Name[]) {
  const asked: Record<string, string[]> = {};
  // biome-ignore lint/suspicious/noExplicitAny: one function looks at every kind of child, and changes none.
  const transform = {} as Record<Name, Transform<any>>;
  for (const of of names)
    transform[of] = (_args, _opts, name) => {
      asked[of] = [...(asked[of] ?? []), name];
      return undefined;
    };
  return { asked, transform };
}

test("a cluster shows its provider, its classes and its charts", async () => {
  const { asked, transform } = watching("provider", "priorityClass", "certManager", "chart");
  await record("test", () => {
    new Cluster("cluster", { context: "test", operators: "installed", also: ["strimzi"], transform });
  });
  expect(asked).toEqual({
    provider: ["cluster"],
    priorityClass: expect.arrayContaining(["plumbline-service"]),
    certManager: ["cert-manager"],
    chart: expect.arrayContaining(["cloudnative-pg", "envoy-gateway", "strimzi"]),
  });
});

test("what a transform makes of a child is what is asked for", async () => {
  const policy = { apiVersion: "admissionregistration.k8s.io/v1", metadata: { name: "own" } } as const;
  const { inputsOf } = await record("test", () => {
    new Admission("admission", {
      manifests: [
        { ...policy, kind: "ValidatingAdmissionPolicy", spec: { failurePolicy: "Fail" } },
        {
          ...policy,
          kind: "ValidatingAdmissionPolicyBinding",
          spec: { policyName: "own", validationActions: ["Deny"] },
        },
      ],
      transform: {
        policy: (args) => ({ args: { ...args, spec: { failurePolicy: "Ignore" } } }),
        binding: (args) => ({ args: { ...args, spec: { policyName: "other", validationActions: ["Deny"] } } }),
      },
    });
  });
  expect(inputsOf(":ValidatingAdmissionPolicy", "own").spec).toEqual({ failurePolicy: "Ignore" });
  expect(inputsOf(":ValidatingAdmissionPolicyBinding", "own").spec).toMatchObject({ policyName: "other" });
});

test("access shows every role, binding and policy", async () => {
  const names = ["clusterRole", "clusterRoleBinding", "roleBinding", "policy", "policyBinding", "alerts"] as const;
  const { asked, transform } = watching(...names);
  await record("test", () => {
    const shop = new Namespace("shop", { quota: QUOTA });
    const alerts = { namespace: new Namespace("observability", { quota: QUOTA }) };
    const people = { operator: ["shop-on-call"], breakGlass: ["shop-break-glass"] };
    new Access("people", { namespaces: [shop], alerts, ...people, transform });
  });
  expect(asked).toEqual({
    clusterRole: ["people-operator", "people-surroundings", "people-break-glass"],
    clusterRoleBinding: ["people-surroundings", "people-break-glass"],
    roleBinding: ["shop-people-operator"],
    policy: ["people-restart-only"],
    policyBinding: ["people-restart-only"],
    alerts: ["people-alerts"],
  });
});

test("what counts requests shows its settings, its certificate and its network", async () => {
  const { asked, transform } = watching("settings", "certificate", "network");
  await record("test", () => {
    const cluster = new Cluster("cluster", {
      context: "test",
      operators: "installed",
      rateLimits: { redis: "cache", whenRedisIsGone: "open" },
    });
    const store = {
      namespace: new Namespace("data", { quota: QUOTA }),
      issuer: new Issuer("internal", { authority: "private" }),
    };
    const redis = new Redis("cache", { ...store, zones: ["a", "b", "c"], retain: false, role: "cache" });
    new RateLimits("rate-limits", { cluster, redis, transform });
  });
  expect(Object.keys(asked)).toEqual(["settings", "certificate", "network"]);
});
