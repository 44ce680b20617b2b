import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { CollectorConfig } from "../../components/observability/collector/config.ts";

/** Takes what a collector sends by OpenTelemetry's protocol as JSON, and keeps its text. */
export class TelemetrySink {
  readonly #server: Server;
  #text = "";
  /** As a store that is away. */
  refuses = false;

  private constructor() {
    this.#server = createServer((request, response) => {
      if (this.refuses) {
        request.resume();
        response.writeHead(503).end();
        return;
      }
      request.setEncoding("utf8");
      request.on("data", (part: string) => {
        this.#text += part;
      });
      request.on("end", () => response.writeHead(200, { "content-type": "application/json" }).end("{}"));
    });
  }

  static async start(): Promise<TelemetrySink> {
    const sink = new TelemetrySink();
    await new Promise<void>((resolve) => {
      sink.#server.listen(0, "127.0.0.1", resolve);
    });
    return sink;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** All that came. */
  get text(): string {
    return this.#text;
  }

  stop(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}

/** The same, whose exporters of OpenTelemetry's protocol all send to this as JSON. */
export function sendingTo(sink: TelemetrySink, config: CollectorConfig): CollectorConfig {
  const readable = { endpoint: sink.url, encoding: "json", compression: "none" };
  const exporters = Object.entries(config.exporters).map(([name, exporter]) => [name, { ...exporter, ...readable }]);
  return { ...config, exporters: Object.fromEntries(exporters) };
}
