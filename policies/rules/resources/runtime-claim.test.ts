import { describe, expect, test } from "vitest";
import { Field } from "../../core/field.ts";
import { claimOfVariable, claimOfWord } from "./runtime-claim.ts";

describe("a variable", () => {
  test.each([
    ["NODE_OPTIONS", "--enable-source-maps --max-old-space-size=512", "memory", 512 * 2 ** 20],
    ["NODE_OPTIONS", "--max_old_space_size=1 --max-old-space-size 2", "memory", 2 * 2 ** 20],
    ["JAVA_TOOL_OPTIONS", "-Xms1g -Xmx2G", "memory", 2 ** 31],
    ["JAVA_OPTS", "-XX:MaxHeapSize=1048576", "memory", 2 ** 20],
    ["_JAVA_OPTIONS", "-Xmx512m -Xmx64k", "memory", 2 ** 16],
    ["GOMEMLIMIT", "400MiB", "memory", 400 * 2 ** 20],
    ["GOMEMLIMIT", "1048576", "memory", 2 ** 20],
    ["GOMEMLIMIT", "1024B", "memory", 1024],
    ["GOMAXPROCS", "4", "cpu", 4],
    ["JAVA_OPTS", "-XX:MaxRAMPercentage=75.0", "memory", 75],
    ["NODE_OPTIONS", "--max-old-space-size-percentage=60", "memory", 60],
  ])("%s=%s claims %s: %d", (name, value, resource, amount) =>
    expect(claimOfVariable(new Field({ name, value }))).toMatchObject({ resource, amount }),
  );

  test.each([
    ["NODE_OPTIONS", "--enable-source-maps"],
    ["JAVA_OPTS", "-Xms1g -XX:+ExitOnOutOfMemoryError"],
    ["GOMEMLIMIT", "off"],
    ["GOMAXPROCS", ""],
    ["GREETING", "-Xmx2g"],
  ])("%s=%s claims nothing", (name, value) => expect(claimOfVariable(new Field({ name, value }))).toBeUndefined());

  test("that comes from elsewhere claims nothing", () =>
    expect(claimOfVariable(new Field({ name: "GOMEMLIMIT", valueFrom: { resourceFieldRef: {} } }))).toBeUndefined());
});

test.each([
  ["--max-old-space-size=64", 64 * 2 ** 20],
  ["exec java -Xmx1g -jar app.jar", 2 ** 30],
])("the word %s claims %d bytes", (word, amount) => expect(claimOfWord(new Field(word))).toMatchObject({ amount }));

test("most words claim nothing", () => expect(claimOfWord(new Field("--verbose"))).toBeUndefined());
