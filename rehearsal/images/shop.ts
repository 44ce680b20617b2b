import { join } from "node:path";
import type { ImageDescription } from "./description.ts";

const ROOT = join(import.meta.dirname, "..", "..");

/** A service of the shop, as it lies in this checkout. The layers below it are the same for all: a node keeps them once. */
function service(name: string): ImageDescription {
  return {
    reference: `plumbline.dev/shop/${name}:0.1.0`,
    about: `@plumbline-shop/${name}`,
    layers: [
      { kind: "debian", packages: ["libstdc++6", "libatomic1"] },
      { kind: "node", root: ROOT },
      { kind: "workspace", root: ROOT, workspace: `apps/${name}`, to: "/app" },
    ],
    entrypoint: ["node", `apps/${name}/src/main.ts`],
    workdir: "/app",
  };
}

export const SHOP = ["orders", "payments", "inventory"].map(service);
