/** `npm run bench:nodes -- [--runs 5]`: what a killed node costs, on real nodes. Progress goes to stderr. */
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { injectFault } from "../../rehearsal/faults/index.ts";
import { TOOLS } from "../../rehearsal/faults/testing/tools.ts";
import { type RealCluster, realCluster } from "../../rehearsal/nodes/testing/real-cluster.ts";
import { onRealNodes, printSamples } from "./real-nodes.ts";
import { Samples } from "./statistics.ts";

const DEMO = join(import.meta.dirname, "..", "..", "rehearsal", "faults", "testing", "demo.yaml");
const LONGEST_MS = 120_000;
const POLL_MS = 100;
/** From the kill: what is told of the node; its pod, which may be gone after one second of that, is Ready elsewhere. */
const NOTICED = "node NotReady";
const REPLACED = "its pod Ready elsewhere";
/** From the undo. */
const BACK = "node Ready again";

await onRealNodes(5, measure);

async function measure(runs: number): Promise<void> {
  const interrupted = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => interrupted.abort());
  const lab = await realCluster("bench-nodes", { simulated: false, images: [TOOLS] });
  const samples = new Samples();
  try {
    interrupted.signal.throwIfAborted();
    const cluster = await lab.start();
    interrupted.signal.throwIfAborted();
    await lab.kubectl("apply", "-f", DEMO);
    for (let run = 1; run <= runs; run++) {
      await lab.kubectl("-n", "demo", "rollout", "status", "deployment/web", "--timeout=120s");
      const [node = ""] = (await webNodes(lab)).slice(-1);
      console.error(`run ${run} of ${runs}: killing ${node}`);
      const killed = performance.now();
      const fault = await injectFault(cluster, { type: "node-kill", node, duration: "5m" });
      samples.add(NOTICED, await since(killed, async () => (await ready(lab, node)) === "Unknown"));
      samples.add(
        REPLACED,
        await since(killed, async () => (await webNodes(lab)).filter((at) => at !== node).length === 3),
      );
      const undone = performance.now();
      await fault.undo();
      samples.add(BACK, await since(undone, async () => (await ready(lab, node)) === "True"));
    }
  } catch (error) {
    if (!interrupted.signal.aborted) throw error;
    process.exitCode = 130;
  } finally {
    await lab.remove();
  }
  if (process.exitCode === undefined)
    printSamples(`${runs} nodes of three killed, one after another; seconds`, samples, [NOTICED, REPLACED, BACK], 1);

  /** Seconds from a moment until something is so. */
  async function since(moment: number, isSo: () => Promise<boolean>): Promise<number> {
    while (!(await isSo())) {
      interrupted.signal.throwIfAborted();
      if (performance.now() - moment > LONGEST_MS) throw new Error(`not in ${LONGEST_MS / 1_000} s`);
      await sleep(POLL_MS);
    }
    return (performance.now() - moment) / 1_000;
  }
}

/** Nodes on which a server of the demonstration is ready. */
async function webNodes({ kubectl }: RealCluster): Promise<string[]> {
  const path = '{range .items[*]}{.spec.nodeName} {.status.conditions[?(@.type=="Ready")].status}{"\\n"}{end}';
  const pods = await kubectl("get", "pods", "-n", "demo", "-l", "app=web", "-o", `jsonpath=${path}`);
  return pods
    .split("\n")
    .map((line) => line.split(" "))
    .flatMap(([node = "", isReady]) => (isReady === "True" ? [node] : []));
}

function ready({ kubectl }: RealCluster, node: string): Promise<string> {
  return kubectl("get", "node", node, "-o", 'jsonpath={.status.conditions[?(@.type=="Ready")].status}');
}
