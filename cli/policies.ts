import { existsSync } from "node:fs";
import { join } from "node:path";
import { PROJECT_DIR } from "./context.ts";
import type { Policies } from "./engine/run.ts";

/** The policy pack that every environment is held to, with that environment's own settings if it has any. */
export function policiesOf(environment: string): Policies {
  const config = join(PROJECT_DIR, "policies", "config", `${environment}.json`);
  return { pack: join(PROJECT_DIR, "policies"), ...(existsSync(config) && { config }) };
}
