import { join } from "node:path";
import type { GoTool } from "../toolchain/go-build.ts";
import type { ImageDescription } from "./description.ts";

/** Of Jaeger 2. Its Go module counts on from Jaeger 1: v1.76.0 is the same release. */
const VERSION = "2.13.0";

/** How it is built; tests run it without an image. */
export const JAEGER_TOOL: GoTool = {
  name: "jaeger",
  version: VERSION,
  moduleDir: join(import.meta.dirname, "jaeger"),
  package: "github.com/jaegertracing/jaeger/cmd/jaeger",
  ldflags: [`-X=github.com/jaegertracing/jaeger/internal/version.latestVersion=v${VERSION}`],
  smoke: ["version"],
  links: [],
};

/** Keeps traces and answers questions about them. */
export const JAEGER: ImageDescription = {
  reference: `docker.io/jaegertracing/jaeger:${VERSION}`,
  about: "jaeger",
  standIn: {
    for: `Jaeger ${VERSION}`,
    differs: "Built from the same sources, whose module leaves out the pages: only its APIs answer.",
  },
  layers: [
    { kind: "go", tool: JAEGER_TOOL, to: "/cmd/jaeger/jaeger-linux" },
    { kind: "files", shared: ["/tmp"] },
  ],
  entrypoint: ["/cmd/jaeger/jaeger-linux"],
  user: { uid: 10001, gid: 10001 },
};
