import { join } from "node:path";
import type { GoTool } from "../toolchain/go-build.ts";
import type { ImageDescription } from "./description.ts";

const VERSION = "1.13.1";

/** How it is built; tests run it without an image. */
export const COREDNS_TOOL: GoTool = {
  name: "coredns",
  version: VERSION,
  moduleDir: join(import.meta.dirname, "coredns"),
  package: ".",
  ldflags: [],
  smoke: ["-version"],
  links: [],
};

/** The cluster's DNS server, with the plugins of {@link https://kubernetes.io/docs/tasks/administer-cluster/dns-custom-nameservers/ the usual Corefile}. */
export const COREDNS: ImageDescription = {
  reference: `registry.k8s.io/coredns/coredns:v${VERSION}`,
  about: "coredns",
  standIn: {
    for: `CoreDNS ${VERSION}`,
    differs:
      "Built from the same sources with the plugins alone that a cluster's DNS is set up with; it starts as root.",
  },
  layers: [{ kind: "go", tool: COREDNS_TOOL, to: "/coredns" }],
  entrypoint: ["/coredns"],
  // Port 53. The original's program carries the right to it as a file capability, and an archive of ours carries none.
  user: { uid: 0, gid: 0 },
};
