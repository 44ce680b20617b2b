import { join } from "node:path";
import type { GoTool } from "../toolchain/go-build.ts";
import type { ImageDescription } from "./description.ts";

const VERSION = "2.15.0";

/** How it is built; tests run it without an image. */
export const KUBE_STATE_METRICS_TOOL: GoTool = {
  name: "kube-state-metrics",
  version: VERSION,
  moduleDir: join(import.meta.dirname, "kube-state-metrics"),
  package: "k8s.io/kube-state-metrics/v2",
  ldflags: ["-X", `github.com/prometheus/common/version.Version=${VERSION}`],
  smoke: ["version"],
  links: [],
};

/** Tells in metrics what the API server knows of a cluster's objects. */
export const KUBE_STATE_METRICS: ImageDescription = {
  reference: `registry.k8s.io/kube-state-metrics/kube-state-metrics:v${VERSION}`,
  about: "kube-state-metrics",
  standIn: {
    for: `kube-state-metrics ${VERSION}`,
    differs: "Built from the same sources, for this machine's architecture alone.",
  },
  layers: [{ kind: "go", tool: KUBE_STATE_METRICS_TOOL, to: "/kube-state-metrics" }],
  entrypoint: ["/kube-state-metrics"],
};
