import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import type { RunningCluster } from "../rehearsal/control/start.ts";
import { type Fault, injectFault } from "../rehearsal/faults/index.ts";
import { HAPROXY } from "../rehearsal/images/haproxy.ts";
import { REDIS } from "../rehearsal/images/redis.ts";
import { REDIS_EXPORTER } from "../rehearsal/images/redis-exporter.ts";
import { whyNoRealNodes } from "../rehearsal/nodes/index.ts";
import { apply } from "../rehearsal/nodes/testing/reach.ts";
import { BUSYBOX, type RealCluster, realCluster, ZONES } from "../rehearsal/nodes/testing/real-cluster.ts";
import { metricsIn, namesIn, read, reader } from "./support/metrics.ts";
import { NAMESPACE, readBack, redisObjects, SERVERS, WATCHED, WRITER, writes } from "./support/redis.ts";

const why = whyNoRealNodes();
/** Servers whose loop waits for DNS were unready after 11 s to 30 s of this. */
const SLOW_MS = 30_000;

/** The tests build on each other, in this order. */
describe.skipIf(why !== undefined)(`Redis on real nodes${why === undefined ? "" : ` (skipped: ${why})`}`, () => {
  let lab: RealCluster;
  let cluster: RunningCluster;
  const kubectl = (...words: string[]) => lab.kubectl("-n", NAMESPACE, ...words);
  const eventually = (what: () => Promise<void>) => vi.waitFor(what, { timeout: 120_000, interval: 1_000 });

  beforeAll(async () => {
    lab = await realCluster("redis", { simulated: false, images: [REDIS, HAPROXY, REDIS_EXPORTER, BUSYBOX] });
    cluster = await lab.start();
    const { base, redis, writer } = redisObjects();
    await apply(lab, base);
    await apply(lab, redis);
    for (const workload of ["statefulset/cache-server", "deployment/cache-proxy"])
      await kubectl("rollout", "status", workload, "--timeout=180s");
    await apply(lab, writer);
    await eventually(async () => expect((await written()).some(({ acknowledged }) => acknowledged)).toBe(true));
  });
  afterAll(() => lab?.remove());

  async function during<T>(fault: Fault, what: () => Promise<T>): Promise<T> {
    const { undo } = await injectFault(cluster, fault);
    return what().finally(undo);
  }
  const written = async () => writes(await kubectl("logs", WRITER));
  const nodeOf = (pod: string) => kubectl("get", "pod", pod, "-o", "jsonpath={.spec.nodeName}");
  const sentinelLog = (pod: string) => kubectl("logs", pod, "-c", "sentinel");
  function sentinelOf(pod: string): Promise<string> {
    const ask = "redis-cli --no-auth-warning --tls --insecure -h 127.0.0.1 -p 26379 info sentinel";
    const script = `REDISCLI_AUTH=$(cat /etc/redis-internal/password) ${ask}`;
    return kubectl("exec", pod, "-c", "sentinel", "--", "sh", "-c", script);
  }
  async function unready(): Promise<string[]> {
    const ready = '{.status.conditions[?(@.type=="Ready")].status}';
    const said = await kubectl("get", "pods", "-o", `jsonpath={range .items[*]}{.metadata.name} ${ready}{"\\n"}{end}`);
    return said.split("\n").filter((line) => !line.endsWith(" True"));
  }
  async function primary(): Promise<string> {
    const ask = "redis-cli --no-auth-warning --tls --insecure -h 127.0.0.1 --user health --pass health role";
    const roles = SERVERS.map((pod) => kubectl("exec", pod, "-c", "redis", "--", "sh", "-c", ask).catch(() => ""));
    const said = await Promise.all(roles);
    return SERVERS.filter((_, index) => said[index]?.startsWith("master")).join(" ");
  }

  test("each server's exporter has every metric that alerts and dashboard ask for", async () => {
    await apply(lab, reader(ZONES[0] ?? ""));
    const addresses = SERVERS.map((pod) => kubectl("get", "pod", pod, "-o", "jsonpath={.status.podIP}:9121"));
    const known = namesIn(await read(lab, await Promise.all(addresses)));
    expect(known.size).toBeGreaterThan(100);
    expect(metricsIn(WATCHED, "redis_").filter((name) => !known.has(name))).toEqual([]);
  });

  test("one slow node, that of a DNS server: none becomes unready or is replaced, and writes go on", async () => {
    expect(await primary()).toBe(SERVERS[0]);
    const dns = ["-n", "kube-system", "get", "pods", "-l", "k8s-app=kube-dns"];
    const node = await lab.kubectl(...dns, "-o", "jsonpath={.items[0].spec.nodeName}");
    const seen = new Set<string>();
    const tried = await during({ type: "slow-network", node, latency: "200ms", duration: "5m" }, async () => {
      const began = Date.now();
      while (Date.now() < began + SLOW_MS) {
        for (const pod of await unready()) seen.add(pod);
        await sleep(1_000);
      }
      return (await written()).filter(({ at }) => at > began);
    });
    expect([...seen]).toEqual([]);
    expect(tried.length).toBeGreaterThan(3);
    expect(tried.filter(({ acknowledged }) => !acknowledged)).toEqual([]);
    for (const pod of SERVERS) expect(await sentinelLog(pod), pod).not.toMatch(/\+tilt|\+switch-master/);
    expect(await primary()).toBe(SERVERS[0]);
  });

  test("the primary's node is lost: another takes over, every acknowledged write is there, and all are whole again", async () => {
    const [lost = ""] = SERVERS;
    await during({ type: "node-kill", node: await nodeOf(lost), duration: "10m" }, async () => {
      const killed = Date.now();
      await eventually(async () => expect(await primary()).toMatch(/^cache-server-[12]$/));
      await eventually(async () => {
        const after = (await written()).filter(({ at, acknowledged }) => acknowledged && at > killed);
        expect(after.length).toBeGreaterThan(20);
      });
    });
    await eventually(async () => expect(await unready()).toEqual([]));
    await eventually(async () => expect(await primary()).toMatch(/^cache-server-[12]$/));
    await eventually(async () => {
      for (const pod of SERVERS) expect(await sentinelOf(pod), pod).toMatch(/status=ok,.*slaves=2,sentinels=3/);
    });
    const acknowledged = (await written()).filter((write) => write.acknowledged).map(({ number }) => String(number));
    const found = (await kubectl("exec", WRITER, "--", ...readBack(acknowledged))).split("\n");
    expect(acknowledged.length).toBeGreaterThan(20);
    expect(found).toEqual(acknowledged);
  });
});
