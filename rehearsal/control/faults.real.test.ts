import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { injectFault, listFaults } from "../faults/index.ts";
import { command } from "../toolchain/command.ts";
import { clusterConfig } from "./config.ts";
import { type RunningCluster, startCluster } from "./start.ts";
import { resetCluster } from "./stop.ts";

const NODE = "faults-c-1";
let cacheDir: string;
const binary = process.env.PLUMBLINE_TEST_CLUSTER ?? "";
let cluster: RunningCluster;

beforeAll(async () => {
  cacheDir = mkdtempSync(join(tmpdir(), "plumbline-faults-"));
  const zones = ["faults-a", "faults-b", "faults-c"];
  const node = { instanceType: "m7i.xlarge", cpu: "4", memory: "16Gi", pods: 110 };
  const plan = { name: "faults", region: "faults", zones, nodesPerZone: 1, node, crds: [] };
  cluster = await startCluster(clusterConfig(plan), { cacheDir, binary });
});
afterAll(async () => {
  await resetCluster("faults", { cacheDir });
  rmSync(cacheDir, { recursive: true, force: true });
});

const wait = (what: () => Promise<void>) => vi.waitFor(what, { timeout: 60_000, interval: 250 });

async function kubectl(...args: string[]): Promise<string> {
  const { code, stdout, tail } = await command(binary, ["kubectl", "--kubeconfig", cluster.kubeconfig, ...args]);
  if (code !== 0) throw new Error(`kubectl ${args.join(" ")}:\n${tail.join("\n")}`);
  return stdout.trim();
}
const node = (path: string) => kubectl("get", "node", NODE, "-o", `jsonpath={${path}}`);
const ready = () => node('.status.conditions[?(@.type=="Ready")].status');
const unschedulable = () => node(".spec.unschedulable");
const condition = () => node(".metadata.annotations.plumbline\\.dev/condition");

it("a simulated node that is cut off is noticed, and heals at the fault's end", async () => {
  const { name } = await injectFault(cluster, { type: "node-partition", node: NODE, duration: "20s" });
  await wait(async () => expect(await ready()).toBe("Unknown"));
  expect(await listFaults(cluster)).toMatchObject([{ name, phase: "Active" }]);
  await wait(async () => expect(await ready()).toBe("True"));
  expect(await listFaults(cluster)).toEqual([]);
  const told = kubectl("get", "events", "--field-selector", `involvedObject.name=${name}`, "-o", "name");
  expect((await told).split("\n")).toHaveLength(2);
});

it("a drained node takes pods again when the drain is undone, unless a person has cordoned it too", async () => {
  const first = await injectFault(cluster, { type: "drain", node: NODE });
  await wait(async () => expect(await unschedulable()).toBe("true"));
  await first.undo();
  await wait(async () => expect(await unschedulable()).toBe(""));

  await kubectl("cordon", NODE);
  const second = await injectFault(cluster, { type: "drain", node: NODE });
  await wait(async () => expect(await condition()).toBe('{"drained":true}'));
  await second.undo();
  await wait(async () => expect(await condition()).toBe(""));
  expect(await unschedulable()).toBe("true");
});

it("what needs a real node is refused where there is none", async () => {
  const refused = injectFault(cluster, { type: "clock-skew", node: NODE });
  await expect(refused).rejects.toThrow(/nothing on it reads a clock; clock-skew is for real nodes: there are none/);
});
