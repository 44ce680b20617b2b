import type { Resource } from "../core/resource.ts";
import { count } from "../report/words.ts";
import { read } from "../sources/read.ts";
import type { Text } from "../sources/reading.ts";
import { Unreadable } from "../sources/unreadable.ts";
import { decoded, inputFiles, readText } from "./files.ts";
import type { ReadText } from "./fix.ts";
import { WrongUse } from "./wrong-use.ts";

/** How standard input is called in reports. */
export const STDIN = "<stdin>";

/** What was read. */
export interface Inputs {
  readonly texts: readonly ReadText[];
  readonly resources: readonly Resource[];
  readonly notes: readonly string[];
}

/**
 * Reads every object that paths name; `-` is standard input. One text that cannot be read is enough to judge nothing
 * (WrongUse, with all that are wrong): what is not judged must not pass for clean. No object at all is wrong use too.
 */
export async function readInputs(
  paths: readonly string[],
  stdin: () => Promise<Uint8Array>,
  tell: (what: string) => void,
): Promise<Inputs> {
  const found = inputFiles(paths.filter((path) => path !== "-"));
  const [notes, problems, texts]: [string[], string[], ReadText[]] = [[...found.notes], [...found.problems], []];
  const take = (file: string, work: () => Text) => {
    try {
      const text = work();
      const reading = read(text);
      notes.push(...reading.notes);
      if (reading.resources.length > 0) texts.push({ text, resources: reading.resources });
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
      problems.push(`${file}: ${error.message}`);
    }
  };
  if (paths.includes("-")) {
    const bytes = await stdin();
    take(STDIN, () => ({ file: STDIN, text: decoded(bytes), found: false }));
  }
  found.files.forEach(({ path, found: isFound }, index) => {
    tell(`reading file ${index + 1} of ${found.files.length}`);
    take(path, () => ({ file: path, text: readText(path), found: isFound }));
  });
  if (problems.length > 0)
    throw new WrongUse(`nothing was judged, since not all could be read:\n${problems.join("\n")}`);
  const resources = texts.flatMap((one) => one.resources);
  if (resources.length === 0) throw new WrongUse(nothingFound(paths, found.files.length, notes));
  return { texts, resources, notes };
}

function nothingFound(paths: readonly string[], files: number, notes: readonly string[]): string {
  const where = paths.map((path) => (path === "-" ? "standard input" : path)).join(", ");
  const looked = paths.every((path) => path === "-")
    ? ""
    : ` (${count(files, "file")} looked at: those named, and *.yaml, *.yml and *.json of folders)`;
  return [`no object was found in ${where}${looked}; nothing was judged`, ...notes].join("\n");
}
