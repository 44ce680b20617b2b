import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Policies } from "./engine/run.ts";
import { EXIT, Failure } from "./failure.ts";

/** How many rules are asked, and how many of them stop what breaks them. */
export interface AskedRules {
  readonly asked: number;
  readonly mandatory: number;
}

/**
 * The policy pack that every environment is held to, with that environment's own settings if it has any. Wrong settings
 * and wrong exemptions are refused here: the engine would find some of them when the cluster stands, and pass over a rule
 * that does not exist.
 */
export async function policiesOf(
  environment: string,
  projectDir: string,
): Promise<{ readonly policies: Policies; readonly rules: AskedRules }> {
  const { EXEMPTIONS, exemptionProblems, levelOf, packConfigProblems, RULES } = await import("../policies/index.ts");
  const file = `policies/config/${environment}.json`;
  const config = readSettings(file, projectDir);
  const problems = [
    ...(config === undefined ? [] : packConfigProblems(config, RULES).map((problem) => `${file}: ${problem}`)),
    ...exemptionProblems(EXEMPTIONS, RULES).map((problem) => `policies/exemptions.ts: ${problem}`),
  ];
  if (problems.length > 0) throw new Failure(EXIT.usage, ["The policies cannot be used:", ...problems].join("\n  "));
  const settings = (config ?? {}) as Readonly<Record<string, { readonly enforcementLevel?: string }>>;
  const levels = RULES.map((rule) => settings[rule.id]?.enforcementLevel ?? levelOf(rule));
  return {
    policies: { pack: join(projectDir, "policies"), ...(config !== undefined && { config: join(projectDir, file) }) },
    rules: {
      asked: levels.filter((level) => level !== "disabled").length,
      mandatory: levels.filter((level) => level === "mandatory" || level === "remediate").length,
    },
  };
}

function readSettings(file: string, projectDir: string): unknown {
  try {
    return JSON.parse(readFileSync(join(projectDir, file), "utf8"));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw new Failure(
      EXIT.usage,
      `${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
      "npm run policies writes it anew from policies/config/environments.ts.",
      { cause: error },
    );
  }
}
