import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { command } from "./command.ts";
import { contentKey, fileDigest } from "./content-key.ts";
import { RehearsalError } from "./error.ts";
import type { GoBuildOptions } from "./go-build.ts";
import { findJava } from "./java.ts";
import { fetchJars } from "./maven.ts";
import { MAKER, produce } from "./product.ts";
import { follow, type Say } from "./progress.ts";

const TOOL = "strimzi-crds";
export const STRIMZI_POM = join(import.meta.dirname, "modules", "strimzi", "pom.xml");
/** The classes are of Java 21 since Strimzi 1.0. */
export const STRIMZI_JAVA = 21;
const GENERATOR = "io.strimzi.crdgenerator.CrdGenerator";
/** Kinds that components write, by the class of each. */
const KINDS = {
  kafkas: "kafka.Kafka",
  kafkanodepools: "nodepool.KafkaNodePool",
  kafkatopics: "topic.KafkaTopic",
  kafkausers: "user.KafkaUser",
} as const;

/**
 * A folder with the CustomResourceDefinitions of Strimzi, made once by Strimzi's own generator from its pinned classes. No cluster of a
 * rehearsal has them, since nothing would act on them there: they judge what components write. Needs Maven and Java the first time.
 */
export async function strimziDefinitions({ toolsDir, env, report, signal }: GoBuildOptions): Promise<string> {
  return follow(TOOL, { report }, async (say) => {
    const inputs = contentKey({ pom: await fileDigest(STRIMZI_POM), kinds: JSON.stringify(KINDS) });
    const make = (stage: string) => generate(stage, { say, env, signal });
    const dir = await produce(toolsDir, { tool: TOOL, version: inputs, key: inputs, inputs, make }, { say, signal });
    say(`in ${dir}`);
    return dir;
  });
}

async function generate(
  stage: string,
  { say, env, signal }: Pick<GoBuildOptions, "env" | "signal"> & { readonly say: Say },
): Promise<void> {
  const java = await findJava(STRIMZI_JAVA, env);
  if (java === undefined)
    throw new RehearsalError(
      `Java ${STRIMZI_JAVA} or later is needed to make Strimzi's definitions; none was found.`,
      `Install it, as with: sudo apt-get install openjdk-${STRIMZI_JAVA}-jre-headless; or say where it is: export JAVA_HOME=<folder>`,
    );
  const jars = join(stage, "jars");
  await mkdir(jars);
  const identityFile = join(stage, MAKER);
  await fetchJars(STRIMZI_POM, jars, { cwd: stage, env, say, signal, identityFile });
  say("making definitions");
  const wanted = Object.entries(KINDS).map(
    ([kind, of]) => `io.strimzi.api.kafka.model.${of}=${join(stage, `${kind}.yaml`)}`,
  );
  const shape = [
    "--target-kube",
    "1.30+",
    "--crd-api-version",
    "v1",
    "--api-versions",
    "v1",
    "--storage-version",
    "v1",
  ];
  const { code, tail } = await command(java, ["-cp", join(jars, "*"), GENERATOR, ...shape, "--yaml", ...wanted], {
    cwd: stage,
    env,
    signal,
    identityFile,
  });
  if (code !== 0)
    throw new RehearsalError(
      ["Strimzi's generator cannot make its definitions. Its last lines:", ...tail.map((line) => `  ${line}`)].join(
        "\n",
      ),
      `The versions in ${STRIMZI_POM} must be those of one release: correct them.`,
    );
  await rm(jars, { recursive: true });
}
