import { join } from "node:path";
import type { GoTool } from "../toolchain/go-build.ts";
import type { ImageDescription } from "./description.ts";

const VERSION = "0.155.0";

/** How it is built; tests run it without an image. */
export const OTEL_COLLECTOR_TOOL: GoTool = {
  name: "otelcol-contrib",
  version: VERSION,
  moduleDir: join(import.meta.dirname, "otel-collector"),
  package: ".",
  ldflags: [`-X=main.version=${VERSION}`],
  smoke: ["--version"],
  links: [],
};

/** Takes traces in and passes them on, reads the logs of nodes, and ships the API server's. */
export const OTEL_COLLECTOR: ImageDescription = {
  reference: `docker.io/otel/opentelemetry-collector-contrib:${VERSION}`,
  about: "otelcol-contrib",
  standIn: {
    for: `the OpenTelemetry collector ${VERSION} with all that its contributors add`,
    differs:
      "Built from the same sources with the parts alone that configurations of this repository name: one that names another is refused. It has no exporter for Elasticsearch, and what it writes to S3 with is that of 0.156.0.",
  },
  layers: [{ kind: "go", tool: OTEL_COLLECTOR_TOOL, to: "/otelcol-contrib" }],
  entrypoint: ["/otelcol-contrib"],
  command: ["--config", "/etc/otelcol-contrib/config.yaml"],
  user: { uid: 10001, gid: 10001 },
};
