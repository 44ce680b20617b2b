import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { RULES } from "../rules/index.ts";
import { ENVIRONMENTS } from "./environments.ts";
import { packConfig } from "./settings.ts";

/** Writes each environment's config for Pulumi, beside this file. */
for (const [name, settings] of Object.entries(ENVIRONMENTS))
  writeFileSync(join(import.meta.dirname, `${name}.json`), `${JSON.stringify(packConfig(settings, RULES), null, 2)}\n`);
