import { join } from "node:path";
import type { ImageDescription } from "./description.ts";

const VERSION = "3.6.8";
const MODULE = "go.etcd.io/etcd/server/v3";

export const ETCD: ImageDescription = {
  reference: `gcr.io/etcd-development/etcd:v${VERSION}`,
  about: "etcd",
  standIn: {
    for: `etcd ${VERSION}`,
    differs: "Built from the same sources; the server alone, without etcdctl and etcdutl.",
  },
  layers: [
    {
      kind: "go",
      tool: {
        name: "etcd",
        version: VERSION,
        moduleDir: join(import.meta.dirname, "etcd"),
        package: MODULE,
        ldflags: [],
        smoke: ["--version"],
        links: [],
      },
      to: "/usr/local/bin/etcd",
    },
  ],
  command: ["/usr/local/bin/etcd"],
};
