import { describe, expect, it } from "vitest";
import { type PropertyMap, reveal, Secret, UNKNOWN } from "../rpc/index.ts";
import { call, create, diff, provider, subject } from "./testing.ts";

describe("diff", () => {
  const length = { length: 8 };

  it("finds no change between equal inputs", async () => {
    expect(await diff("Password", length, length)).toEqual([]);
  });

  it("finds no change when a default is written out, or left out again", async () => {
    expect(await diff("Password", length, { ...length, special: true, minUpper: 0, numeric: true })).toEqual([]);
    expect(await diff("Password", { ...length, special: true, number: true }, length)).toEqual([]);
  });

  it.each([
    [length, { length: 9 }, "replace: update length"],
    [length, { ...length, special: false }, "replace: add special"],
    [{ ...length, special: false }, length, "replace: delete special"],
    [length, { ...length, numeric: false }, "replace: add numeric"],
    [length, { ...length, overrideSpecial: "_" }, "replace: add overrideSpecial"],
    [length, { length: UNKNOWN }, "replace: update length"],
    [length, { ...length, keepers: { a: "1" } }, "replace: add keepers.a"],
    [{ ...length, keepers: { a: "1" } }, { ...length, keepers: { a: "2" } }, "replace: update keepers.a"],
    [{ ...length, keepers: { a: "1", b: "1" } }, { ...length, keepers: { a: "1" } }, "replace: delete keepers.b"],
    [{ ...length, keepers: { a: "1" } }, { ...length, keepers: UNKNOWN }, "replace: update keepers"],
    [{ ...length, keepers: { a: "1" } }, { ...length, keepers: { a: UNKNOWN } }, "replace: update keepers.a"],
  ] satisfies [PropertyMap, PropertyMap, string][])("from %j to %j", async (olds, news, change) => {
    expect(await diff("String", olds, news)).toEqual([change]);
  });

  it("takes a keeper that is null for none, and empty keepers for none at all", async () => {
    expect(await diff("Pet", {}, { keepers: { a: null } })).toEqual([]);
    expect(await diff("Pet", {}, { keepers: {} })).toEqual([]);
  });

  it("finds no change when only the secret mark of a keeper comes or goes", async () => {
    expect(await diff("Pet", { keepers: { a: "1" } }, { keepers: { a: new Secret("1") } })).toEqual([]);
  });

  it("leaves out an empty overrideSpecial without a new draw", async () => {
    const olds = { ...length, overrideSpecial: "" };
    expect(await diff("Password", olds, length)).toEqual(["update: delete overrideSpecial"]);
    const { id, outputs } = await create("Password", olds);
    const request = { ...subject("Password"), id, oldInputs: olds, oldOutputs: outputs, inputs: length };
    const more = { preview: false, timeoutSeconds: undefined, ignoreChanges: [] };
    const after = await provider.update({ ...request, ...more }, call);
    expect(reveal(after.result ?? null)).toBe(reveal(outputs.result ?? null));
    expect(after.result).toBeInstanceOf(Secret);
    expect(after).not.toHaveProperty("overrideSpecial");
  });
});
