import { spawnSync } from "node:child_process";
import { createServer, type IncomingHttpHeaders } from "node:http";
import { gunzipSync } from "node:zlib";
import { eventually, freePort } from "@plumbline-shop/testing/net";
import { type RealProcess, startService } from "@plumbline-shop/testing/process";
import { Scratch } from "@plumbline-shop/testing/scratch";
import { afterAll, afterEach, expect, onTestFinished, test } from "vitest";
import { findGo } from "../rehearsal/toolchain/go.ts";

const SAMPLE = new URL("../apps/chassis/src/testdata/sample-service.ts", import.meta.url);
const { go } = await findGo();

interface Push {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly series: readonly {
    readonly labels: readonly { readonly name: string; readonly value: string }[];
    readonly samples: readonly { readonly ID: string; readonly rawProfile: string }[];
  }[];
}

const scratch = new Scratch();
let service: RealProcess | undefined;
afterEach(() => service?.stop("SIGKILL"));
afterAll(() => scratch.remove());

/** What takes profiles as Pyroscope does, and answers with this status. */
async function pyroscope(status: number) {
  const pushes: Push[] = [];
  const server = createServer(async (request, response) => {
    const body = (await request.toArray()).map(String).join("");
    pushes.push({ path: request.url ?? "", headers: request.headers, ...JSON.parse(body) });
    response.writeHead(status, { "Content-Type": "application/json" }).end("{}");
  });
  const port = await freePort();
  await new Promise<void>((listening) => server.listen(port, "127.0.0.1", listening));
  onTestFinished(() => void server.close());
  return { address: `http://127.0.0.1:${port}`, pushes };
}

/** A service of the chassis that serves, and is told where profiles go. */
async function serving(address: string): Promise<string> {
  const [port, adminPort] = [await freePort(), await freePort()];
  service = startService(SAMPLE, {
    PORT: `${port}`,
    ADMIN_PORT: `${adminPort}`,
    DRAIN_SECONDS: "0",
    DEPENDENCY_PATH: scratch.file("dependency", ""),
    TOKEN_FILE: scratch.file("token", "t0p-s3cret"),
    PYROSCOPE_SERVER_ADDRESS: address,
    PYROSCOPE_APPLICATION_NAME: "orders",
    PYROSCOPE_TENANT_ID: "shop",
    OTEL_SERVICE_NAME: "orders",
    OTEL_RESOURCE_ATTRIBUTES:
      "service.namespace=shop,service.version=1.4.2,k8s.pod.name=orders-7c9,k8s.node.name=node-1,user.email=anna%40example.com",
  });
  await eventually("it is ready", 60, async () =>
    expect((await fetch(`http://127.0.0.1:${adminPort}/readyz`)).status).toBe(200),
  );
  return `http://127.0.0.1:${port}`;
}

test.skipIf(go === undefined)(
  "a service sends where its time went, as pprof itself reads it, with its name and nothing of a person",
  { timeout: 180_000 },
  async () => {
    const { address, pushes } = await pyroscope(200);
    const api = await serving(address);
    const email = "anna@example.com";
    await fetch(`${api}/block/2000?email=${email}`, { headers: { "X-User": email } });
    await eventually("the first quarter of a minute is sent", 60, async () => expect(pushes).toHaveLength(1));
    expect(await service?.stop()).toEqual({ code: 0, signal: null });
    expect(service?.output).not.toContain("profiles are not taken");

    // The last one, of the seconds before its end.
    expect(pushes).toHaveLength(2);
    for (const { path, headers, series } of pushes) {
      expect(path).toBe("/push.v1.PusherService/Push");
      expect(headers).toMatchObject({ "content-type": "application/json", "x-scope-orgid": "shop" });
      expect(series.flatMap(({ labels }) => labels)).toEqual([
        { name: "__name__", value: "process_cpu" },
        { name: "service_name", value: "orders" },
        { name: "namespace", value: "shop" },
        { name: "version", value: "1.4.2" },
        { name: "pod", value: "orders-7c9" },
      ]);
    }
    const sent = Buffer.from(pushes[0]?.series[0]?.samples[0]?.rawProfile ?? "", "base64");
    const clear = gunzipSync(sent).toString("latin1");
    for (const given of [email, "anna", "t0p-s3cret", "node-1"]) expect(clear).not.toContain(given);

    const read = (...how: string[]) => {
      const { status, stdout, stderr } = spawnSync(
        go?.path ?? "",
        ["tool", "pprof", ...how, scratch.file("pprof", sent)],
        { encoding: "utf8", env: { ...process.env, PPROF_TMPDIR: scratch.directory } },
      );
      expect(status, stderr).toBe(0);
      return stdout;
    };
    const raw = read("-raw");
    expect(raw).toMatch(/^PeriodType: cpu nanoseconds\nPeriod: 10000000\n/m);
    expect(raw).toMatch(/^samples\/count cpu\/nanoseconds/m);
    // The route that was busy for two seconds is where most of the time went.
    const [busiest] = read("-top", "-files", "-unit=ms").match(/^ +\d+(\.\d+)?ms .*sample-service\.ts$/m) ?? [];
    expect(Number.parseFloat(busiest ?? "")).toBeGreaterThan(1_500);
    expect(Number.parseFloat(busiest ?? "")).toBeLessThan(3_500);
  },
);

test("where nobody takes profiles, a service says so once, and serves and ends as ever", {
  timeout: 120_000,
}, async () => {
  const { address, pushes } = await pyroscope(401);
  for (const [to, found] of [
    [address, "status 401"],
    [`http://127.0.0.1:${await freePort()}`, "ECONNREFUSED"],
  ] as const) {
    const api = await serving(to);
    expect((await fetch(`${api}/sleep/1`)).status).toBe(200);
    expect(await service?.stop()).toEqual({ code: 0, signal: null });
    const warnings = (service?.output ?? "").split("\n").filter((line) => line.includes("profiles are not taken"));
    expect(warnings.map((line) => JSON.parse(line))).toEqual([expect.objectContaining({ level: "warn", found })]);
  }
  expect(pushes).toHaveLength(1);
});
