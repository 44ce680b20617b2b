import { expect, it } from "vitest";
import { scratch, writeFiles } from "../../toolchain/testing/scratch.ts";
import { sourceInputs } from "./find.ts";
import type { Source } from "./source.ts";

async function javaSource(pom: string): Promise<Source> {
  const dir = await scratch();
  await writeFiles(dir, { "pom.xml": pom });
  return { kind: "maven", pom: `${dir}/pom.xml`, to: "/libs" };
}

it("gives a source the same key in every checkout, and another one when anything behind it changes", async () => {
  const [one, two, other] = [await javaSource("<a/>"), await javaSource("<a/>"), await javaSource("<b/>")];
  expect(await sourceInputs(one)).toBe(await sourceInputs(two));
  expect(await sourceInputs(one)).not.toBe(await sourceInputs(other));
});

it("gives a source another key when its description changes", async () => {
  const key = await sourceInputs({ kind: "debian", packages: ["a"] });
  expect(await sourceInputs({ kind: "debian", packages: ["b"] })).not.toBe(key);
  expect(await sourceInputs({ kind: "debian", packages: ["a"], without: ["b"] })).not.toBe(key);
  expect(await sourceInputs({ kind: "files", texts: { "/a": "1" } })).not.toBe(
    await sourceInputs({ kind: "files", texts: { "/a": "2" } }),
  );
});
