import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { POSTGRESQL } from "../images/postgres.ts";
import { whyNoRealNodes } from "./index.ts";
import { BUSYBOX, type RealCluster, realCluster, ZONES } from "./testing/real-cluster.ts";

const why = whyNoRealNodes();

describe.skipIf(why !== undefined)(`a platform on real nodes${why === undefined ? "" : ` (skipped: ${why})`}`, () => {
  let lab: RealCluster;
  const kubectl = (...args: string[]) => lab.kubectl(...args);
  const wait = (what: () => Promise<void>) => vi.waitFor(what, { timeout: 120_000, interval: 1_000 });
  const busybox = (...words: string[]) =>
    kubectl("-n", "demo", "exec", "deployment/web", "--", "/bin/busybox", ...words);
  const psql = (pod: string, query: string) =>
    kubectl("-n", "demo", "exec", pod, "-c", "postgres", "--", "psql", "-qAtd", "app", "-c", query);

  beforeAll(async () => {
    lab = await realCluster("platform", {
      simulated: false,
      images: [BUSYBOX, POSTGRESQL],
      operators: ["cloudnative-pg"],
    });
    await lab.start();
    // CloudNativePG's webhooks judge the Cluster: they answer as soon as the cluster is ready.
    await kubectl("apply", "-f", join(import.meta.dirname, "testing", "platform.yaml"));
    await kubectl("-n", "demo", "rollout", "status", "deployment/web", "--timeout=60s");
  });

  afterAll(() => lab.remove());

  it("resolves names by CoreDNS, in two zones, as pods expect it", async () => {
    const path = "jsonpath={.items[*].spec.nodeName} {.items[*].spec.containers[*].image}";
    const [one, two, image] = (
      await kubectl("-n", "kube-system", "get", "pods", "-l", "k8s-app=kube-dns", "-o", path)
    ).split(" ");
    expect(one).not.toBe(two);
    expect(image).toBe("registry.k8s.io/coredns/coredns:v1.13.1");
    const settings = await busybox("cat", "/etc/resolv.conf");
    expect(settings).toMatch(/^search demo\.svc\.cluster\.local svc\.cluster\.local cluster\.local$/m);
    expect(settings).toMatch(/^nameserver 10\.96\.0\.10$/m);
    expect(settings).toMatch(/^options ndots:5$/m);
    const address = await kubectl("-n", "demo", "get", "service", "web", "-o", "jsonpath={.spec.clusterIP}");
    expect(await busybox("nslookup", "web.demo.svc.cluster.local")).toContain(`Address: ${address}`);
    await expect(busybox("nslookup", "example.com")).rejects.toThrow(/NXDOMAIN/);
  });

  it("divides the machine's memory among its nodes", async () => {
    const bytes = async (field: string) =>
      (await kubectl("get", "nodes", "-o", `jsonpath={.items[*].status.${field}.memory}`))
        .split(" ")
        .map((quantity) => Number.parseInt(quantity, 10) * (quantity.endsWith("Ki") ? 1_024 : 1));
    const [machine = 0] = await bytes("capacity");
    const forPods = (await bytes("allocatable")).reduce((sum, each) => sum + each, 0);
    expect(forPods).toBeLessThan(machine);
    expect(forPods).toBeGreaterThan(machine / 2);
  });

  it("measures what pods use, and scales by it", async () => {
    await wait(async () => {
      const used = /^busy-\S+ +(\d+)m/m.exec(await kubectl("-n", "demo", "top", "pods", "--no-headers"))?.[1];
      // It may use 100m; whole periods of the scheduler are measured.
      expect(Number(used)).toBeGreaterThan(50);
      expect(Number(used)).toBeLessThan(150);
    });
    expect((await kubectl("top", "nodes", "--no-headers")).split("\n")).toHaveLength(ZONES.length);
    await wait(async () =>
      expect(await kubectl("-n", "demo", "get", "deployment", "busy", "-o", "jsonpath={.spec.replicas}")).toBe("2"),
    );
    await kubectl("-n", "demo", "delete", "horizontalpodautoscaler,deployment", "busy");
  });

  it("runs PostgreSQL by CloudNativePG's own operator, which replicates", async () => {
    await wait(async () => {
      const path = "jsonpath={.status.readyInstances} {.status.currentPrimary}";
      expect(await kubectl("-n", "demo", "get", "clusters.postgresql.cnpg.io", "store", "-o", path)).toBe("2 store-1");
    });
    await psql("store-1", "create table kept as select 7 as number");
    await wait(async () => expect(await psql("store-2", "select number from kept")).toBe("7"));
  });

  it("has its webhooks refuse what cannot be", async () => {
    const more = [
      "patch",
      "clusters.postgresql.cnpg.io",
      "store",
      "--type=merge",
      "-p",
      '{"spec":{"storage":{"size":"1"}}}',
    ];
    await expect(kubectl("-n", "demo", ...more)).rejects.toThrow(/can't shrink existing storage/);
  });
});
