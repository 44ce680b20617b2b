import { DEBIAN } from "./debian.ts";
import type { ImageDescription } from "./description.ts";

/** Tells in metrics what a node's kernel knows: processors, memory, disks. */
export const NODE_EXPORTER: ImageDescription = {
  reference: "quay.io/prometheus/node-exporter:v1.9.1",
  about: "prometheus-node-exporter",
  standIn: { for: "node-exporter 1.9.1", differs: "It is the exporter that Debian ships (1.9.0 in Debian 13)." },
  layers: [
    { kind: "debian", release: DEBIAN, packages: ["prometheus-node-exporter"] },
    // The name that manifests start it by.
    { kind: "files", links: { "/usr/bin/node_exporter": "prometheus-node-exporter" } },
  ],
  entrypoint: ["/bin/node_exporter"],
  user: { uid: 65534, gid: 65534 },
};
