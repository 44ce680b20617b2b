import { join } from "node:path";
import { ARCHITECTURE } from "./architecture.ts";
import type { ImageDescription } from "./description.ts";

const VERSION = "1.27.0";
const MODULE = "github.com/cloudnative-pg/cloudnative-pg";
/** The operator copies itself into every instance, and finds by this name which architectures it can serve. */
const PROGRAM = `operator/manager_${ARCHITECTURE}`;

/** CloudNativePG's operator, which is the manager of each instance too. */
export const CLOUDNATIVE_PG: ImageDescription = {
  reference: `ghcr.io/cloudnative-pg/cloudnative-pg:${VERSION}`,
  about: "cloudnative-pg",
  standIn: {
    for: `the operator CloudNativePG ${VERSION}`,
    differs: "Built from the same sources, for this machine's architecture alone.",
  },
  layers: [
    {
      kind: "go",
      tool: {
        name: "cloudnative-pg",
        version: VERSION,
        moduleDir: join(import.meta.dirname, "cloudnative-pg"),
        package: `${MODULE}/cmd/manager`,
        ldflags: ["-X", `${MODULE}/pkg/versions.buildVersion=${VERSION}`],
        smoke: ["version"],
        links: [],
      },
      to: `/${PROGRAM}`,
    },
    { kind: "files", links: { "/manager": PROGRAM } },
  ],
  entrypoint: ["/manager"],
};
