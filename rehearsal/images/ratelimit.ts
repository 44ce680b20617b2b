import { join } from "node:path";
import type { GoTool } from "../toolchain/go-build.ts";
import { DEBIAN } from "./debian.ts";
import type { ImageDescription } from "./description.ts";

/** What `github.com/envoyproxy/gateway` 1.5.0 is built against: the service has no releases, only commits. */
const VERSION = "1.4.1-0.20230427142404-e2a87f41d3a7";

/** How it is built; tests run it without an image. */
export const RATE_LIMIT_TOOL: GoTool = {
  name: "ratelimit",
  version: VERSION,
  moduleDir: join(import.meta.dirname, "ratelimit"),
  package: "plumbline.dev/rehearsal/images/ratelimit",
  ldflags: ["-X", `main.version=${VERSION}`],
  smoke: ["--version"],
  links: [],
};

/** Counts requests for all proxies of a gateway, in Redis. */
export const RATE_LIMIT: ImageDescription = {
  reference: "docker.io/envoyproxy/ratelimit:3e085e5b",
  about: "ratelimit",
  standIn: {
    for: "the service of Envoy Gateway 1.5.0 that counts",
    differs:
      "Built from the commit that Envoy Gateway's module is built against: the image's own is not to be had as a module.",
  },
  layers: [
    // For the link that /bin is: Envoy Gateway starts it there.
    { kind: "debian", release: DEBIAN, packages: ["libc6"] },
    { kind: "go", tool: RATE_LIMIT_TOOL, to: "/bin/ratelimit" },
  ],
  entrypoint: ["/bin/ratelimit"],
};
