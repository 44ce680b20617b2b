import { rmSync } from "node:fs";
import { eventually, freePort } from "@plumbline-shop/testing/net";
import { type RealProcess, startService } from "@plumbline-shop/testing/process";
import { Scratch } from "@plumbline-shop/testing/scratch";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

const SAMPLE = new URL("./testdata/sample-service.ts", import.meta.url);

let scratch: Scratch;
let service: RealProcess;
let api: string;
let admin: string;

beforeEach(() => {
  scratch = new Scratch();
});
afterEach(async () => {
  await service.stop("SIGKILL");
  scratch.remove();
});

async function start(environment: NodeJS.ProcessEnv = {}): Promise<void> {
  const [port, adminPort] = [await freePort(), await freePort()];
  api = `http://127.0.0.1:${port}`;
  admin = `http://127.0.0.1:${adminPort}`;
  service = startService(SAMPLE, {
    PORT: `${port}`,
    ADMIN_PORT: `${adminPort}`,
    DRAIN_SECONDS: "0",
    DEPENDENCY_PATH: `${scratch.directory}/dependency`,
    TOKEN_FILE: scratch.file("token", "t0p-s3cret"),
    ...environment,
  });
}

async function startReady(environment: NodeJS.ProcessEnv = {}): Promise<void> {
  scratch.file("dependency", "");
  await start(environment);
  await eventually("the service is ready", 20, async () =>
    expect(await probe("readyz")).toMatchObject({ status: 200 }),
  );
}

async function probe(name: "startupz" | "readyz" | "livez"): Promise<{ status: number; body: unknown }> {
  const response = await fetch(`${admin}/${name}`, { signal: AbortSignal.timeout(1_000) });
  return { status: response.status, body: await response.json() };
}

describe("the environment", () => {
  it("ends the process with code 1 and every problem in one line of log, without secrets", async () => {
    await start({ PORT: "none", LOG_LEVEL: "loud", TOKEN_FILE: "t0p-s3cret" });
    expect(await service.exit()).toEqual({ code: 1, signal: null });
    const line = JSON.parse(service.output);
    expect(line).toMatchObject({ level: "fatal", service: "sample", message: "the environment cannot be used" });
    expect(line.problems).toEqual([
      'PORT: "none" was given; allowed: a whole number from 1 to 65535',
      'LOG_LEVEL: "loud" was given; allowed: one of trace, debug, info, warn, error, fatal',
      "TOKEN_FILE: what was given cannot be read (ENOENT), and is not shown here; allowed: the path of a readable file",
    ]);
    expect(service.output).not.toContain("t0p-s3cret");
  });

  it("ends the process when a port is taken", async () => {
    await startReady();
    const first = service;
    service = startService(SAMPLE, {
      PORT: new URL(api).port,
      ADMIN_PORT: `${await freePort()}`,
      DEPENDENCY_PATH: `${scratch.directory}/dependency`,
      TOKEN_FILE: `${scratch.directory}/token`,
    });
    expect(await service.exit()).toMatchObject({ code: 1 });
    expect(service.output).toContain("EADDRINUSE");
    await first.stop();
  });
});

describe("probes", () => {
  it("differ: started, ready and alive are three things", async () => {
    await start();
    await eventually("the process is alive", 20, async () =>
      expect(await probe("livez")).toMatchObject({ status: 200 }),
    );
    expect(await probe("startupz")).toEqual({ status: 503, body: { phase: "starting" } });
    expect(await probe("readyz")).toMatchObject({
      status: 503,
      body: { phase: "starting", dependencies: { file: expect.stringContaining("ENOENT") } },
    });
    await expect(fetch(`${api}/sleep/0`)).rejects.toThrow();

    scratch.file("dependency", "");
    await eventually("the service has started", 10, async () =>
      expect(await probe("startupz")).toEqual({ status: 200, body: { phase: "serving" } }),
    );
    expect(await probe("readyz")).toEqual({ status: 200, body: { phase: "serving", dependencies: { file: "ok" } } });

    rmSync(`${scratch.directory}/dependency`);
    expect(await probe("readyz")).toMatchObject({ status: 503, body: { phase: "serving" } });
    expect(await probe("startupz")).toMatchObject({ status: 200 });
    expect(await probe("livez")).toMatchObject({ status: 200 });
  });

  it("find a blocked event loop: /livez does not answer", async () => {
    await startReady();
    const blocked = fetch(`${api}/block/2000`);
    await new Promise((wait) => setTimeout(wait, 200));
    await expect(probe("livez")).rejects.toThrow(/timeout/i);
    expect((await blocked).status).toBe(200);
    expect(await probe("livez")).toMatchObject({ status: 200 });
  });
});

describe("metrics", () => {
  it("count answers by route pattern, and show Node's own", async () => {
    await startReady();
    await fetch(`${api}/sleep/1`);
    await fetch(`${api}/sleep/2`);
    await fetch(`${api}/no/such/path`);
    const metrics = await (await fetch(`${admin}/metrics`)).text();
    expect(metrics).toContain(
      'http_requests_total{method="GET",route="/sleep/:milliseconds",status="200",service="sample"} 2',
    );
    expect(metrics).toContain('http_requests_total{method="GET",route="unmatched",status="404",service="sample"} 1');
    expect(metrics).toMatch(/http_request_duration_seconds_bucket\{.*route="\/sleep\/:milliseconds"/);
    expect(metrics).toContain("nodejs_eventloop_lag_seconds");
  });
});

describe("shutdown", () => {
  it("fails readiness first, goes on serving, finishes what is in flight, closes, and exits 0", async () => {
    await startReady({ DRAIN_SECONDS: "1" });
    const inFlight = fetch(`${api}/sleep/2000`);
    await new Promise((wait) => setTimeout(wait, 200));
    service.signal("SIGTERM");
    await eventually("readiness fails", 1, async () =>
      expect(await probe("readyz")).toMatchObject({ status: 503, body: { phase: "draining" } }),
    );
    const late = await fetch(`${api}/sleep/0`);
    expect(late.status).toBe(200);
    expect(late.headers.get("connection")).toBe("close");
    expect(await probe("livez")).toMatchObject({ status: 200 });
    expect((await inFlight).status).toBe(200);
    expect(await service.exit()).toEqual({ code: 0, signal: null });
    const messages = service.output
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line).message);
    expect(messages).toEqual(["serving", "stopping", "the file is closed", "stopped"]);
  });

  it("does not wait for connections that are merely kept alive", async () => {
    await startReady({ SHUTDOWN_SECONDS: "2" });
    await (await fetch(`${api}/sleep/0`)).text();
    expect(await service.stop()).toEqual({ code: 0, signal: null });
  });

  it("ends a service that has not started yet", async () => {
    await start();
    await eventually("it waits", 20, async () => expect(service.output).toContain("waiting for dependencies"));
    expect(await service.stop()).toEqual({ code: 0, signal: null });
  });

  it("cuts off what is still running after SHUTDOWN_SECONDS, and says so with code 1", async () => {
    await startReady({ SHUTDOWN_SECONDS: "1" });
    const cut = fetch(`${api}/sleep/60000`).catch((error) => error);
    await new Promise((wait) => setTimeout(wait, 200));
    expect(await service.stop()).toEqual({ code: 1, signal: null });
    expect(service.output).toContain("SHUTDOWN_SECONDS are over");
    expect(await cut).toBeInstanceOf(Error);
  });
});
