import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import type { RunningCluster } from "../rehearsal/control/start.ts";
import { type Fault, injectFault } from "../rehearsal/faults/index.ts";
import { POSTGRESQL } from "../rehearsal/images/postgres.ts";
import { whyNoRealNodes } from "../rehearsal/nodes/index.ts";
import { apply } from "../rehearsal/nodes/testing/reach.ts";
import { type RealCluster, realCluster } from "../rehearsal/nodes/testing/real-cluster.ts";
import { NAMESPACE, postgresObjects, SERVER, WRITER, type Write, writes } from "./support/postgres.ts";
import { longestPause } from "./support/told.ts";

const why = whyNoRealNodes();

/** The tests build on each other, in this order. */
describe.skipIf(why !== undefined)(`PostgreSQL on real nodes${why === undefined ? "" : ` (skipped: ${why})`}`, () => {
  let lab: RealCluster;
  let cluster: RunningCluster;
  const kubectl = (...words: string[]) => lab.kubectl("-n", NAMESPACE, ...words);
  const eventually = (what: () => Promise<void>) => vi.waitFor(what, { timeout: 180_000, interval: 500 });
  const written = async (): Promise<Write[]> => writes(await kubectl("logs", WRITER));
  const state = () => {
    const path = "jsonpath={.status.readyInstances} {.status.currentPrimary} {.status.targetPrimary}";
    return kubectl("get", "clusters.postgresql.cnpg.io", SERVER, "-o", path);
  };
  const primary = async () => (await state()).split(" ")[1] ?? "";
  const whole = () =>
    eventually(async () => {
      const [ready, current, target] = (await state()).split(" ");
      expect([ready, current]).toEqual(["3", target]);
    });

  beforeAll(async () => {
    lab = await realCluster("postgres-failover", {
      simulated: false,
      images: [POSTGRESQL],
      operators: ["cloudnative-pg"],
    });
    cluster = await lab.start();
    const { base, writer } = await postgresObjects({});
    await apply(lab, base);
    await whole();
    await apply(lab, writer);
    await eventually(async () => expect((await written()).some(({ acknowledged }) => acknowledged)).toBe(true));
  });
  afterAll(() => lab?.remove());

  /** Waits until another instance is the primary and takes writes, and says for how long none was taken. */
  async function another(lost: string, moment: number, what: string): Promise<void> {
    await eventually(async () => expect(await primary()).not.toBe(lost));
    const promoted = Date.now();
    await eventually(async () => {
      const after = (await written()).filter(({ at, acknowledged }) => acknowledged && at > promoted);
      expect(after.length).toBeGreaterThan(20);
    });
    const acknowledged = (await written()).filter((write) => write.acknowledged);
    const seconds = longestPause(acknowledged, moment) / 1_000;
    console.log(`${what}: no write was taken for ${seconds.toFixed(1)} s`);
  }

  /** Every write that was acknowledged is there. Who was told nothing knows nothing: of those, some may be there too. */
  async function nothingLost(): Promise<void> {
    const acknowledged = (await written()).filter((write) => write.acknowledged).map(({ number }) => number);
    const query = "select string_agg(number::text, ',') from writes";
    const said = await kubectl("exec", await primary(), "-c", "postgres", "--", "psql", "-qAtd", "orders", "-c", query);
    const there = new Set(said.split(",").map(Number));
    console.log(`${acknowledged.length} writes acknowledged, ${there.size} there`);
    expect(acknowledged.length).toBeGreaterThan(20);
    expect(acknowledged.filter((number) => !there.has(number))).toEqual([]);
  }

  test("stands in three zones, and the writer reaches it by its own role over TLS alone", async () => {
    const nodes = await kubectl(
      "get",
      "pods",
      "-l",
      `cnpg.io/cluster=${SERVER}`,
      "-o",
      "jsonpath={.items[*].spec.nodeName}",
    );
    expect(new Set(nodes.split(" "))).toHaveLength(3);
    const plain =
      "PGPASSWORD=$(cat /credentials/password) PGSSLMODE=disable psql -h $HOST -U writer_orders orders -c 'select 1'";
    await expect(kubectl("exec", WRITER, "--", "bash", "-c", plain)).rejects.toThrow(
      /rejects connection.*no encryption/s,
    );
  });

  test("the primary's node is killed: another one takes writes, and no acknowledged write is lost", async () => {
    const lost = await primary();
    const node = await kubectl("get", "pod", lost, "-o", "jsonpath={.spec.nodeName}");
    const lease = ["-n", "cnpg-system", "get", "lease", "db9c8771.cnpg.io", "-o", "jsonpath={.spec.holderIdentity}"];
    const [leader] = (await lab.kubectl(...lease)).split("_");
    const ledFrom = await lab.kubectl(
      "-n",
      "cnpg-system",
      "get",
      "pod",
      `${leader}`,
      "-o",
      "jsonpath={.spec.nodeName}",
    );
    console.log(`the operator that leads is ${ledFrom === node ? "on it too" : "on another node"}`);
    const fault: Fault = { type: "node-kill", node, duration: "10m" };
    const moment = Date.now();
    const { undo } = await injectFault(cluster, fault);
    try {
      await another(lost, moment, "the primary's node killed");
      await nothingLost();
    } finally {
      await undo();
    }
    await whole();
    await nothingLost();
  });

  test("the primary's pod is killed: another one takes writes, and no acknowledged write is lost", async () => {
    const lost = await primary();
    const moment = Date.now();
    await kubectl("delete", "pod", lost, "--grace-period=0", "--force");
    await another(lost, moment, "the primary's pod killed");
    await whole();
    await nothingLost();
  });
});
