import { join } from "node:path";
import type { GoTool } from "../toolchain/go-build.ts";
import type { ImageDescription } from "./description.ts";

const VERSION = "1.5.0";
const MODULE = "github.com/envoyproxy/gateway";

/** How it is built; tests run it without an image. */
export const ENVOY_GATEWAY_TOOL: GoTool = {
  name: "envoy-gateway",
  version: VERSION,
  moduleDir: join(import.meta.dirname, "envoy-gateway"),
  package: `${MODULE}/cmd/envoy-gateway`,
  ldflags: [`-X=${MODULE}/internal/cmd/version.envoyGatewayVersion=v${VERSION}`],
  smoke: ["version"],
  links: [],
};

/** Turns Gateways and routes, as objects, into pods of Envoy and their configuration; runs beside each Envoy too, and has it drain. */
export const ENVOY_GATEWAY: ImageDescription = {
  reference: `docker.io/envoyproxy/gateway:v${VERSION}`,
  about: "envoy-gateway",
  standIn: {
    for: `Envoy Gateway ${VERSION}`,
    differs: "Built from the same sources, for this machine's architecture alone.",
  },
  layers: [
    { kind: "go", tool: ENVOY_GATEWAY_TOOL, to: "/usr/local/bin/envoy-gateway" },
    { kind: "files", shared: ["/tmp"] },
  ],
  entrypoint: ["/usr/local/bin/envoy-gateway"],
};
