import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { RunError } from "@pulumi/pulumi/errors.js";
import { EVENT_ID, load, parseEvents, YAMLException } from "js-yaml";
import { describe, isDnsLabel, nearest, type Problem } from "../components/core/index.ts";
import type { AwsPlace } from "../components/data/aws/place.ts";
import { fieldName, masked, schemaProblems, secretProblems, valueAt } from "./environment-problems.ts";
import { crossCheck, type Environment, environmentSchema } from "./environment-schema.ts";

export type { Environment };

/** An environment file that cannot be used. It names the file and lists every problem, not only the first; a program ends with that alone. */
export class EnvironmentError extends RunError {
  override readonly name = "EnvironmentError";
  readonly file: string;
  readonly problems: readonly Problem[];

  constructor(file: string, problems: readonly Problem[]) {
    super([`${file} cannot be used:`, ...problems.map((problem) => `  ${describe(problem)}`)].join("\n"));
    this.file = file;
    this.problems = problems;
  }
}

/** Names of the environments that a folder describes, in alphabetical order. */
export function environmentNames(dir: string = import.meta.dirname): string[] {
  const files = readdirSync(dir).filter((file) => file.endsWith(".yaml") && !file.startsWith("Pulumi."));
  return files.map((file) => file.slice(0, -".yaml".length)).sort();
}

/**
 * Reads and checks `<dir>/<name>.yaml`. Throws {@link EnvironmentError} if there is no such file, if its name cannot be
 * that of a stack, if it is no YAML, if a field is unknown, missing or wrong, if fields do not fit each other, or if it
 * holds a secret in clear. Makes nothing.
 */
export function loadEnvironment(name: string, dir: string = import.meta.dirname): Environment {
  const names = environmentNames(dir);
  if (!names.includes(name)) {
    const meant = nearest(name, names);
    const allowed = `${names.join(", ")}${meant === undefined ? "" : `; did you mean ${meant}?`}`;
    throw new EnvironmentError(dir, [{ field: "environment", given: name, allowed }]);
  }
  const file = join(dir, `${name}.yaml`);
  if (!isDnsLabel(name)) {
    const allowed = 'a DNS label such as "staging": stack, cluster and context are called after it';
    throw new EnvironmentError(file, [{ field: "the name of the file", given: name, allowed }]);
  }
  const data = parse(file);
  const given = masked(data);
  const problems = secretProblems(data);
  const parsed = environmentSchema.safeParse(data);
  if (parsed.success)
    crossCheck(parsed.data, (path, allowed) => {
      problems.push({ field: fieldName(path), given: valueAt(given, path), allowed });
    });
  else problems.push(...schemaProblems(environmentSchema, given, parsed.error.issues));
  if (problems.length > 0 || !parsed.success) throw new EnvironmentError(file, problems);
  return { ...parsed.data, name };
}

/** Why no release of an environment can have an analysis, and what to do; nothing if it can, as wherever there is monitoring. */
export function whyNoAnalysis({ name, monitoring, releases }: Environment): string | undefined {
  if (releases.controller && (releases.controller.prometheus ?? monitoring) !== undefined) return undefined;
  return `the release controller of ${name} has no Prometheus that could say how a version does; leave the analysis out there`;
}

/** Where in AWS the stores of an environment run. Throws if it has none there: then it says no place. */
export function placeOf({ name, region, aws }: Environment): AwsPlace {
  if (aws === undefined) throw new TypeError(`the environment ${name} has no store on AWS`);
  return { ...aws, region };
}

function parse(file: string): unknown {
  try {
    const text = readFileSync(file, "utf8");
    refuseSharing(text);
    return load(text);
  } catch (error) {
    throw new EnvironmentError(file, [unreadable(error as Error & { code?: string })]);
  }
}

/** A list or object that stands in several places can hold itself, or a billion others; the program needs none. */
function refuseSharing(text: string): void {
  for (const event of parseEvents(text, {})) {
    if (event.type !== EVENT_ID.SEQUENCE && event.type !== EVENT_ID.MAPPING) continue;
    if (event.anchorStart >= 0) YAMLException.throwAt(text, event.anchorStart, "an anchor on a list or an object");
  }
}

/** Only the place and the kind of mistake: excerpts, tags and the names of aliases may show a secret. */
function unreadable(error: Error & { code?: string }): Problem {
  if (!(error instanceof YAMLException))
    return { field: "the file", given: error.code ?? error.name, allowed: "a text file that can be read" };
  const line = (error.mark as { line?: number } | undefined)?.line;
  return {
    field: line === undefined ? "the file" : `line ${line + 1}`,
    given: error.reason.split(/ ?(?:"|!<|: )/)[0],
    allowed: "YAML without shared lists or objects; a text that begins with * or & or ! stands in quotes",
  };
}
