import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import type { RunningCluster } from "../rehearsal/control/start.ts";
import { injectFault } from "../rehearsal/faults/index.ts";
import { ETCD } from "../rehearsal/images/etcd.ts";
import { SEAWEEDFS } from "../rehearsal/images/seaweedfs.ts";
import { SHOP } from "../rehearsal/images/shop.ts";
import { whyNoRealNodes } from "../rehearsal/nodes/index.ts";
import { apply } from "../rehearsal/nodes/testing/reach.ts";
import { type RealCluster, realCluster } from "../rehearsal/nodes/testing/real-cluster.ts";
import { LOST, NAMESPACE, objectStoreObjects, puts, readBack, STORE, WRITER } from "./support/object-store.ts";

const why = whyNoRealNodes();
/** Enough in a row to say that objects can be written again. */
const STEADY = 20;

describe.skipIf(why !== undefined)(
  `An object store on real nodes${why === undefined ? "" : ` (skipped: ${why})`}`,
  () => {
    let lab: RealCluster;
    let cluster: RunningCluster;
    const kubectl = (...words: string[]) => lab.kubectl("-n", NAMESPACE, ...words);
    const eventually = <T>(what: () => Promise<T>) => vi.waitFor(what, { timeout: 120_000, interval: 1_000 });

    beforeAll(async () => {
      lab = await realCluster("objects", { simulated: false, images: [ETCD, SEAWEEDFS, SHOP[0] ?? ETCD] });
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
    const acknowledged = async () => (await written()).filter((put) => put.acknowledged).map(({ number }) => number);
    /** Those of the numbers whose objects are not there, or not whole. */
    async function missing(numbers: readonly number[]): Promise<number[]> {
      const found = (await kubectl("exec", WRITER, "--", ...readBack(numbers))).split("\n").map(Number);
      return numbers.filter((number) => !found.includes(number));
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

    test("a node is lost, with one server of each kind: writes resume, and every acknowledged object is there and whole", async () => {
      expect((await written()).filter((put) => !put.acknowledged)).toEqual([]);
      const node = await kubectl("get", "pod", LOST, "-o", "jsonpath={.spec.nodeName}");
      const { undo } = await injectFault(cluster, { type: "node-kill", node, duration: "10m" });
      const killed = Date.now();
      try {
        await eventually(async () => {
          const last = (await written()).filter(({ at }) => at > killed + 1_000).slice(-STEADY);
          expect(last.length).toBe(STEADY);
          expect(last.filter((put) => !put.acknowledged)).toEqual([]);
        });
        const after = (await written()).filter(({ at }) => at > killed);
        const failed = after.filter((put) => !put.acknowledged);
        const resumed = (failed.at(-1)?.at ?? killed) - killed;
        console.log(`objects: ${failed.length} of ${after.length} puts failed, the last after ${resumed / 1_000} s`);
        console.log([...new Set(failed.map(({ answer }) => answer.slice(0, 60)))].join("\n"));
        expect(await missing(await acknowledged())).toEqual([]);
      } finally {
        await undo();
      }
      await eventually(async () => expect(await unready()).toEqual([]));
      const numbers = await acknowledged();
      expect(numbers.length).toBeGreaterThan(4 * STEADY);
      expect(await missing(numbers)).toEqual([]);
    });
  },
);
