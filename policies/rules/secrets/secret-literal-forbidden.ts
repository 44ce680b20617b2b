import { makesPods } from "../../core/pods.ts";
import { defineRule, type Violation } from "../../core/rule.ts";
import { isSecretUnder, looksRandom } from "../../core/secret-names.ts";
import { secretIn } from "../../core/secret-words.ts";
import { eachKnown } from "../../core/unknown.ts";
import { type AwsText, awsTexts, isAws } from "./aws-text.ts";
import { clearTexts, isConfigMap, type Place } from "./clear-text.ts";

export const secretLiteralForbidden = defineRule({
  id: "secret-literal-forbidden",
  section: "security",
  title: "No secret stands in clear in a container's environment, its arguments, a ConfigMap or an AWS resource",
  severity: "critical",
  why: "whoever may list pods, config maps or functions reads it, and so do every log and backup that holds the object",
  fix: "keep it in a Secret, mount that as a file, and pass the file's path: <NAME>_FILE: /var/run/secrets/<...>",
  frameworks: ["NSA:C-0012", "MITRE:C-0012", "SOC2:C-0012"],
  scope: "resource",
  exemptable: false,
  params: {
    fields: {
      type: "array",
      items: { type: "string", enum: ["env", "args", "configmap", "aws"] },
      default: ["env", "args", "configmap", "aws"],
      description:
        "Where to look. args: commands and arguments, and what probes and hooks run and send. aws: environments, user data, JSON and passwords of AWS resources; a database's password counts however the program keeps it, for AWS can keep it instead. What a Pulumi state marks secret counts in each of them, whatever it is.",
    },
  },
  subjects: (object) => makesPods(object) || isConfigMap(object) || isAws(object),
  *check(object, { fields }) {
    if (!isAws(object)) {
      const places = fields.filter((place): place is Place => place !== "aws");
      yield* once(eachKnown(clearTexts(object, places), judged));
    } else if (fields.includes("aws")) yield* eachKnown(awsTexts(object), judged);
  },
});

/** A text that gives itself away in two ways is one thing to repair. */
function* once(violations: Iterable<Violation>): Generator<Violation> {
  const seen = new Set<string>();
  for (const violation of violations) {
    if (!seen.has(violation.path)) yield violation;
    seen.add(violation.path);
  }
}

/** The text itself is never shown: only what gives it away. */
function* judged(found: AwsText): Generator<Violation> {
  const { name, field } = found;
  if (field.secret) return yield violationAt(found, "a secret by Pulumi's own mark, in clear where the object is made");
  const { text } = found;
  const seen = secretIn(text) ?? (name !== "" && looksRandom(name, text) ? "what looks like a key" : undefined);
  if (seen === undefined && !isSecretUnder(name, text)) return;
  const what = seen ?? `a value of ${text.length} characters that ${JSON.stringify(name)} calls a secret`;
  yield violationAt(found, `${what}, in clear`);
}

function violationAt({ field, instead }: AwsText, given: string): Violation {
  return {
    path: field.path,
    given,
    wanted: "a reference to a Secret",
    ...(instead !== undefined && { fix: instead }),
  };
}
