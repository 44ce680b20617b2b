import { join } from "node:path";
import type { ImageDescription } from "./description.ts";

const VERSION = "1.0.0";

/** The container that holds a pod's namespaces; containerd asks for it by this name, as its `sandbox_image`. */
export const PAUSE: ImageDescription = {
  reference: `plumbline.dev/pause:${VERSION}`,
  about: "pause",
  standIn: {
    for: "the pause image of the Kubernetes project",
    differs: "A program of Plumbline's own that does the same: it waits, and reaps orphans.",
  },
  layers: [
    {
      kind: "go",
      tool: {
        name: "pause",
        version: VERSION,
        moduleDir: join(import.meta.dirname, "pause"),
        package: ".",
        ldflags: ["-X", `main.version=${VERSION}`],
        smoke: ["version"],
        links: [],
      },
      to: "/pause",
    },
  ],
  entrypoint: ["/pause"],
};
