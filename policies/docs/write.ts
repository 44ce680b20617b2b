import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { jsonSchema } from "../report/json-schema.ts";
import { RULES } from "../rules/index.ts";
import { pagesOf } from "./pages.ts";

/** Writes a page for each rule and the list of them, anew: pages of rules that are gone go too. And the schema of reports. */
const DOCS = join(import.meta.dirname, "../../docs");
const folder = join(DOCS, "rules");
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder);
for (const [name, text] of pagesOf(RULES)) writeFileSync(join(folder, name), text);
writeFileSync(join(DOCS, "report.schema.json"), `${JSON.stringify(jsonSchema(), null, 2)}\n`);
