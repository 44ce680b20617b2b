import { join } from "node:path";
import type { GoTool } from "../toolchain/go-build.ts";

/** What `github.com/envoyproxy/gateway` 1.5.0 is built against: the service has no releases, only commits. */
const VERSION = "1.4.1-0.20230427142404-e2a87f41d3a7";

/** Counts requests for all proxies of a gateway, in Redis. Tests run it without an image. */
export const RATE_LIMIT_TOOL: GoTool = {
  name: "ratelimit",
  version: VERSION,
  moduleDir: join(import.meta.dirname, "ratelimit"),
  package: "plumbline.dev/rehearsal/images/ratelimit",
  ldflags: ["-X", `main.version=${VERSION}`],
  smoke: ["--version"],
  links: [],
};
