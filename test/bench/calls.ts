/** `npm run bench:calls -- [--runs 5]`: what a call costs that goes through the proxy beside a workload, side by side with none. */
import { Agent, request } from "node:http";
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { envoyBinary, startProxied } from "../support/envoy.ts";
import { residentMemory } from "./memory.ts";
import { Samples } from "./statistics.ts";

const { values } = parseArgs({ options: { runs: { type: "string", default: "5" } } });
const REQUESTS = 2_000;
const AT_ONCE = [1, 10, 50];

const found = await envoyBinary();
if ("missing" in found) throw new Error(found.missing);
const it = await startProxied(found.path, { timeout: "2s", retries: 2, breaker: {} });
const samples = new Samples();
try {
  const idle = residentMemory(it.envoy.pid ?? 0);
  const ways = { direct: it.replicas[0]?.url ?? "", proxy: it.url };
  for (let run = 0; run <= Number(values.runs); run++)
    for (const atOnce of AT_ONCE)
      for (const [way, url] of run % 2 ? Object.entries(ways) : Object.entries(ways).toReversed()) {
        const times = await load(url, atOnce);
        // The first run warms both.
        if (run > 0)
          for (const p of [0.5, 0.99]) samples.add(`${way} ${atOnce} ${p}`, times[Math.floor(times.length * p)] ?? 0);
      }
  console.log(
    `${values.runs} runs of ${REQUESTS} requests, medians, ${availableParallelism()} cores; client and servers share one Node ${process.versions.node}`,
  );
  console.log("at once      direct p50  proxy p50  ratio    direct p99  proxy p99  ratio");
  for (const atOnce of AT_ONCE) {
    const cells = [0.5, 0.99].map((p) => {
      const [direct, proxy] = ["direct", "proxy"].map((way) => samples.median(`${way} ${atOnce} ${p}`)) as [
        number,
        number,
      ];
      return `${direct.toFixed(2)} ms    ${proxy.toFixed(2)} ms   ${(proxy / direct).toFixed(2)}`;
    });
    console.log(`${String(atOnce).padStart(7)}      ${cells.join("      ")}`);
  }
  const mebibytes = (bytes: number) => `${(bytes / 2 ** 20).toFixed(0)} MiB`;
  console.log(
    `Envoy's memory: ${mebibytes(idle)} idle, ${mebibytes(residentMemory(it.envoy.pid ?? 0))} after the load`,
  );
} finally {
  await it.stop();
}

/** Sends requests on kept connections; gives how long each took, in milliseconds, the quickest first. */
async function load(url: string, atOnce: number): Promise<number[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: atOnce });
  const times: number[] = [];
  let left = REQUESTS;
  const one = () =>
    new Promise<void>((resolve, reject) => {
      const began = performance.now();
      request(url, { agent }, (response) => {
        response.resume().once("end", () => {
          times.push(performance.now() - began);
          resolve();
        });
      })
        .once("error", reject)
        .end();
    });
  const worker = async () => {
    while (left-- > 0) await one();
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  agent.destroy();
  return times.sort((a, b) => a - b);
}
