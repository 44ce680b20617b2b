import { z } from "zod";
import { dependencyCheckSchema, readDependencyCheck } from "./dependency-check.ts";
import { type Scan, UnreadableScan } from "./finding.ts";
import { readSnyk, snykSchema } from "./snyk.ts";
import { readTrivy, trivySchema } from "./trivy.ts";

/** What each tool's report is known by: fields that are in all of its reports, and in no other's. */
const FORMS = [
  {
    is: "a report of Trivy",
    by: ["SchemaVersion", "ArtifactName"],
    read: (given: unknown) => [readTrivy(trivySchema.parse(given))],
  },
  {
    is: "a report of Dependency-Check",
    by: ["reportSchema", "scanInfo"],
    read: (given: unknown) => [readDependencyCheck(dependencyCheckSchema.parse(given))],
  },
  { is: "a result of Snyk", by: ["ok"], read: (given: unknown) => readSnyk(snykSchema.parse(given)) },
] as const;

/**
 * The scans in a report of Trivy, Dependency-Check or Snyk, which are told apart by what is in them. Throws {@link UnreadableScan} for what is
 * no JSON, no such report, or one of a scan that failed: never is that taken for one without findings.
 */
export function readScans(text: string): Scan[] {
  const given = parsed(text);
  const first: unknown = Array.isArray(given) ? given[0] : given;
  const form = FORMS.find(({ by }) => by.every((field) => isObject(first) && field in first));
  if (form === undefined)
    throw new UnreadableScan("it is none of: trivy … --format json; dependency-check --format JSON; snyk test --json");
  try {
    return form.read(given);
  } catch (error) {
    if (!(error instanceof z.ZodError)) throw error;
    const [issue] = error.issues;
    throw new UnreadableScan(`it is ${form.is} in another form: ${issue?.path.join(".")}: ${issue?.message}`);
  }
}

function parsed(text: string): unknown {
  if (text.trim() === "") throw new UnreadableScan("it is empty: did the scan end?");
  try {
    return JSON.parse(text);
  } catch {
    // What the parser says repeats the text.
    throw new UnreadableScan("it is no JSON, or not all of it");
  }
}

function isObject(given: unknown): given is object {
  return typeof given === "object" && given !== null;
}
