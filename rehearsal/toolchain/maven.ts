import { type CommandOptions, command } from "./command.ts";
import { RehearsalError } from "./error.ts";
import type { Say } from "./progress.ts";

/** Copies dependencies and nothing else: no build, no plugin of the pom's own. */
const GOAL = "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies";

/**
 * Copies the jars that a pom names, with all they need, into a folder. Maven keeps what it downloads in its own repository: a second run
 * downloads nothing. Throws `RehearsalError` where there is no Maven, or it cannot fetch them.
 */
export async function fetchJars(
  pom: string,
  folder: string,
  { say, ...options }: Omit<CommandOptions, "onLine"> & { readonly say: Say },
): Promise<void> {
  say("fetching jars with Maven");
  const { code, tail } = await command("mvn", ["-B", "-ntp", "-f", pom, GOAL, `-DoutputDirectory=${folder}`], {
    ...options,
    onLine: (line) => {
      const [, jar] = /Copying (\S+\.jar)/.exec(line) ?? [];
      if (jar) say(`copying ${jar}`);
    },
  }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "ENOENT") throw error;
    throw new RehearsalError(
      `There is no mvn on PATH, and ${pom} names jars that Maven has to fetch.`,
      "Install it with: sudo apt-get install maven",
    );
  });
  if (code === 0) return;
  const { logFile } = options;
  throw new RehearsalError(
    [`Maven cannot fetch what ${pom} names. Its last lines:`, ...tail.map((line) => `  ${line}`)].join("\n"),
    `See to the network or to Maven's settings and run this again.${logFile ? ` The whole output is in ${logFile}.` : ""}`,
  );
}
