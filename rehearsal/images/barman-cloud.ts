import { join } from "node:path";
import { DEBIAN } from "./debian.ts";
import type { ImageDescription } from "./description.ts";
import type { GoSource } from "./sources/go.ts";

const VERSION = "v0.15.0";

/** One program is both: what CloudNativePG calls, and what runs beside each instance. */
const MANAGER: GoSource = {
  kind: "go",
  tool: {
    name: "barman-cloud",
    version: VERSION.replace("v", ""),
    moduleDir: join(import.meta.dirname, "barman-cloud"),
    package: "github.com/cloudnative-pg/plugin-barman-cloud/cmd/manager",
    ldflags: [],
    smoke: ["--help"],
    links: [],
  },
  to: "/manager",
};
const BUILD =
  "Built from the same sources, for this machine's architecture alone, with version 0.5.0 of two libraries of the same project in place of 0.6.0: machinery and barman-cloud.";

/** The plugin that CloudNativePG calls for backups. */
export const BARMAN_CLOUD: ImageDescription = {
  reference: `ghcr.io/cloudnative-pg/plugin-barman-cloud:${VERSION}`,
  about: "barman-cloud",
  standIn: { for: `the Barman Cloud plugin ${VERSION}`, differs: BUILD },
  layers: [MANAGER],
  entrypoint: ["/manager"],
};

/** The plugin's part beside each instance, with Barman's own programs. */
export const BARMAN_CLOUD_SIDECAR: ImageDescription = {
  reference: `ghcr.io/cloudnative-pg/plugin-barman-cloud-sidecar:${VERSION}`,
  about: "barman-cloud",
  standIn: {
    for: `the sidecar of the Barman Cloud plugin ${VERSION}, which has Barman 3.20`,
    differs: `${BUILD} Its Barman is the 3.13 that Debian ships, with Debian's Python, a shell beside it, and for S3 alone.`,
  },
  layers: [
    {
      kind: "debian",
      release: DEBIAN,
      packages: ["barman-cli-cloud", "python3-snappy", "tar", "libc-bin", "dash", "coreutils"],
      without: ["rsync"],
    },
    MANAGER,
    {
      kind: "files",
      texts: {
        "/etc/passwd": "root:x:0:0:root:/root:/bin/sh\npostgres:x:26:26:PostgreSQL:/var/lib/postgresql:/bin/sh\n",
        "/etc/group": "root:x:0:\npostgres:x:26:\n",
      },
    },
  ],
  // Debian compiles modules when it installs them; here it is done at the first start, in the one place that can be written to.
  env: { LANG: "C.UTF-8", PYTHONPYCACHEPREFIX: "/controller/pycache" },
  entrypoint: ["/manager"],
  user: { uid: 26, gid: 26 },
};
