import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { METRICS_PORTS } from "../components/data/object-store/config.ts";
import type { RunningCluster } from "../rehearsal/control/start.ts";
import { injectFault } from "../rehearsal/faults/index.ts";
import { ETCD } from "../rehearsal/images/etcd.ts";
import { SEAWEEDFS } from "../rehearsal/images/seaweedfs.ts";
import { SHOP } from "../rehearsal/images/shop.ts";
import { whyNoRealNodes } from "../rehearsal/nodes/index.ts";
import { apply, callerPod, reached } from "../rehearsal/nodes/testing/reach.ts";
import { BUSYBOX, type RealCluster, realCluster, ZONES } from "../rehearsal/nodes/testing/real-cluster.ts";
import { metricsIn, namesIn, READER, read, reader } from "./support/metrics.ts";
import {
  LOST,
  NAMESPACE,
  OTHER_MASTERS,
  objectStoreObjects,
  puts,
  readBack,
  SCRAPED,
  SHELL,
  STORE,
  WATCHED,
  WRITER,
} from "./support/object-store.ts";

const why = whyNoRealNodes();
/** Enough in a row to say that objects can be written again. */
const STEADY = 20;
const ALL_WELL = Array<string>(STEADY).fill("200");
/** In the object store's namespace, but nobody of it. */
const STRANGER = { namespace: NAMESPACE, name: "stranger", zone: ZONES[1] ?? "" };

describe.skipIf(why !== undefined)(
  `An object store on real nodes${why === undefined ? "" : ` (skipped: ${why})`}`,
  () => {
    let lab: RealCluster;
    let cluster: RunningCluster;
    const kubectl = (...words: string[]) => lab.kubectl("-n", NAMESPACE, ...words);
    const eventually = <T>(what: () => Promise<T>) => vi.waitFor(what, { timeout: 120_000, interval: 1_000 });

    beforeAll(async () => {
      lab = await realCluster("objects", { simulated: false, images: [ETCD, SEAWEEDFS, SHOP[0] ?? ETCD, BUSYBOX] });
      cluster = await lab.start();
      const { base, store, writer } = objectStoreObjects();
      await apply(lab, base);
      await apply(lab, store);
      for (const set of ["server", "volume"])
        await kubectl("rollout", "status", `statefulset/${STORE}-${set}`, "--timeout=180s");
      await kubectl("wait", "--for=condition=complete", "job", "--all", "--timeout=120s");
      await apply(lab, writer);
      await eventually(async () => expect((await written()).length).toBeGreaterThan(STEADY));
    });
    afterAll(() => lab?.remove());

    const written = async () => puts(await kubectl("logs", WRITER));
    /** What came of the last puts after a time. */
    const lately = async (since: number) =>
      (await written())
        .filter(({ at }) => at > since)
        .slice(-STEADY)
        .map(({ answer }) => answer);
    const acknowledged = async () => (await written()).filter((put) => put.acknowledged).map(({ number }) => number);
    /** All that was acknowledged can be read, and is whole. To read may take some tries while a server of a copy is away. */
    async function nothingIsLost(): Promise<void> {
      let left = await acknowledged();
      await eventually(async () => {
        const found = (await kubectl("exec", WRITER, "--", ...readBack(left))).split("\n").map(Number);
        left = left.filter((number) => !found.includes(number));
        expect(left).toEqual([]);
      });
    }
    async function unready(): Promise<string[]> {
      const ready = '{.status.conditions[?(@.type=="Ready")].status}';
      const said = await kubectl(
        "get",
        "pods",
        "-l",
        `app.kubernetes.io/name=${STORE},app.kubernetes.io/component!=setup`,
        "-o",
        `jsonpath={range .items[*]}{.metadata.name} ${ready}{"\\n"}{end}`,
      );
      return said.split("\n").filter((line) => !line.endsWith(" True"));
    }

    const addressOf = (pod: string) => kubectl("get", "pod", pod, "-o", "jsonpath={.status.podIP}");
    /** Of the volumes that masters know, how many lack a copy. */
    async function lacking(masters: readonly string[]): Promise<number> {
      const addresses = masters.map(async (pod) => `${await addressOf(pod)}:${METRICS_PORTS.master}`);
      const said = await read(lab, await Promise.all(addresses));
      return [...said.matchAll(/^SeaweedFS_master_replica_placement_mismatch\{.*\} 1$/gm)].length;
    }

    test("servers show every metric that alerts and dashboard ask for, to whoever may read them and nobody else", async () => {
      const node = await kubectl("get", "pod", LOST, "-o", "jsonpath={.spec.nodeName}");
      const lost = await kubectl(
        "get",
        "node",
        node,
        "-o",
        "jsonpath={.metadata.labels['topology\\.kubernetes\\.io/zone']}",
      );
      // It reads on when that node is gone.
      await apply(lab, [...reader(ZONES.find((zone) => zone !== lost) ?? ""), callerPod(STRANGER, [8080])]);
      await kubectl("wait", "--for=condition=Ready", `pod/${STRANGER.name}`, "--timeout=60s");
      const all = Object.entries(SCRAPED).map(async ([pod, ports]) => {
        const address = await addressOf(pod);
        return ports.map((port) => `${address}:${port}`);
      });
      const addresses = (await Promise.all(all)).flat();
      const asked = [...metricsIn([WATCHED], "SeaweedFS_"), ...metricsIn([WATCHED], "etcd_")];
      expect(asked.length).toBeGreaterThan(10);
      await eventually(async () => {
        const known = namesIn(await read(lab, addresses));
        expect(asked.filter((name) => !known.has(name))).toEqual([]);
      });
      expect(await lacking([LOST, ...OTHER_MASTERS])).toBe(0);
      expect((await reached(lab, { ...READER, zone: "" }, addresses)).sort()).toEqual([...addresses].sort());
      expect(await reached(lab, STRANGER, addresses)).toEqual([]);
    });

    test("a node is lost, with one server of each kind: writes resume, and every acknowledged object is there and whole", async () => {
      // Without retries, a busy machine fails a put now and then.
      await eventually(async () => expect(await lately(0)).toEqual(ALL_WELL));
      const node = await kubectl("get", "pod", LOST, "-o", "jsonpath={.spec.nodeName}");
      const { undo } = await injectFault(cluster, { type: "node-kill", node, duration: "10m" });
      const killed = Date.now();
      try {
        await eventually(async () => expect(await lately(killed + 1_000)).toEqual(ALL_WELL));
        const after = (await written()).filter(({ at }) => at > killed);
        const failed = after.filter((put) => !put.acknowledged);
        const resumed = (failed.at(-1)?.at ?? killed) - killed;
        console.log(`objects: ${failed.length} of ${after.length} puts failed, the last after ${resumed / 1_000} s`);
        console.log([...new Set(failed.map(({ answer }) => answer.slice(0, 60)))].join("\n"));
        await nothingIsLost();
        await eventually(async () => expect(await lacking(OTHER_MASTERS)).toBeGreaterThan(0));
        const volumes = `echo volume.list | ${SHELL}`;
        const listed = await kubectl("exec", OTHER_MASTERS[0] ?? "", "-c", "master", "--", "sh", "-c", volumes);
        expect(listed).toContain("ReplicaPlacement:010, Collection:invoices");
        console.log(`objects: ${await lacking(OTHER_MASTERS)} volumes lack a copy while the node is away`);
      } finally {
        await undo();
      }
      await eventually(async () => expect(await unready()).toEqual([]));
      await eventually(async () => expect(await lacking([LOST, ...OTHER_MASTERS])).toBe(0));
      expect((await acknowledged()).length).toBeGreaterThan(4 * STEADY);
      await nothingIsLost();
    });
  },
);
