import { DEBIAN } from "./debian.ts";
import type { ImageDescription } from "./description.ts";

export const HAPROXY: ImageDescription = {
  reference: "docker.io/library/haproxy:3.2.4",
  about: "haproxy",
  standIn: {
    for: "HAProxy 3.2.4",
    differs: "It is the HAProxy that Debian ships (3.0 in Debian 13): settings that came later are refused.",
  },
  layers: [{ kind: "debian", release: DEBIAN, packages: ["haproxy"] }],
  command: ["haproxy", "-f", "/usr/local/etc/haproxy/haproxy.cfg"],
};
