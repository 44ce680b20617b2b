import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ENVIRONMENTS } from "../config/environments.ts";
import { packConfig } from "../config/settings.ts";
import { EXEMPTIONS } from "../exemptions.ts";
import { RULES } from "../rules/index.ts";
import { admissionObjects } from "./policies.ts";
import { HELD } from "./table.ts";
import { TRUST } from "./trusted.ts";

/** Writes what each environment's cluster holds to, as lists that `kubectl apply -f` takes, into the folder that is named. */
const [folder] = process.argv.slice(2);
if (folder === undefined) {
  console.error(
    "no folder is named; allowed: node policies/admission/write.ts <folder>, for one <environment>.json each",
  );
  process.exit(2);
}
mkdirSync(folder, { recursive: true });
for (const [name, settings] of entries(ENVIRONMENTS)) {
  const config = packConfig(settings, RULES);
  const items = admissionObjects(HELD, { config, trust: TRUST[name], exemptions: EXEMPTIONS });
  const list = { apiVersion: "v1", kind: "List", items };
  writeFileSync(join(folder, `${name}.json`), `${JSON.stringify(list, null, 2)}\n`);
}

function entries<Key extends string, Value>(map: Readonly<Record<Key, Value>>): [Key, Value][] {
  return Object.entries(map) as [Key, Value][];
}
