import type { ImageDescription } from "../../images/index.ts";

/** A shell, and a program that is linked as most are: what demo.yaml runs. */
export const TOOLS: ImageDescription = {
  reference: "plumbline.test/tools:1",
  about: "mawk",
  layers: [{ kind: "debian", packages: ["busybox-static", "mawk"] }],
  entrypoint: ["/bin/busybox"],
};
