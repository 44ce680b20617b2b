import { spawn } from "node:child_process";
import { mkdir, readdir, readFile, rm, stat, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { identify } from "../toolchain/process.ts";
import type { Progress } from "../toolchain/progress.ts";
import { eventually, runNode, scratch, writeProgram } from "../toolchain/testing/scratch.ts";
import { type ClusterConfig, clusterConfig } from "./config.ts";
import { startCluster, untilComplete } from "./start.ts";
import { clusterNames, clusterStatus } from "./status.ts";
import { resetCluster, stopCluster } from "./stop.ts";

const START_MODULE = join(import.meta.dirname, "start.ts");

/** A cache, a cluster that the stand-in runs, and what follows it. Whatever still runs at the end is killed. */
async function fixture(mode = "", name = "local") {
  vi.stubEnv("FAKE_CLUSTER", mode);
  onTestFinished(() => void vi.unstubAllEnvs());
  const cacheDir = await scratch();
  const fake = join(import.meta.dirname, "testing", "fake-cluster.ts");
  const binary = await writeProgram(join(cacheDir, "bin/cluster"), `exec '${process.execPath}' '${fake}' "$@"`);
  const seen: Progress[] = [];
  const options = { cacheDir, binary, report: (progress: Progress) => void seen.push(progress) };
  const config = plan(name, 3);
  onTestFinished(async () => {
    for (const cluster of await clusterNames(options)) await resetCluster(cluster, { cacheDir, deadlineMs: 100 });
  });
  return {
    options,
    config,
    seen,
    dir: join(cacheDir, "clusters", name),
    messages: () => seen.map(({ message }) => message),
  };
}

function plan(name: string, nodesPerZone: number): ClusterConfig {
  const node = { instanceType: "m7i.xlarge", cpu: "4", memory: "16Gi", pods: 110 };
  return clusterConfig({ name, region: "local", zones: ["a"], nodesPerZone, node, crds: [] });
}

describe("starting a cluster", { timeout: 60_000 }, () => {
  it("creates it, its files for the owner alone, and says each step", async () => {
    const { options, config, dir, seen, messages } = await fixture();
    const cluster = await startCluster(config, options);
    expect(cluster).toMatchObject({
      outcome: "created",
      context: "plumbline-local",
      server: "https://127.0.0.1:1",
      dir,
    });
    expect(JSON.parse(await readFile(join(dir, "cluster.json"), "utf8"))).toEqual(config);
    expect((await stat(join(dir, "cluster.json"))).mode & 0o777).toBe(0o600);
    expect((await stat(dir)).mode & 0o077).toBe(0);
    expect(messages()).toContain("started etcd");
    expect(seen.at(-1)).toMatchObject({ task: "cluster local", state: "done", message: "ready" });
    expect(await clusterStatus("local", options)).toMatchObject({
      phase: "ready",
      pid: cluster.pid,
      ports: { apiserver: 1 },
    });
    expect(await clusterNames(options)).toEqual(["local"]);
  });

  it("does nothing when it runs as asked", async () => {
    const { options, config } = await fixture();
    const { pid } = await startCluster(config, options);
    expect(await startCluster(config, options)).toMatchObject({ outcome: "running", pid });
  });

  it("gives it real nodes, and refuses to take away or to mix what those have left in its data", async () => {
    const { options, config } = await fixture();
    const real = { program: "/p", runtime: "/r", store: "/s", manifests: [], nodes: [{ name: "a-real", zone: "a" }] };
    await startCluster(config, options);
    const both = await startCluster({ ...config, real }, options);
    expect(both.outcome).toBe("restarted");
    for (const other of [config, { ...config, nodes: [], real }])
      await expect(startCluster(other, options)).rejects.toThrow(
        /simulated and real nodes, and was to be started with/,
      );
    expect(await startCluster({ ...config, real }, options)).toMatchObject({ outcome: "running", pid: both.pid });
    await stopCluster("local", options);
    await expect(startCluster(config, options)).rejects.toThrow(/cluster -- reset local/);
    await resetCluster("local", options);
    expect(await startCluster(config, options)).toMatchObject({ outcome: "created" });
  });

  it("restarts it for another configuration, and for another binary", async () => {
    const { options, config } = await fixture();
    const first = await startCluster(config, options);
    const second = await startCluster(plan("local", 4), options);
    expect(second.outcome).toBe("restarted");
    expect(identify(first.pid)).toBeUndefined();
    const other = await writeProgram(join(options.cacheDir, "bin2/cluster"), await readFile(options.binary, "utf8"));
    const third = await startCluster(plan("local", 4), { ...options, binary: other });
    expect(third.outcome).toBe("restarted");
    expect(identify(second.pid)).toBeUndefined();
  });

  it("starts it again after a crash and says so", async () => {
    const { options, config } = await fixture();
    const { pid } = await startCluster(config, options);
    process.kill(pid, "SIGKILL");
    await eventually(() => expect(identify(pid)).toBeUndefined());
    const status = await clusterStatus("local", options);
    expect(status.phase).toBe("stopped");
    expect(status.note).toContain(`Process ${pid} ended while the cluster was ready, without a clean stop.`);
    expect(await startCluster(config, options)).toMatchObject({ outcome: "started", note: status.note });
  });

  it.each([["status.json"], ["process.json"]])("sees a half-written %s and starts anyway", async (file) => {
    const { options, config, dir } = await fixture();
    const { pid } = await startCluster(config, options);
    process.kill(pid, "SIGKILL");
    await eventually(() => expect(identify(pid)).toBeUndefined());
    await truncate(join(dir, file), 7);
    const { note, phase } = await clusterStatus("local", options);
    expect(phase).toBe("stopped");
    expect(note).toContain(file === "status.json" ? "was cut short" : "without a clean stop");
    expect((await startCluster(config, options)).outcome).toBe("started");
  });

  it("finds the running process even if the record of its start was lost", async () => {
    const { options, config, dir } = await fixture();
    const { pid } = await startCluster(config, options);
    await rm(join(dir, "process.json"));
    expect(await clusterStatus("local", options)).toMatchObject({ phase: "ready", pid });
    expect(await startCluster(config, options)).toMatchObject({ outcome: "restarted" });
    expect(identify(pid)).toBeUndefined();
  });

  it("tells the failed step and the reason", async () => {
    const { options, config } = await fixture("fails");
    await expect(startCluster(config, options)).rejects.toThrow(
      /Cluster local did not start \(step apiserver\): the port is taken\.[\s\S]*npm run cluster -- reset local/,
    );
    expect(await clusterStatus("local", options)).toMatchObject({
      phase: "failed",
      note: "The last start failed: the port is taken",
    });
    vi.stubEnv("FAKE_CLUSTER", "");
    expect((await startCluster(config, options)).outcome).toBe("started");
  });

  it("tells what a process said that died", async () => {
    const { options, config } = await fixture("dies");
    await expect(startCluster(config, options)).rejects.toThrow(/its process ended[\s\S]*panic: out of luck/);
  });

  it("says that the binary is not there", async () => {
    const { options, config, dir } = await fixture();
    await expect(startCluster(config, { ...options, binary: "/nowhere/cluster" })).rejects.toThrow(
      "The cluster binary /nowhere/cluster cannot be run.",
    );
    await expect(stat(dir)).rejects.toThrow("ENOENT");
  });

  it("interrupted, leaves no process", async () => {
    const { options, config } = await fixture("hangs");
    const abort = new AbortController();
    const report = ({ message }: Progress) => message === "started etcd" && abort.abort(new Error("Ctrl-C"));
    await expect(
      startCluster(config, { ...options, report: (p) => void report(p), signal: abort.signal }),
    ).rejects.toThrow("Ctrl-C");
    expect((await clusterStatus("local", options)).pid).toBeUndefined();
  });

  it("outlives whoever started it", async () => {
    const { options, config } = await fixture();
    const { ended, output } = runNode(`
      import { startCluster } from ${JSON.stringify(START_MODULE)};
      console.log((await startCluster(${JSON.stringify(config)}, ${JSON.stringify(options)})).pid);`);
    expect(await ended, output()).toBe(0);
    expect(await clusterStatus("local", options)).toMatchObject({ phase: "ready", pid: Number(output()) });
  });

  it("goes on with the process that a killed run had started", async () => {
    const { options, config, dir } = await fixture("waits");
    const { child, ended } = runNode(`
      import { startCluster } from ${JSON.stringify(START_MODULE)};
      await startCluster(${JSON.stringify(config)}, ${JSON.stringify(options)});`);
    await eventually(async () => expect((await clusterStatus("local", options)).phase).toBe("starting"));
    child.kill("SIGKILL");
    await ended;
    const { pid } = await clusterStatus("local", options);
    await writeFile(join(dir, "go"), "");
    expect(await startCluster(config, options)).toMatchObject({ outcome: "running", pid });
  });

  it("returns early from a first start alone, while operators are still starting", async () => {
    const { options, config, dir } = await fixture("pends");
    const first = await startCluster(config, { ...options, early: true });
    expect(first.outcome).toBe("created");
    expect(await clusterStatus("local", options)).toMatchObject({ phase: "ready", pending: true });
    const complete = untilComplete("local", options);
    const second = startCluster(config, { ...options, early: true });
    expect(await Promise.race([complete, second, sleep(500, "both wait")])).toBe("both wait");
    await writeFile(join(dir, "go"), "");
    await complete;
    expect(await second).toMatchObject({ outcome: "running", pid: first.pid });
    expect(await clusterStatus("local", options)).not.toHaveProperty("pending");
    await stopCluster("local", options);
    await rm(join(dir, "go"));
    const again = startCluster(config, { ...options, early: true });
    expect(await Promise.race([again, sleep(500, "waits")])).toBe("waits");
    await writeFile(join(dir, "go"), "");
    expect((await again).outcome).toBe("started");
  });

  it("is done by one of two that start together", async () => {
    const { options, config, dir, messages } = await fixture("waits");
    const both = Promise.all([startCluster(config, options), startCluster(config, options)]);
    const waiting = `waiting for process ${process.pid} (starting cluster local`;
    await eventually(() => expect(messages().some((message) => message.startsWith(waiting))).toBe(true));
    await writeFile(join(dir, "go"), "");
    const clusters = await both;
    expect(clusters.map(({ outcome }) => outcome).sort()).toEqual(["created", "running"]);
    expect(new Set(clusters.map(({ pid }) => pid)).size).toBe(1);
  });
});

describe("stopping a cluster", { timeout: 60_000 }, () => {
  it("waits until its process is gone and keeps its data; again does nothing", async () => {
    const { options, config, dir } = await fixture();
    const { pid } = await startCluster(config, options);
    await writeFile(join(dir, "data"), "");
    expect(await stopCluster("local", options)).toEqual({ outcome: "stopped" });
    expect(identify(pid)).toBeUndefined();
    expect(await stopCluster("local", options)).toEqual({ outcome: "idle" });
    expect(await readdir(dir)).toContain("data");
    expect((await startCluster(config, options)).outcome).toBe("started");
  });

  it("kills it after the deadline, and says so", async () => {
    const { options, config, messages } = await fixture("deaf");
    const { pid } = await startCluster(config, options);
    expect(await stopCluster("local", { ...options, deadlineMs: 200 })).toEqual({ outcome: "killed" });
    expect(identify(pid)).toBeUndefined();
    expect(messages()).toContain(`process ${pid} did not stop in 0.2 s: killing it`);
  });

  it("never touches a process that is not its own, whatever the files say", async () => {
    const { options, config, dir } = await fixture();
    await startCluster(config, options);
    await stopCluster("local", options);
    // One whose pid, start and lock are on record, but that runs something else; one that looks like ours, but began at
    // another time.
    const other = stranger("exec sleep 60", []);
    const later = stranger("sleep 60; true", ["run", "--dir", dir]);
    const [bootId, ticks] = identify(other.pid)?.start.split(":") ?? [];
    const status = { pid: other.pid, bootId, processStart: Number(ticks), phase: "ready" };
    await writeFile(join(dir, "status.json"), JSON.stringify(status));
    await writeFile(
      join(dir, "process.json"),
      JSON.stringify({ pid: later.pid, start: "another-boot:1", digest: "x" }),
    );
    await writeFile(join(dir, "lock"), `${other.pid}\n`);

    expect(await stopCluster("local", options)).toEqual({ outcome: "idle" });
    await resetCluster("local", options);
    expect([identify(other.pid), identify(later.pid)]).toEqual([expect.anything(), expect.anything()]);
  });
});

/** A process of a shell, killed at the end of the test. */
function stranger(script: string, args: readonly string[]): { readonly pid: number } {
  const { pid = 0 } = spawn("sh", ["-c", script, ...args], { detached: true });
  onTestFinished(() => void process.kill(-pid, "SIGKILL"));
  return { pid };
}

describe("a cluster's name and folder", { timeout: 60_000 }, () => {
  it("reset removes it with its process, and is content when there is none", async () => {
    const { options, config, dir } = await fixture();
    const { pid } = await startCluster(config, options);
    await resetCluster("local", options);
    expect(identify(pid)).toBeUndefined();
    await expect(stat(dir)).rejects.toThrow("ENOENT");
    await resetCluster("local", options);
    expect(await clusterStatus("local", options)).toMatchObject({ phase: "absent", name: "local", dir });
    expect(await readdir(join(options.cacheDir, "clusters"))).toEqual([]);
  });

  it("keeps clusters apart", async () => {
    const { options, config } = await fixture();
    const [a, b] = [await startCluster(config, options), await startCluster(plan("other", 1), options)];
    expect(await clusterNames(options)).toEqual(["local", "other"]);
    await resetCluster("local", options);
    expect([identify(a.pid), identify(b.pid)]).toEqual([undefined, expect.objectContaining({ pid: b.pid })]);
  });

  it("must be a label: nothing outside the cache is ever touched", async () => {
    const { options } = await fixture();
    await mkdir(join(options.cacheDir, "clusters"), { recursive: true });
    for (const work of [clusterStatus, stopCluster, resetCluster])
      await expect(work("../bin", options)).rejects.toThrow('"../bin" cannot be the name of a cluster.');
    expect(await readdir(options.cacheDir)).toContain("bin");
  });
});
