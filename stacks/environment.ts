import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { load, YAMLException } from "js-yaml";
import { describe, nearest, type Problem } from "../components/core/index.ts";
import { fieldName, masked, schemaProblems, secretProblems, valueAt } from "./environment-problems.ts";
import { crossCheck, type Environment, environmentSchema } from "./environment-schema.ts";

export type { Environment };

/** An environment file that cannot be used. It names the file and lists every problem, not only the first. */
export class EnvironmentError extends Error {
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
 * Reads and checks `<dir>/<name>.yaml`. Throws {@link EnvironmentError} if there is no such file, if it is no YAML, if a
 * field is unknown, missing or wrong, if fields do not fit each other, or if it holds a secret in clear. Makes nothing.
 */
export function loadEnvironment(name: string, dir: string = import.meta.dirname): Environment {
  const names = environmentNames(dir);
  if (!names.includes(name)) {
    const meant = nearest(name, names);
    const allowed = `${names.join(", ")}${meant === undefined ? "" : `; did you mean ${meant}?`}`;
    throw new EnvironmentError(dir, [{ field: "environment", given: name, allowed }]);
  }
  const file = join(dir, `${name}.yaml`);
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

function parse(file: string): unknown {
  try {
    return load(readFileSync(file, "utf8"));
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    // Only the reason and the place: the excerpt that the error carries may show a secret.
    const line = (error.mark as { line?: number } | undefined)?.line;
    const field = line === undefined ? "the file" : `line ${line + 1}`;
    throw new EnvironmentError(file, [{ field, given: error.reason, allowed: "YAML" }]);
  }
}
