import { join } from "node:path";
import { command } from "../../toolchain/command.ts";
import { fileDigest } from "../../toolchain/content-key.ts";
import { RehearsalError } from "../../toolchain/error.ts";
import { treeEntries } from "../oci/entry.ts";
import type { Found, Ingredient, SourceOptions, Workshop } from "./source.ts";

/** The jars that a pom names, with all they need. */
export interface MavenSource {
  readonly kind: "maven";
  /** Absolute path of a pom.xml whose dependencies have exact versions. */
  readonly pom: string;
  /** Absolute folder of the jars in the image. */
  readonly to: string;
}

/** Copies dependencies and nothing else: no build, no plugin of the pom's own. */
const GOAL = "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies";

export async function mavenInputs({ pom }: MavenSource): Promise<string> {
  return fileDigest(pom);
}

/** Maven keeps what it downloads in its own repository: a second run downloads nothing. */
export function findMaven({ pom, to }: MavenSource, { env }: SourceOptions): Found {
  return {
    state: "",
    lay: async ({ work, say, signal, logFile, identityFile }: Workshop) => {
      const jars = join(work, "jars");
      say("fetching jars with Maven");
      const { code, tail } = await command("mvn", ["-B", "-ntp", "-f", pom, GOAL, `-DoutputDirectory=${jars}`], {
        cwd: work,
        env: env ?? process.env,
        signal,
        logFile,
        identityFile,
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
      if (code !== 0)
        throw new RehearsalError(
          [`Maven cannot fetch what ${pom} names. Its last lines:`, ...tail.map((line) => `  ${line}`)].join("\n"),
          `See to the network or to Maven's settings and run this again. The whole output is in ${logFile}.`,
        );
      const entries = await treeEntries(jars, to.replace(/^\//, ""));
      return { entries, ingredients: entries.flatMap(({ path }) => jarVersion(path) ?? []) };
    },
  };
}

/** A jar's artifact and version, from its file name: `libs/kafka_2.13-4.1.0.jar`. */
export function jarVersion(path: string): Ingredient | undefined {
  const [, name, version] = /([^/]+?)-(\d[^/]*)\.jar$/.exec(path) ?? [];
  return name && version ? { name, version } : undefined;
}
