import { expect, test } from "vitest";
import { Namespace } from "../cluster/index.ts";
import { record } from "../testing/record.ts";
import { CronTask, Microservice, Worker } from "../workload/index.ts";
import { FeatureFlags, type FeatureFlagsArgs, is } from "./index.ts";

const FLAGS = {
  "express-checkout": { variants: { on: true, off: false }, defaultVariant: "off" },
  layout: { variants: { steps: "steps", page: "one-page" }, defaultVariant: "steps" },
} as const;
type Args = FeatureFlagsArgs<typeof FLAGS>;

const quota = { cpu: "10", memory: "10Gi", pods: 100 } as const;

/** A service, a worker and a task that read a set of flags. */
function readers(serving: Omit<Args, "namespace" | "flags"> = {}) {
  return record("test", () => {
    const namespace = new Namespace("shop", { quota });
    const flags = new FeatureFlags("shop-flags", { namespace, flags: FLAGS, ...serving });
    const shared = { namespace, zones: ["a", "b", "c"], image: "registry.example.com/any:1.0.0", uses: [flags] };
    new Microservice("orders", shared);
    new Worker("mailer", shared);
    new CronTask("expiry", { ...shared, schedule: "30 2 * * *" });
  });
}

test("what reads flags is told where, and mounts their folder, which is always there and never one file", async () => {
  const { inputsOf } = await readers();
  const { template } = inputsOf(":CronJob", "expiry").spec.jobTemplate.spec;
  const pods = [
    inputsOf(":Deployment", "orders").spec.template,
    inputsOf(":Deployment", "mailer").spec.template,
    template,
  ];
  for (const { spec } of pods) {
    const [container] = spec.containers;
    const path = "/var/run/config/plumbline/shop-flags";
    expect(container.env).toContainEqual({ name: "SHOP_FLAGS_FILE", value: `${path}/flags.json` });
    expect(container.volumeMounts).toContainEqual({ name: "config-shop-flags", mountPath: path, readOnly: true });
    expect(spec.volumes).toContainEqual({
      name: "config-shop-flags",
      projected: {
        defaultMode: 0o440,
        sources: [
          { configMap: { name: "shop-flags", items: [{ key: "flags.json", path: "flags.json" }], optional: false } },
        ],
      },
    });
  }
});

test("a change of flags changes their ConfigMap alone, which stays one that can be changed", async () => {
  const before = await readers();
  const after = await readers({
    defaults: { layout: "page" },
    targeting: { "express-checkout": [{ serve: { by: "customer", shares: { on: 10, off: 90 } } }] },
  });
  const others = ({ resources }: typeof before) => resources.filter(({ type }) => !type.endsWith(":ConfigMap"));
  expect(others(before)).toHaveLength(others(after).length);
  expect(others(after)).toEqual(others(before));
  const [then, now] = [before, after].map(({ inputsOf }) => inputsOf(":ConfigMap", "shop-flags"));
  expect(now.metadata).toEqual(then.metadata);
  expect(now.immutable).toBeUndefined();
  expect(JSON.parse(now.data["flags.json"]).flags.layout.defaultVariant).toBe("page");
});

test("flags are refused before they are made; and where no pod could mount them", async () => {
  const { resources } = await record("test", () => {
    const namespace = new Namespace("shop", { quota });
    const elsewhere = new Namespace("reports", { quota });
    const wrong = { namespace, flags: { a: { variants: { on: true }, defaultVariant: "off" } } };
    expect(() => new FeatureFlags("shop-flags", wrong)).toThrow(
      /flags\.a\.defaultVariant: "off" was given; allowed: on/,
    );
    const flags = new FeatureFlags("own-flags", { namespace, flags: FLAGS });
    const away = { namespace: elsewhere, zones: ["a", "b", "c"], image: "registry.example.com/any:1.0.0" };
    expect(() => new Microservice("report", { ...away, uses: [flags] })).toThrow(
      /FeatureFlags "own-flags" .*"reports" was given; allowed: shop,/s,
    );
  });
  expect(resources.map(({ name }) => name)).not.toContain("shop-flags");
});

test("an environment's word on a flag or a variant that is none does not compile", () => {
  const args: Pick<Args, "defaults" | "targeting" | "disabled">[] = [
    { defaults: { layout: "page" }, disabled: ["layout"] },
    { targeting: { layout: [{ when: is("country", "DE"), serve: "page" }] } },
    // @ts-expect-error: there is no such flag.
    { defaults: { layuot: "page" } },
    // @ts-expect-error: there is no such variant.
    { defaults: { layout: "one-page" } },
    // @ts-expect-error: there is no such variant.
    { targeting: { layout: [{ when: is("country", "DE"), serve: "circle" }] } },
    // @ts-expect-error: there is no such variant.
    { targeting: { layout: [{ serve: { by: "customer", shares: { circle: 100 } } }] } },
    // @ts-expect-error: whom, if not all, does not say.
    { targeting: { layout: [{ serve: "page" }] } },
    // @ts-expect-error: there is no such flag.
    { disabled: ["checkout"] },
  ];
  expect(args).toHaveLength(8);
});
