import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { makeSandbox, type Sandbox } from "./policies/sandbox.ts";

vi.setConfig({ testTimeout: 300_000 });

const NAMESPACE = "flags";
const COMPONENTS = join(import.meta.dirname, "..", "components");
let sandbox: Sandbox;

beforeAll(async () => {
  sandbox = await makeSandbox(NAMESPACE);
});
afterAll(() => sandbox?.remove());

/** Brings up a service that reads a flag; `serving` is who gets what. */
function up(serving: string) {
  sandbox.program(`
import { Provider } from "@pulumi/kubernetes/provider.js";
import { Namespace } from ${JSON.stringify(join(COMPONENTS, "cluster/index.ts"))};
import { FeatureFlags } from ${JSON.stringify(join(COMPONENTS, "delivery/index.ts"))};
import { Microservice } from ${JSON.stringify(join(COMPONENTS, "workload/index.ts"))};
const on = { provider: new Provider("cluster", { enableConfigMapMutable: true }) };
const home = new Namespace(namespace.name, { quota: { cpu: "20", memory: "20Gi", pods: 40 } }, on);
const flags = new FeatureFlags("shop-flags", {
  namespace: home,
  flags: { "express-checkout": { variants: { on: true, off: false }, defaultVariant: "off" } },
  ${serving}
}, on);
new Microservice("orders", {
  namespace: home, zones: ["tests-a", "tests-b", "tests-c"], image: "plumbline.dev/shop/orders:0.1.0", uses: [flags],
}, on);`);
  return sandbox.pulumi("up", "--yes", "--skip-preview");
}

async function look() {
  const get = async (...what: string[]) =>
    JSON.parse((await sandbox.kubectl("-n", NAMESPACE, "get", ...what, "-o", "json")).text);
  const pods = (await get("pods", "-l", "app.kubernetes.io/name=orders")).items;
  const { metadata, data } = await get("configmap", "shop-flags");
  return {
    pods: pods
      .map((pod: { metadata: { name: string; uid: string } }) => `${pod.metadata.name} ${pod.metadata.uid}`)
      .sort(),
    generation: (await get("deployment", "orders")).metadata.generation,
    configMap: metadata.uid,
    targeting: JSON.parse(data["flags.json"]).flags["express-checkout"].targeting,
  };
}

test("a change of a flag updates the ConfigMap in place, and nothing else: every pod goes on", async () => {
  const first = await up("");
  expect(first.code, first.text).toBe(0);
  const before = await look();
  expect(before.pods).toHaveLength(3);
  expect(before.targeting).toBeUndefined();

  const second = await up(
    `targeting: { "express-checkout": [{ serve: { by: "customer", shares: { on: 10, off: 90 } } }] },`,
  );
  expect(second.code, second.text).toBe(0);
  expect(second.text).toMatch(/Resources:\s+~ 1 updated\s+\d+ unchanged/);
  const { targeting, ...after } = await look();
  expect(JSON.stringify(targeting)).toContain('["on",1000],["off",9000]');
  expect({ ...after, targeting: undefined }).toEqual(before);
});
