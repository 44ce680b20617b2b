import { type Exemption, exemptionProblems, expired } from "../core/exemption.ts";
import { nearestHint } from "../core/nearest.ts";
import type { Rule } from "../core/rule.ts";
import type { ReportedExemption } from "../report/report.ts";
import { readData } from "./settings-file.ts";
import { WrongUse } from "./wrong-use.ts";

const FIELDS = ["rule", "resource", "owner", "reason", "ticket", "expires"];

/** The exemptions of a JSON or YAML file: a list, each with the fields of `Exemption`. Throws WrongUse. */
export function readExemptions(file: string, rules: readonly Rule[]): Exemption[] {
  const value = readData(file, "--exemptions");
  if (!Array.isArray(value)) throw new WrongUse(`${file}: it is no list; allowed: a list of { ${FIELDS.join(", ")} }`);
  const misshapen = value.flatMap((entry, index) => shapeProblems(entry, `exemptions[${index}]`));
  const problems = misshapen.length > 0 ? misshapen : exemptionProblems(value, rules);
  if (problems.length > 0) throw new WrongUse(problems.map((problem) => `${file}: ${problem}`).join("\n"));
  return value;
}

function shapeProblems(entry: unknown, at: string): string[] {
  if (typeof entry !== "object" || entry === null || Array.isArray(entry))
    return [`${at}: is no map; allowed: { ${FIELDS.join(", ")} }`];
  return Object.entries(entry).flatMap(([name, value]) => {
    if (!FIELDS.includes(name)) return [`${at}.${name}: is no field${nearestHint(name, FIELDS)}`];
    return typeof value === "string"
      ? []
      : [`${at}.${name}: ${JSON.stringify(value)} was given; allowed: a text in quotes`];
  });
}

/** What became of each exemption of a rule that was asked. */
export function reportedExemptions(
  exemptions: readonly Exemption[],
  used: ReadonlySet<Exemption>,
  today: Date,
): ReportedExemption[] {
  return exemptions.map((exemption) => {
    if (expired(exemption, today)) return { exemption, state: "expired" };
    return { exemption, state: used.has(exemption) ? "used" : "unused" };
  });
}
