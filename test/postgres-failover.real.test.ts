import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { RunningCluster } from "../rehearsal/control/start.ts";
import { type Fault, injectFault } from "../rehearsal/faults/index.ts";
import { POSTGRESQL } from "../rehearsal/images/postgres.ts";
import { whyNoRealNodes } from "../rehearsal/nodes/index.ts";
import { apply } from "../rehearsal/nodes/testing/reach.ts";
import { type RealCluster, realCluster } from "../rehearsal/nodes/testing/real-cluster.ts";
import { NAMESPACE, postgresObjects, SERVER, WRITER } from "./support/postgres.ts";
import { watchedPostgres } from "./support/postgres-failover.ts";

const why = whyNoRealNodes();

/** The tests build on each other, in this order. */
describe.skipIf(why !== undefined)(`PostgreSQL on real nodes${why === undefined ? "" : ` (skipped: ${why})`}`, () => {
  let lab: RealCluster;
  let cluster: RunningCluster;
  const kubectl = (...words: string[]) => lab.kubectl("-n", NAMESPACE, ...words);
  const { eventually, written, primary, stands, whole, another, nothingLost } = watchedPostgres((...words) =>
    kubectl(...words),
  );

  beforeAll(async () => {
    lab = await realCluster("postgres-failover", {
      simulated: false,
      images: [POSTGRESQL],
      operators: ["cloudnative-pg"],
    });
    cluster = await lab.start();
    const { base, writer } = await postgresObjects({});
    await apply(lab, base);
    await stands();
    await apply(lab, writer);
    await eventually(async () => expect((await written()).some(({ acknowledged }) => acknowledged)).toBe(true));
  });
  afterAll(() => lab?.remove());

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
