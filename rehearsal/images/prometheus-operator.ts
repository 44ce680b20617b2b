import { join } from "node:path";
import type { GoTool } from "../toolchain/go-build.ts";
import type { ImageDescription } from "./description.ts";

const VERSION = "0.85.0";
const MODULE = "github.com/prometheus-operator/prometheus-operator";
const BUILT_HERE = "Built from the same sources, for this machine's architecture alone.";

/** How a program of the operator's module is built; tests run the operator without an image. */
function tool(name: string, command: string): GoTool {
  return {
    name,
    version: VERSION,
    moduleDir: join(import.meta.dirname, "prometheus-operator"),
    package: `${MODULE}/cmd/${command}`,
    // By its version the operator knows the image of the reloader that it puts beside each server.
    ldflags: ["-X", `github.com/prometheus/common/version.Version=${VERSION}`],
    smoke: ["--version"],
    links: [],
  };
}

export const PROMETHEUS_OPERATOR_TOOL = tool("prometheus-operator", "operator");

/** Turns Prometheus and Alertmanager, as objects, into pods and their configuration. */
export const PROMETHEUS_OPERATOR: ImageDescription = {
  reference: `quay.io/prometheus-operator/prometheus-operator:v${VERSION}`,
  about: "prometheus-operator",
  standIn: { for: `the Prometheus operator ${VERSION}`, differs: BUILT_HERE },
  layers: [{ kind: "go", tool: PROMETHEUS_OPERATOR_TOOL, to: "/usr/bin/operator" }],
  entrypoint: ["/usr/bin/operator"],
};

/** Runs beside each of these servers, and has it read its configuration anew when that has changed. */
export const CONFIG_RELOADER: ImageDescription = {
  reference: `quay.io/prometheus-operator/prometheus-config-reloader:v${VERSION}`,
  about: "prometheus-config-reloader",
  standIn: { for: `the reloader of the Prometheus operator ${VERSION}`, differs: BUILT_HERE },
  layers: [
    {
      kind: "go",
      tool: tool("prometheus-config-reloader", "prometheus-config-reloader"),
      to: "/usr/bin/prometheus-config-reloader",
    },
    // The operator starts it by this path.
    { kind: "files", links: { "/bin": "usr/bin" } },
  ],
  entrypoint: ["/usr/bin/prometheus-config-reloader"],
};
