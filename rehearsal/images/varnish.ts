import { DEBIAN } from "./debian.ts";
import type { ImageDescription } from "./description.ts";

/** A cache of answers, with its modules, the compiler that it makes its rules into a library with, and what reads its counters. */
export const VARNISH: ImageDescription = {
  reference: "docker.io/library/varnish:7.7.3",
  about: "varnish",
  standIn: {
    for: "Varnish 7.7.3, as Docker's library has it",
    differs:
      "It is the Varnish that Debian ships (7.7.0 in Debian 13, with Debian's mends), and has the exporter of metrics, which the other has not.",
  },
  layers: [
    {
      kind: "debian",
      release: DEBIAN,
      // Varnish has a shell call the compiler, and clear its folder.
      packages: ["varnish", "varnish-modules", "prometheus-varnish-exporter", "dash", "coreutils"],
      without: ["daemon"],
    },
  ],
  command: ["varnishd", "-F"],
};
