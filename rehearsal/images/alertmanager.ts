import { DEBIAN } from "./debian.ts";
import type { ImageDescription } from "./description.ts";

/** The server and amtool. */
export const ALERTMANAGER: ImageDescription = {
  reference: "quay.io/prometheus/alertmanager:v0.28.1",
  about: "prometheus-alertmanager",
  standIn: {
    for: "Alertmanager 0.28.1",
    differs: "It is the Alertmanager that Debian ships (0.28.1 in Debian 13), without pages: only its API.",
  },
  layers: [
    { kind: "debian", release: DEBIAN, packages: ["prometheus-alertmanager"] },
    {
      kind: "files",
      // As in the original: something to start with.
      texts: { "/etc/alertmanager/alertmanager.yml": "route: { receiver: none }\nreceivers: [{ name: none }]\n" },
      // The name that manifests start it by.
      links: { "/usr/bin/alertmanager": "prometheus-alertmanager" },
      shared: ["/alertmanager"],
    },
  ],
  entrypoint: ["/bin/alertmanager"],
  command: ["--config.file=/etc/alertmanager/alertmanager.yml", "--storage.path=/alertmanager"],
  user: { uid: 65534, gid: 65534 },
  workdir: "/alertmanager",
};
