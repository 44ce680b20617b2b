import { expect, test } from "vitest";
import { readManifests } from "../sources/manifest.ts";
import { duplicateNotes } from "./duplicates.ts";

const from = (file: string, text: string) => readManifests({ file, text, found: false }).resources;
const POD = "apiVersion: v1\nkind: Pod\nmetadata: { name: a, namespace: shop }\nspec: {}\n";

test("an object that is declared twice is named with both places", () => {
  const twice = [...from("a.yaml", POD), ...from("b.yaml", `${POD.replace("name: a", "name: b")}---\n${POD}`)];
  expect(duplicateNotes(twice)).toEqual(["Pod shop/a is declared 2 times, and each is judged: a.yaml:1, b.yaml:6"]);
});

test("another kind, group, name or namespace is another object", () => {
  const others = [
    POD,
    POD.replace("namespace: shop", "namespace: other"),
    POD.replace("Pod", "Service"),
    POD.replace("v1", "example.test/v1"),
  ];
  expect(duplicateNotes(others.flatMap((text) => from("a.yaml", text)))).toEqual([]);
});

test("what Pulumi wrote is told apart by its URN", () => {
  const [pod] = from("a.yaml", POD);
  if (!pod) throw new Error("no object was read");
  expect(
    duplicateNotes([
      { ...pod, urn: "urn:a" },
      { ...pod, urn: "urn:b" },
    ]),
  ).toEqual([]);
});
