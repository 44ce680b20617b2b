import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { ImageDescription } from "../../rehearsal/images/index.ts";

const REPOSITORY = join(import.meta.dirname, "../..");
const SERVICE = "test/real-pods/web.mjs";
/** Sends a load from a pod of the same image. */
export const LOAD = "test/real-pods/load.mjs";
/** Answers as it is told by who asks. */
const TRIAL = "test/real-pods/trial.mjs";
const SCRIPTS = [SERVICE, LOAD, TRIAL];

/** A real Node service on the shop's chassis, in versions that differ in what they answer. */
export function web(version: string, { broken = false } = {}): ImageDescription {
  return {
    reference: `plumbline.test/web:${version}`,
    about: "@plumbline-shop/chassis",
    layers: [
      { kind: "debian", packages: ["libstdc++6", "libatomic1"] },
      { kind: "node", root: REPOSITORY },
      { kind: "workspace", root: REPOSITORY, workspace: "apps/chassis", to: "/app" },
      { kind: "files", texts: Object.fromEntries(SCRIPTS.map((path) => [`/app/${path}`, read(path)])) },
    ],
    entrypoint: ["node", SERVICE],
    env: { VERSION: version, BROKEN: broken ? "1" : "0" },
    workdir: "/app",
  };
}

/** A service that fails, and takes its time, as it is told to; of the same layers. */
export function trial(): ImageDescription {
  return { ...web("1"), reference: "plumbline.test/trial:1", entrypoint: ["node", TRIAL] };
}

function read(path: string): string {
  return readFileSync(join(REPOSITORY, path), "utf8");
}
