import { join } from "node:path";
import { cacheDirectory } from "../../rehearsal/index.ts";
import type { KubeObject } from "../../rehearsal/plugins/kubernetes/object.ts";
import { type GoTool, goTool } from "../../rehearsal/toolchain/go-build.ts";
import type { OwnNetwork } from "./own-network.ts";

const VALIDATOR: GoTool = {
  name: "plumbline-validator",
  version: "0.1.0",
  moduleDir: join(import.meta.dirname, "..", "..", "components", "edge", "validator"),
  package: "plumbline.dev/edge/validator/cmd/plumbline-validator",
  ldflags: [],
  smoke: ["--help"],
  links: [],
};

/** The program that judges requests, built if it has to be. */
export async function validatorBinary(): Promise<string> {
  return join(await goTool(VALIDATOR, { toolsDir: join(cacheDirectory(), "tools") }), VALIDATOR.name);
}

/** Writes the documents that components made into a folder of a network, and gives the folder. */
export function writeDocuments(objects: readonly KubeObject[], network: OwnNetwork): string {
  for (const { kind, metadata, data = {} } of objects as (KubeObject & { data?: Record<string, string> })[])
    if (kind === "ConfigMap" && metadata?.name?.includes("-documents-"))
      for (const [file, text] of Object.entries(data)) network.write(`documents/${file}`, text);
  return "/tmp/documents";
}
