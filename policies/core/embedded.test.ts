import { expect, test } from "vitest";
import { embedded } from "./embedded.ts";
import { Field, MalformedValue } from "./field.ts";

const dataOf = (text: unknown) => new Field({ data: { "rules.yml": text } }).at("data");

test("fields of a document go on from the path of the text", () => {
  const field = embedded(dataOf("groups: [{ name: a }]"), "rules.yml").at("groups").items()[0]?.at("name");
  expect(field?.text()).toBe("a");
  expect(field?.path).toBe('data["rules.yml"].groups[0].name');
});

test("JSON is YAML, and nothing is an empty document", () => {
  expect(embedded(dataOf('{"a": [1]}'), "rules.yml").at("a").items()[0]?.number()).toBe(1);
  expect(embedded(dataOf(undefined), "rules.yml").absent).toBe(true);
});

test.each([
  ["groups: [", "no YAML in line 1"],
  [`a: &a [1]\nb: [${"*a, ".repeat(21)}]`, "no YAML in line 2"],
  ["x".repeat(1_048_577), "a text of 1048577 characters"],
])("a text that is none says where, and shows nothing of it", (text, given) => {
  expect(() => embedded(dataOf(text), "rules.yml")).toThrow(MalformedValue);
  expect(() => embedded(dataOf(text), "rules.yml")).toThrow(given);
});
