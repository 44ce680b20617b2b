import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { ImageDescription } from "../../rehearsal/images/index.ts";

const REPOSITORY = join(import.meta.dirname, "../..");
const PODS = join(REPOSITORY, "test/real-pods");

/** A real Node service on the shop's chassis, in versions that differ in what they answer. */
export function web(version: string, { broken = false } = {}): ImageDescription {
  return {
    reference: `plumbline.test/web:${version}`,
    about: "@plumbline-shop/chassis",
    layers: [
      { kind: "debian", packages: ["libstdc++6", "libatomic1"] },
      { kind: "node", root: REPOSITORY },
      { kind: "workspace", root: REPOSITORY, workspace: "apps/chassis", to: "/app" },
      { kind: "files", texts: { "/app/web.mjs": script("web.mjs"), "/app/load.mjs": script("load.mjs") } },
    ],
    entrypoint: ["node", "web.mjs"],
    env: { VERSION: version, BROKEN: broken ? "1" : "0" },
    workdir: "/app",
  };
}

function script(name: string): string {
  return readFileSync(join(PODS, name), "utf8");
}
