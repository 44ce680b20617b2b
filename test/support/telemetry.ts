import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { eventually, freePort } from "@plumbline-shop/testing/net";
import { RealProcess } from "@plumbline-shop/testing/process";
import type { Namespace } from "../../components/cluster/index.ts";
import type { CollectorConfig } from "../../components/observability/collector/config.ts";
import { JAEGER_TOOL } from "../../rehearsal/images/jaeger.ts";
import { OTEL_COLLECTOR_TOOL } from "../../rehearsal/images/otel-collector.ts";
import { cacheDirectory } from "../../rehearsal/index.ts";
import { findGo } from "../../rehearsal/toolchain/go.ts";
import { findBuilt, type GoTool, goTool } from "../../rehearsal/toolchain/go-build.ts";

/** A store of logs that takes OpenTelemetry's protocol: what agents of `Logging` send is asked for here. */
const VICTORIA_LOGS_TOOL: GoTool = {
  name: "victoria-logs",
  version: "1.52.1",
  moduleDir: join(import.meta.dirname, "victoria-logs"),
  package: "github.com/VictoriaMetrics/VictoriaLogs/app/victoria-logs",
  ldflags: [],
  smoke: ["-version"],
  links: [],
};
const TOOLS = { collector: OTEL_COLLECTOR_TOOL, jaeger: JAEGER_TOOL, logs: VICTORIA_LOGS_TOOL };
type Program = keyof typeof TOOLS;
const toolsDir = () => join(cacheDirectory(), "tools");

/** Why these programs cannot be had here; undefined if they can. */
export async function whyNoTelemetry(): Promise<string | undefined> {
  const built = await Promise.all(Object.values(TOOLS).map((tool) => findBuilt(tool, toolsDir())));
  if (built.every((dir) => dir !== undefined) || (await findGo()).go) return undefined;
  return "there is no Go that could build the collector, Jaeger and the store of logs";
}

/** Builds programs that are not in the cache: minutes, once. */
export async function buildTelemetry(...programs: readonly Program[]): Promise<void> {
  for (const of of programs) await program(of);
}

async function program(of: Program): Promise<string> {
  return join(await goTool(TOOLS[of], { toolsDir: toolsDir() }), TOOLS[of].name);
}

export const NAMESPACE = { name: "telemetry" } as Namespace;

/** What the program says of a configuration that it would not start with; empty if it would. */
export async function refusal(of: "collector" | "jaeger", config: CollectorConfig): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "plumbline-telemetry-"));
  const file = join(folder, "config.json");
  writeFileSync(file, JSON.stringify(config));
  const { status, stderr } = spawnSync(await program(of), ["validate", `--config=file:${file}`], { encoding: "utf8" });
  rmSync(folder, { recursive: true });
  return status === 0 ? "" : stderr;
}

/** Programs of this machine that run with the very configurations of the plans, but for ports, names and folders. */
export class TelemetryHosts {
  readonly folder = mkdtempSync(join(tmpdir(), "plumbline-telemetry-"));
  readonly #running: RealProcess[] = [];

  /** Starts one and waits until it says that it is well. `renamed` are texts of the configuration, and what stands for them here. */
  async start(
    of: "collector" | "jaeger",
    config: CollectorConfig,
    { health, renamed = {} }: { readonly health: string; readonly renamed?: Readonly<Record<string, string>> },
  ): Promise<Running> {
    const ports = new Map<string, number>();
    const file = join(this.folder, `${this.#running.length}.json`);
    let text = JSON.stringify(config);
    for (const [was, is] of Object.entries(renamed)) text = text.replaceAll(was, is);
    for (const [, port] of text.matchAll(/"0\.0\.0\.0:(\d+)"/g)) if (port) ports.set(port, await freePort());
    ports.set("8888", await freePort());
    for (const [port, own] of ports) text = text.replaceAll(`"0.0.0.0:${port}"`, `"127.0.0.1:${own}"`);
    text = text.replace('"host":"0.0.0.0","port":8888', `"host":"127.0.0.1","port":${ports.get("8888")}`);
    writeFileSync(file, text);
    const process = await this.#run(await program(of), [`--config=file:${file}`]);
    const address = (port: number) => `127.0.0.1:${ports.get(String(port))}`;
    await this.#answers(of, process, `http://${address(13_133)}${health}`);
    return { address, process };
  }

  /** Starts the store of logs; gives its address. */
  async startLogs(): Promise<string> {
    const address = `127.0.0.1:${await freePort()}`;
    const data = join(this.folder, "logs-data");
    const flags = [`-httpListenAddr=${address}`, `-storageDataPath=${data}`, "-retentionPeriod=7d"];
    const process = await this.#run(await program("logs"), flags);
    await this.#answers("the store of logs", process, `http://${address}/health`);
    return address;
  }

  /** Writes lines as a node's container runtime does, where the kubelet keeps them. */
  writeLog(pods: string, namespace: string, pod: string, container: string, lines: readonly string[]): void {
    const folder = join(pods, `${namespace}_${pod}_0f0e0d0c-1111-2222-3333-444455556666`, container);
    mkdirSync(folder, { recursive: true });
    const stamped = lines.map((line) => `${new Date().toISOString().replace("Z", "000000Z")} stdout F ${line}\n`);
    writeFileSync(join(folder, "0.log"), stamped.join(""), { flag: "a" });
  }

  async stop(): Promise<void> {
    await Promise.all(this.#running.map((process) => process.stop("SIGKILL")));
    rmSync(this.folder, { recursive: true, force: true });
  }

  async #run(command: string, words: readonly string[]): Promise<RealProcess> {
    const process = new RealProcess(command, words);
    this.#running.push(process);
    return process;
  }

  async #answers(what: string, process: RealProcess, url: string): Promise<void> {
    await eventually(`${what} answers`, 30, async () => {
      if (process.hasExited) throw new Error(process.output);
      const { ok, status } = await fetch(url);
      if (!ok) throw new Error(`${url} answered ${status}: ${process.output.slice(-2_000)}`);
    });
  }
}

export interface Running {
  /** Where it listens here, for a port of its configuration. */
  address(port: number): string;
  readonly process: RealProcess;
}

export interface TestSpan {
  readonly trace: string;
  readonly span: string;
  readonly parent?: string;
  readonly milliseconds: number;
  readonly fails?: boolean;
  readonly attributes?: Readonly<Record<string, string>>;
  /** Attributes of one event in it. */
  readonly event?: Readonly<Record<string, string>>;
  /** The message of its status. */
  readonly problem?: string;
}

/** Sends one span by OpenTelemetry's protocol, as JSON over HTTP. */
export async function sendSpan(collector: string, service: string, span: TestSpan): Promise<void> {
  const begin = Date.now() - span.milliseconds;
  const nanos = (milliseconds: number) => `${milliseconds}000000`;
  const valued = (of: Readonly<Record<string, string>> = {}) =>
    Object.entries(of).map(([key, stringValue]) => ({ key, value: { stringValue } }));
  const body = {
    resourceSpans: [
      {
        resource: { attributes: [{ key: "service.name", value: { stringValue: service } }] },
        scopeSpans: [
          {
            spans: [
              {
                traceId: span.trace,
                spanId: span.span,
                ...(span.parent && { parentSpanId: span.parent }),
                name: "work",
                kind: 3,
                startTimeUnixNano: nanos(begin),
                endTimeUnixNano: nanos(begin + span.milliseconds),
                status: { code: span.fails ? 2 : 0, ...(span.problem && { message: span.problem }) },
                attributes: valued(span.attributes),
                events: span.event
                  ? [{ name: "event", timeUnixNano: nanos(begin), attributes: valued(span.event) }]
                  : [],
              },
            ],
          },
        ],
      },
    ],
  };
  await post(`http://${collector}/v1/traces`, body);
}

/** Sends one span as programs with Zipkin's libraries do. */
export async function sendZipkinSpan(zipkin: string, service: string, span: TestSpan): Promise<void> {
  const timestamp = (Date.now() - span.milliseconds) * 1_000;
  const duration = span.milliseconds * 1_000;
  const localEndpoint = { serviceName: service };
  await post(`http://${zipkin}/api/v2/spans`, [
    {
      traceId: span.trace,
      id: span.span,
      name: "work",
      timestamp,
      duration,
      localEndpoint,
      tags: span.attributes ?? {},
    },
  ]);
}

async function post(url: string, body: object): Promise<void> {
  const headers = { "content-type": "application/json" };
  const answer = await fetch(url, { method: "POST", headers, body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}: ${await answer.text()}`);
}

/** The services of each span of a trace, as Jaeger's API tells them; empty if it does not know the trace. */
export async function spansIn(jaeger: string, trace: string): Promise<{ service: string; operation: string }[]> {
  const answer = await fetch(`http://${jaeger}/api/traces/${trace}`);
  if (answer.status === 404) return [];
  const { data } = (await answer.json()) as { data: JaegerTrace[] | null };
  return (data ?? []).flatMap(({ spans, processes }) =>
    spans.map(({ processID, operationName }) => ({
      service: processes[processID]?.serviceName ?? "",
      operation: operationName,
    })),
  );
}

interface JaegerTrace {
  readonly spans: readonly { readonly processID: string; readonly operationName: string }[];
  readonly processes: Readonly<Record<string, { readonly serviceName: string }>>;
}
