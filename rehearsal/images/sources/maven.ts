import { join } from "node:path";
import { fileDigest } from "../../toolchain/content-key.ts";
import { fetchJars } from "../../toolchain/maven.ts";
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

export async function mavenInputs({ pom }: MavenSource): Promise<string> {
  return fileDigest(pom);
}

export function findMaven({ pom, to }: MavenSource, { env }: SourceOptions): Found {
  return {
    state: "",
    lay: async ({ work, say, signal, logFile, identityFile }: Workshop) => {
      const jars = join(work, "jars");
      await fetchJars(pom, jars, { cwd: work, say, env, signal, logFile, identityFile });
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
