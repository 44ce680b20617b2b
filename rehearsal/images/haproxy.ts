import type { ImageDescription } from "./description.ts";

export const HAPROXY: ImageDescription = {
  reference: "docker.io/library/haproxy:3.2.4",
  about: "haproxy",
  standIn: {
    for: "HAProxy 3.2.4",
    differs: "It is the HAProxy that Debian ships (2.6 in Debian 12): settings that came later are refused.",
  },
  layers: [{ kind: "debian", packages: ["haproxy"] }],
  command: ["haproxy", "-f", "/usr/local/etc/haproxy/haproxy.cfg"],
};
