import { join } from "node:path";
import type { GoTool } from "../toolchain/go-build.ts";
import type { ImageDescription } from "./description.ts";

const VERSION = "3.6.8";

/** How it is built; tests run it without an image. */
export const ETCD_TOOL: GoTool = {
  name: "etcd",
  version: VERSION,
  moduleDir: join(import.meta.dirname, "etcd"),
  package: "go.etcd.io/etcd/server/v3",
  ldflags: [],
  smoke: ["--version"],
  links: [],
};

export const ETCD: ImageDescription = {
  reference: `gcr.io/etcd-development/etcd:v${VERSION}`,
  about: "etcd",
  standIn: {
    for: `etcd ${VERSION}`,
    differs: "Built from the same sources; the server alone, without etcdctl and etcdutl.",
  },
  layers: [{ kind: "go", tool: ETCD_TOOL, to: "/usr/local/bin/etcd" }],
  command: ["/usr/local/bin/etcd"],
};
