import { DEBIAN } from "./debian.ts";
import type { ImageDescription } from "./description.ts";

/** The server and promtool; with the pages that Debian ships. */
export const PROMETHEUS: ImageDescription = {
  reference: "quay.io/prometheus/prometheus:v3.6.0",
  about: "prometheus",
  standIn: {
    for: "Prometheus 3.6.0",
    differs:
      "It is the Prometheus that Debian ships (2.53 in Debian 13): settings, flags and functions that came later are refused, and its pages are the classic ones.",
  },
  layers: [
    { kind: "debian", release: DEBIAN, packages: ["prometheus"] },
    { kind: "files", shared: ["/prometheus"] },
  ],
  entrypoint: ["/bin/prometheus"],
  command: ["--config.file=/etc/prometheus/prometheus.yml", "--storage.tsdb.path=/prometheus"],
  user: { uid: 65534, gid: 65534 },
  workdir: "/prometheus",
};
