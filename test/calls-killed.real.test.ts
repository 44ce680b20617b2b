import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, onTestFinished, test } from "vitest";
import { optOut } from "../components/core/opt-out.ts";
import type { Call } from "../components/workload/calls/call.ts";
import { envoyBinary, type Replica, startProxied } from "./support/envoy.ts";

const found = await envoyBinary();
const binary = "path" in found ? found.path : "";
const reason = "missing" in found ? ` (skipped: ${found.missing})` : "";

/** Requests a second, unless the machine is slower. */
const RATE = 500;
/** Requests under way at once, as after a moment in which this process had no processor: what is promised is for three tenths of the bulkhead. */
const AT_ONCE = 100;
const SECONDS = 5;
const KILLED_AFTER_S = 1.5;
/** How long a cluster's DNS still names a pod that was killed: its kubelet looks once a second, and the name's TTL is cut to one. */
const NAMED_FOR_MS = 1_500;

/** A process in the place of a replica, that can be killed with all that it has in hand. It answers within 2 to 30 ms. */
async function asProcess({ server, url }: Replica): Promise<ChildProcess> {
  server.closeAllConnections();
  server.close();
  await once(server, "close");
  const { hostname, port } = new URL(url);
  const program = `
    const answer = (_, response) => setTimeout(() => response.end("ok"), 2 + 28 * Math.random());
    require("node:http").createServer(answer).listen(${port}, "${hostname}", () => console.log("listening"));`;
  const child = spawn(process.execPath, ["-e", program], { stdio: ["ignore", "pipe", "inherit"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  await once(child.stdout, "data");
  return child;
}

describe.skipIf(reason !== "")(`a replica that is killed${reason}`, () => {
  const calls: [string, number, Call][] = [
    ["three with a breaker", 3, { timeout: "5s", retries: 2, breaker: {} }],
    ["six with a breaker", 6, { timeout: "5s", retries: 2, breaker: {}, maxInFlight: 500 }],
    ["three without one", 3, { timeout: "5s", retries: 2, breaker: optOut("to see what retries do alone") }],
  ];
  test.each(calls)(`of %s costs none of ${RATE} requests a second`, async (_, count, call) => {
    const { url, replicas, named, metric, stop } = await startProxied(binary, call, { count });
    onTestFinished(stop);
    const [victim] = (await Promise.all(replicas.map(asProcess))) as [ChildProcess];
    const answers: Promise<string>[] = [];
    let underWay = 0;
    const send = async () => {
      underWay++;
      const response = await fetch(url);
      const answer = `${response.status} ${await response.text()}`;
      underWay--;
      return answer;
    };
    const began = performance.now();
    for (let seconds = 0; seconds < SECONDS; seconds = (performance.now() - began) / 1_000) {
      while (answers.length < seconds * RATE && underWay < AT_ONCE) answers.push(send());
      if (seconds >= KILLED_AFTER_S && victim.kill("SIGKILL"))
        void sleep(NAMED_FOR_MS).then(() => named.delete(replicas[0]?.address ?? ""));
      await sleep(2);
    }
    expect((await Promise.all(answers)).filter((answer) => answer !== "200 ok")).toEqual([]);
    // Some had to be sent again.
    expect(await metric("envoy_cluster_upstream_rq_retry_success")).toBeGreaterThan(0);
  });
});
