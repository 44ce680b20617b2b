import { chmod } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { findJava } from "./java.ts";
import { scratch, writeFiles } from "./testing/scratch.ts";

/** A program that says, as Java does on the second stream, that it is of a version. */
async function fake(dir: string, path: string, version: string): Promise<string> {
  const file = `${path}/bin/java`;
  await writeFiles(dir, { [file]: `#!/bin/sh\necho 'openjdk version "${version}" 2025-09-16' >&2\n` });
  await chmod(join(dir, file), 0o755);
  return join(dir, file);
}

it("takes JAVA_HOME before PATH before where packages put one, and passes over what is too old", async () => {
  const dir = await scratch();
  const old = await fake(dir, "old", "17.0.15");
  const onPath = await fake(dir, "path", "21.0.2");
  const packaged = await fake(dir, "jvm/temurin-25", "25");
  const root = join(dir, "jvm");
  const PATH = `${join(dir, "path", "bin")}:/bin`;
  expect(await findJava(17, { JAVA_HOME: join(dir, "old"), PATH }, root)).toBe(old);
  expect(await findJava(21, { JAVA_HOME: join(dir, "old"), PATH }, root)).toBe(onPath);
  expect(await findJava(25, { PATH }, root)).toBe(packaged);
  expect(await findJava(26, { PATH }, root)).toBeUndefined();
});

it("passes over what says nothing of a version", async () => {
  const dir = await scratch();
  await writeFiles(dir, { "bin/java": "#!/bin/sh\nexit 1\n" });
  await chmod(join(dir, "bin/java"), 0o755);
  expect(await findJava(8, { PATH: join(dir, "bin") }, join(dir, "none"))).toBeUndefined();
});
