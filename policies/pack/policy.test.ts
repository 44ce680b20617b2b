import type { ResourceValidationPolicy, StackValidationPolicy } from "@pulumi/policy";
import { UnknownValueError, unknownCheckingProxy } from "@pulumi/policy";
import * as pulumi from "@pulumi/pulumi";
import { afterEach, describe, expect, test, vi } from "vitest";
import type { Exemption } from "../core/exemption.ts";
import type { Rule } from "../core/rule.ts";
import { RULES } from "../rules/index.ts";
import { Declarations } from "./declarations.ts";
import { Exemptions } from "./exemptions.ts";
import { policyOf } from "./policy.ts";

const NOT_KNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const rule = (id: string) => RULES.find((one) => one.id === id) as Rule;
const urn = (name: string) => `urn:pulumi:local::shop::kubernetes:apps/v1:Deployment::${name}`;

/** A resource as the SDK hands it to a policy. */
function registered(spec: object, { name = "orders", config = {}, protect = false } = {}) {
  return {
    type: "kubernetes:apps/v1:Deployment",
    name,
    urn: urn(name),
    props: unknownCheckingProxy({
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name, namespace: "shop" },
      spec,
    }),
    opts: { protect },
    getConfig: () => config,
  };
}

function validated(
  id: string,
  args: object,
  exemptions = new Exemptions([], RULES),
  declarations = new Declarations(),
) {
  const told: [string, string | undefined][] = [];
  const policy = policyOf(rule(id), declarations, exemptions);
  const report = (message: string, at?: string) => told.push([message, at]);
  if ("validateStack" in policy) (policy as StackValidationPolicy).validateStack(args as never, report);
  else ((policy as ResourceValidationPolicy).validateResource as (...all: unknown[]) => void)(args, report);
  return told;
}

afterEach(() => vi.restoreAllMocks());

describe("a resource rule", () => {
  const unpinned = { template: { spec: { containers: [{ image: "orders" }, { image: "proxy" }] } } };

  test("reports each violation on the resource", () => {
    const told = validated("image-tag-pinned", registered(unpinned));
    expect(told).toHaveLength(2);
    expect(told[0]?.[0]).toContain('what: Deployment shop/orders: spec.template.spec.containers[0].image is "orders"');
    expect(told[0]?.[1]).toBe(urn("orders"));
  });

  test("takes its settings from the engine, and refuses names that it does not have", () => {
    const tagged = { template: { spec: { containers: [{ image: "orders:stable" }] } } };
    expect(validated("image-tag-pinned", registered(tagged))).toEqual([]);
    expect(validated("image-tag-pinned", registered(tagged, { config: { tags: ["stable"] } }))).toHaveLength(1);
    expect(() => validated("image-tag-pinned", registered(tagged, { config: { tag: "stable" } }))).toThrow(
      'policy config: image-tag-pinned.tag: "stable" was given; allowed: the settings tags',
    );
  });

  test("in a preview, what is not known is a warning by the SDK's own means", () => {
    vi.spyOn(pulumi.runtime, "isDryRun").mockReturnValue(true);
    const unknown = registered({ template: { spec: { containers: [{ image: NOT_KNOWN }] } } });
    expect(() => validated("image-tag-pinned", unknown)).toThrow(UnknownValueError);
    expect(() => validated("image-tag-pinned", unknown)).toThrow(
      "Deployment shop/orders: spec.template.spec.containers[0].image is not known before up; the rule judges it then",
    );
  });

  test("in an up, what is still not known is a violation", () => {
    vi.spyOn(pulumi.runtime, "isDryRun").mockReturnValue(false);
    const told = validated("image-tag-pinned", registered({ template: { spec: NOT_KNOWN } }));
    expect(told.map(([message]) => message)).toEqual([expect.stringContaining("is not known, even in this up")]);
  });

  test("sees a resource anew when the engine registers it again", () => {
    const declarations = new Declarations();
    const none = new Exemptions([], RULES);
    const first = validated("image-tag-pinned", registered(unpinned), none, declarations);
    const again = validated("image-tag-pinned", registered({}), none, declarations);
    expect([first.length, again.length]).toEqual([2, 0]);
  });

  test("reads the options that Pulumi alone knows", () => {
    const store = {
      ...registered({}),
      type: "kubernetes:apps/v1:StatefulSet",
      props: { kind: "StatefulSet", apiVersion: "apps/v1" },
    };
    expect(validated("stateful-protected", store)).toHaveLength(1);
    expect(validated("stateful-protected", { ...store, opts: { protect: true } })).toEqual([]);
  });
});

describe("a stack rule", () => {
  test("judges what the program declares, not what the API server made of it", () => {
    const declarations = new Declarations();
    const none = new Exemptions([], RULES);
    const declared = registered({ replicas: 1 });
    validated("image-tag-pinned", declared, none, declarations);
    const output = { ...registered({ replicas: 3 }), getConfig: undefined };
    const stack = { resources: [output], getConfig: () => ({}) };
    const told = validated("replicas-min", stack, none, declarations);
    expect(told).toEqual([[expect.stringContaining("spec.replicas is 1"), urn("orders")]]);
    expect(validated("replicas-min", stack)).toEqual([]);
  });

  test("knows the fields that an update leaves alone", () => {
    const scaleTargetRef = { apiVersion: "apps/v1", kind: "Deployment", name: "orders" };
    const scaler = {
      ...registered({}, { name: "scaler" }),
      type: "kubernetes:autoscaling/v2:HorizontalPodAutoscaler",
      props: {
        apiVersion: "autoscaling/v2",
        kind: "HorizontalPodAutoscaler",
        metadata: { name: "orders", namespace: "shop" },
        spec: { scaleTargetRef, minReplicas: 3, maxReplicas: 9 },
      },
    };
    const told = (opts: object) => {
      const resources = [{ ...registered({ replicas: 3 }), opts }, scaler];
      return validated("hpa-owns-replicas", { resources, getConfig: () => ({}) });
    };
    expect(told({ protect: false })).toHaveLength(1);
    expect(told({ protect: false, ignoreChanges: [] })).toHaveLength(1);
    expect(told({ protect: false, ignoreChanges: ["spec.replicas"] })).toEqual([]);
  });

  test("knows which resource a value comes from before it knows the value", () => {
    vi.spyOn(pulumi.runtime, "isDryRun").mockReturnValue(true);
    const made = (type: string, name: string, props: object, propertyDependencies = {}) => ({
      ...{ type, name, urn: `urn:pulumi:local::shop::${type}::${name}`, opts: { protect: true } },
      ...{ props: unknownCheckingProxy(props), propertyDependencies },
    });
    const buckets = ["files", "drafts"].map((name) => made("aws:s3/bucket:Bucket", name, {}));
    const versioning = made(
      "aws:s3/bucketVersioning:BucketVersioning",
      "versions",
      { bucket: NOT_KNOWN, versioningConfiguration: { status: "Enabled" } },
      { bucket: [buckets[0]] },
    );
    const stack = { resources: [...buckets, versioning], getConfig: () => ({}) };
    const told = validated("point-in-time-recovery-required", stack);
    expect(told.map(([, at]) => at)).toEqual(["urn:pulumi:local::shop::aws:s3/bucket:Bucket::drafts"]);
  });

  test("tells all that is not known in one warning", () => {
    vi.spyOn(pulumi.runtime, "isDryRun").mockReturnValue(true);
    const resources = ["a", "b"].map((name) => registered({ replicas: NOT_KNOWN }, { name }));
    const stack = { resources: [...resources, registered({}, { name: "c" })], getConfig: () => ({}) };
    const told: string[] = [];
    const policy = policyOf(
      rule("replicas-min"),
      new Declarations(),
      new Exemptions([], RULES),
    ) as StackValidationPolicy;
    expect(() => policy.validateStack(stack as never, (message) => told.push(message))).toThrow(
      /Deployment shop\/a: .*\nDeployment shop\/b: /,
    );
    expect(told).toHaveLength(1);
  });
});

describe("a remediation", () => {
  const remediated = (spec: object, exemptions = new Exemptions([], RULES)) => {
    const policy = policyOf(rule("sa-token-automount-forbidden"), new Declarations(), exemptions);
    const args = registered(spec);
    return { args, result: (policy as ResourceValidationPolicy).remediateResource?.(args as never) };
  };

  test("changes the engine's own object and hands that back", () => {
    const { args, result } = remediated({ template: { spec: {} } });
    expect(result).toBe(args.props);
    expect(args.props.spec.template.spec.automountServiceAccountToken).toBe(false);
  });

  test("says nothing where there is nothing to repair, or nothing that it may repair", () => {
    expect(remediated({ template: { spec: { automountServiceAccountToken: false } } }).result).toBeUndefined();
    expect(remediated({ template: { spec: { automountServiceAccountToken: true } } }).result).toBeUndefined();
  });

  test("leaves an exempted object alone", () => {
    const exemption = {
      rule: "sa-token-automount-forbidden",
      resource: "Deployment shop/orders",
      owner: "shop",
      reason: "until it has a role of its own",
      ticket: "SHOP-2",
      approver: "platform team",
      expires: "2026-12-31",
    };
    expect(remediated({}, new Exemptions([exemption], RULES, new Date("2026-12-31"))).result).toBeUndefined();
  });
});

describe("exemptions", () => {
  const exemption: Exemption = {
    rule: "image-tag-pinned",
    resource: "Deployment shop/orders",
    owner: "shop team",
    reason: "until the new registry stands",
    ticket: "SHOP-1",
    approver: "platform team",
    expires: "2026-12-31",
  };
  const unpinned = registered({ template: { spec: { containers: [{ image: "orders" }] } } });
  const policiesSay = (exemptions: Exemptions) =>
    Object.fromEntries(
      exemptions.policies().map((policy) => {
        const told: string[] = [];
        policy.validateStack({ resources: [] } as never, (message) => told.push(message));
        return [policy.name, told];
      }),
    );

  test("one that holds silences the rule, and is not called unused", () => {
    const exemptions = new Exemptions([exemption], RULES, new Date("2026-12-31"));
    expect(validated("image-tag-pinned", unpinned, exemptions)).toEqual([]);
    expect(policiesSay(exemptions)).toEqual({ "exemption-expired": [], "exemption-unused": [] });
  });

  test("one that has ended silences nothing, and is itself a violation", () => {
    const exemptions = new Exemptions([exemption], RULES, new Date("2027-01-01"));
    expect(validated("image-tag-pinned", unpinned, exemptions)).toHaveLength(1);
    const said = policiesSay(exemptions);
    expect(said["exemption-unused"]).toEqual([]);
    expect(said["exemption-expired"]).toEqual([
      "the exemption of shop team from image-tag-pinned for Deployment shop/orders (SHOP-1) ended on 2026-12-31\n" +
        "fix:  correct the object, and remove the exemption",
    ]);
  });

  test("one that frees nothing is named in a warning", () => {
    const exemptions = new Exemptions([exemption], RULES, new Date("2026-12-31"));
    expect(validated("image-tag-pinned", registered({}), exemptions)).toEqual([]);
    expect(policiesSay(exemptions)["exemption-unused"]).toEqual([
      expect.stringContaining("was not needed in this run"),
    ]);
  });

  test("one from a rule that no pack can ask is not called unused: whoever asks it knows", () => {
    const waiver = { ...exemption, rule: "stateful-replacement-waived", resource: "StatefulSet shop/orders" };
    const exemptions = new Exemptions([waiver], RULES, new Date("2026-12-31"));
    expect(policiesSay(exemptions)["exemption-unused"]).toEqual([]);
    const late = new Exemptions([waiver], RULES, new Date("2027-01-01"));
    expect(policiesSay(late)["exemption-expired"]).toHaveLength(1);
  });

  test("a wrong one stops the pack", () => {
    expect(() => new Exemptions([{ ...exemption, owner: "" }], RULES)).toThrow(
      "wrong exemptions:\nexemptions[0].owner: nobody is named",
    );
  });
});
