import { readdir } from "node:fs/promises";
import { delimiter, isAbsolute, join } from "node:path";
import { command } from "./command.ts";
import { isExecutable } from "./files.ts";

/** Where Debian's packages, and most others, put each Java in a folder of its own. */
const USUAL_ROOT = "/usr/lib/jvm";

/** The Java of a version or later: `JAVA_HOME`, then PATH, then wherever packages put one. Its path, or undefined. */
export async function findJava(
  from: number,
  env: Readonly<Record<string, string | undefined>> = process.env,
  root = USUAL_ROOT,
): Promise<string | undefined> {
  const installed = (await readdir(root).catch(() => [])).sort().map((name) => join(root, name, "bin"));
  const home = env.JAVA_HOME ? [join(env.JAVA_HOME, "bin")] : [];
  for (const folder of new Set([...home, ...(env.PATH ?? "").split(delimiter).filter(isAbsolute), ...installed])) {
    const path = join(folder, "java");
    if (!(await isExecutable(path))) continue;
    const said = await command(path, ["-version"], { env }).catch(() => undefined);
    if (said?.code === 0 && versionIn(said.tail) >= from) return path;
  }
  return undefined;
}

/** The first number of `openjdk version "25.0.1"`. Nothing of it: 0. */
function versionIn(lines: readonly string[]): number {
  return Number(/version "(\d+)/.exec(lines.join("\n"))?.[1] ?? 0);
}
