import { readdir, readFile, truncate, writeFile } from "node:fs/promises";
import { createConnection } from "node:net";
import { join } from "node:path";
import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { cacheDirectory } from "../toolchain/cache.ts";
import { command } from "../toolchain/command.ts";
import { prepareToolchain, type Toolchain } from "../toolchain/prepare.ts";
import { identify } from "../toolchain/process.ts";
import { eventually, scratch } from "../toolchain/testing/scratch.ts";
import { type ClusterConfig, clusterConfig } from "./config.ts";
import { type RunningCluster, startCluster } from "./start.ts";
import { clusterNames, clusterStatus } from "./status.ts";
import { resetCluster, stopCluster } from "./stop.ts";

let toolchain: Toolchain;
beforeAll(async () => {
  toolchain = await prepareToolchain({ cacheDir: cacheDirectory() });
});

/** Where clusters of one test lie; all of them are gone after it. */
async function place() {
  const cacheDir = await scratch();
  const options = { cacheDir, binary: toolchain.cluster.path };
  onTestFinished(async () => {
    for (const name of await clusterNames(options)) await resetCluster(name, options);
  });
  return options;
}

function plan(name: string, nodesPerZone = 1): ClusterConfig {
  const node = { instanceType: "m7i.xlarge", cpu: "4", memory: "16Gi", pods: 110 };
  const { crds, seed } = toolchain;
  return clusterConfig({ name, region: "local", zones: ["a", "b"], nodesPerZone, node, crds, seed });
}

async function kubectl({ kubeconfig, context }: RunningCluster, ...args: string[]): Promise<string> {
  const flags = ["--kubeconfig", kubeconfig, "--context", context];
  const { code, stdout, tail } = await command(toolchain.kubectl.path, [...flags, ...args]);
  expect(code, tail.join("\n")).toBe(0);
  return stdout.trim();
}

async function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection(port, "127.0.0.1");
    socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
    socket.once("connect", () => socket.destroy());
  });
}

async function killed(cluster: RunningCluster): Promise<void> {
  process.kill(cluster.pid, "SIGKILL");
  await eventually(() => expect(identify(cluster.pid)).toBeUndefined());
}

describe("a real cluster", { timeout: 300_000 }, () => {
  it("starts, answers, is found running, and stops without a process or port left", async () => {
    const options = await place();
    const cluster = await startCluster(plan("one"), options);
    expect(cluster).toMatchObject({
      outcome: "created",
      context: "plumbline-one",
      version: expect.stringMatching(/^v1\.36\./),
    });
    expect(await kubectl(cluster, "get", "--raw", "/readyz")).toBe("ok");
    expect(await kubectl(cluster, "get", "nodes", "-o", "name")).toBe("node/a-1\nnode/b-1");
    expect(await kubectl(cluster, "get", "crd", "-o", "name")).toContain("certificates.cert-manager.io");
    expect(await startCluster(plan("one"), options)).toMatchObject({ outcome: "running", pid: cluster.pid });

    const { ports = {} } = await clusterStatus("one", options);
    const listening = await Promise.all(Object.values(ports).map(isListening));
    expect(listening).toContain(true);
    expect(await stopCluster("one", options)).toEqual({ outcome: "stopped" });
    expect(identify(cluster.pid)).toBeUndefined();
    expect(await Promise.all(Object.values(ports).map(isListening))).toEqual(listening.map(() => false));
    expect(await clusterStatus("one", options)).toEqual({
      name: "one",
      dir: cluster.dir,
      context: "plumbline-one",
      phase: "stopped",
    });
  });

  it("keeps its data through kill -9, a half-written status and a pid that is someone else's", async () => {
    const options = await place();
    const first = await startCluster(plan("one"), options);
    await kubectl(first, "create", "configmap", "kept", "--from-literal=a=b");
    await killed(first);
    const second = await startCluster(plan("one"), options);
    expect(second.outcome).toBe("started");
    expect(second.note).toContain(`Process ${first.pid} ended while the cluster was ready`);
    expect(await kubectl(second, "get", "configmap", "kept", "-o", "jsonpath={.data.a}")).toBe("b");

    await killed(second);
    await truncate(join(second.dir, "status.json"), 20);
    const third = await startCluster(plan("one"), options);
    expect(third.note).toContain("status.json was cut short");
    expect(await kubectl(third, "get", "configmap", "kept", "-o", "jsonpath={.data.a}")).toBe("b");

    await killed(third);
    const path = join(third.dir, "status.json");
    const stale = JSON.parse(await readFile(path, "utf8")) as object;
    await writeFile(path, JSON.stringify({ ...stale, pid: process.pid }));
    const fourth = await startCluster(plan("one"), options);
    expect(fourth.outcome).toBe("started");
    expect(await kubectl(fourth, "get", "configmap", "kept", "-o", "jsonpath={.data.a}")).toBe("b");
  });

  it("restarts for another configuration and keeps its data", async () => {
    const options = await place();
    const first = await startCluster(plan("one"), options);
    await kubectl(first, "create", "namespace", "kept");
    const second = await startCluster(plan("one", 2), options);
    expect(second.outcome).toBe("restarted");
    expect(identify(first.pid)).toBeUndefined();
    expect(await kubectl(second, "get", "nodes", "-o", "name")).toBe("node/a-1\nnode/a-2\nnode/b-1\nnode/b-2");
    await kubectl(second, "get", "namespace", "kept");
  });

  it("stands beside another one", async () => {
    const options = await place();
    const [one, two] = [await startCluster(plan("one"), options), await startCluster(plan("two"), options)];
    expect(one.server).not.toBe(two.server);
    await kubectl(one, "create", "namespace", "only-one");
    expect(await kubectl(two, "get", "namespaces", "-o", "name")).not.toContain("only-one");
    await resetCluster("one", options);
    expect(await readdir(join(options.cacheDir, "clusters"))).toEqual(["two"]);
    expect(await kubectl(two, "get", "--raw", "/readyz")).toBe("ok");
  });

  it("interrupted while starting, leaves no process, and starts the next time", async () => {
    const options = await place();
    const abort = new AbortController();
    let pid: number | undefined;
    const report = async () => {
      pid ??= (await clusterStatus("one", options)).pid;
      if (pid !== undefined) abort.abort(new Error("Ctrl-C"));
    };
    const starting = startCluster(plan("one"), { ...options, signal: abort.signal, report: () => void report() });
    await expect(starting).rejects.toThrow("Ctrl-C");
    expect(pid && identify(pid)).toBeUndefined();
    expect((await clusterStatus("one", options)).pid).toBeUndefined();
    const cluster = await startCluster(plan("one"), options);
    expect(await kubectl(cluster, "get", "--raw", "/readyz")).toBe("ok");
  });
});
