import { compare } from "bcryptjs";
import { describe, expect, it } from "vitest";
import { hasUnknown, type PropertyMap, type PropertyValue, Secret, UNKNOWN } from "../rpc/index.ts";
import { create, draw, failures } from "./testing.ts";

// What the official provider does, from its documentation and its schema: pulumi-random 4.21, terraform-random 3.9.

const count = (text: PropertyValue | undefined, pattern: RegExp) => String(text).match(pattern)?.length ?? 0;

describe("RandomPassword", () => {
  it("has the length asked for, and characters of all four classes by default", async () => {
    const { result } = await draw("Password", { length: 2000 });
    expect(result).toHaveLength(2000);
    expect(result).toMatch(/^[A-Za-z0-9!@#$%&*()\-_=+[\]{}<>:?]+$/);
    for (const some of [/[A-Z]/, /[a-z]/, /[0-9]/, /[^A-Za-z0-9]/]) expect(result).toMatch(some);
  });

  it("marks the result and its hash secret, in a preview as well", async () => {
    for (const preview of [true, false]) {
      const { outputs } = await create("Password", { length: 16 }, preview);
      expect(outputs.result).toBeInstanceOf(Secret);
      expect(outputs.bcryptHash).toBeInstanceOf(Secret);
      expect(hasUnknown(outputs.result ?? null)).toBe(preview);
    }
  });

  it("has nothing of the secret in its id", async () => {
    expect((await create("Password", { length: 16 })).id).toBe("none");
  });

  it("gives the bcrypt hash of the result", async () => {
    const { result, bcryptHash } = await draw("Password", { length: 16 });
    expect(bcryptHash).toMatch(/^\$2[ab]\$10\$/);
    expect(await compare(String(result), String(bcryptHash))).toBe(true);
  });

  it("writes every default into the outputs", async () => {
    expect(await draw("Password", { length: 8 })).toMatchObject({
      ...{ length: 8, upper: true, lower: true, number: true, numeric: true, special: true },
      ...{ minUpper: 0, minLower: 0, minNumeric: 0, minSpecial: 0 },
    });
  });

  it("has at least as many of each class as asked for", async () => {
    const { result } = await draw("Password", { length: 10, minUpper: 4, minLower: 3, minNumeric: 2, minSpecial: 1 });
    expect(count(result, /[A-Z]/g)).toBe(4);
    expect(count(result, /[a-z]/g)).toBe(3);
    expect(count(result, /[0-9]/g)).toBe(2);
    expect(count(result, /[^A-Za-z0-9]/g)).toBe(1);
  });

  it("puts what was asked for anywhere, not in the order of the classes", async () => {
    const inputs = { length: 4, minUpper: 1, minLower: 1, minNumeric: 1, minSpecial: 1 };
    const firsts = new Set<string>();
    for (let i = 0; i < 60; i++)
      firsts.add(
        String((await draw("String", inputs)).result)
          .charAt(0)
          .replace(/\w/, "w")
          .replace(/\W/, "s"),
      );
    expect(firsts.size).toBe(2);
  });

  it("leaves out the classes that are switched off", async () => {
    const { result } = await draw("Password", { length: 500, upper: false, special: false, numeric: false });
    expect(result).toMatch(/^[a-z]{500}$/);
  });

  it("takes special characters from overrideSpecial, which may be of several bytes", async () => {
    const only = { upper: false, lower: false, numeric: false };
    const { result } = await draw("Password", { length: 40, ...only, overrideSpecial: "é€" });
    expect(result).toMatch(/^[é€]{40}$/u);
  });

  it("takes the default special characters when overrideSpecial is empty", async () => {
    const { result } = await draw("Password", { length: 40, minSpecial: 40, overrideSpecial: "" });
    expect(result).toMatch(/^[!@#$%&*()\-_=+[\]{}<>:?]{40}$/);
  });

  it("never draws the same twice", async () => {
    const drawn = await Promise.all(Array.from({ length: 20 }, () => draw("String", { length: 12 })));
    expect(new Set(drawn.map(({ result }) => result)).size).toBe(20);
  });

  it.each([
    [{}, "length is required; give a whole number"],
    [{ length: 0 }, "length is 0; it must be at least 1"],
    [{ length: 1.5 }, "length is 1.5; it must be a whole number"],
    [{ length: "long" }, 'length is "long"; it must be a whole number'],
    [{ length: 8, minUpper: -1 }, "minUpper is -1; it must be at least 0"],
    [{ length: 8, special: "no" }, 'special is "no"; it must be true or false'],
    [{ length: 8, keepers: "x" }, 'keepers is "x"; it must be a map of texts'],
    [
      { length: 3, minUpper: 2, minLower: 2 },
      "length is 3; minUpper, minLower, minNumeric and minSpecial together ask for 4 characters",
    ],
    [
      { length: 8, upper: false, lower: false, numeric: false, special: false },
      "upper at least one of upper, lower, numeric and special must be true",
    ],
    [
      { length: 8, number: true, numeric: false },
      "number number is true and numeric is false; number is the old name of numeric: leave it out",
    ],
  ] satisfies [PropertyMap, string][])("refuses %j", async (inputs, message) => {
    expect(await failures("Password", inputs)).toEqual([message]);
  });

  it("takes what is not known yet to be right", async () => {
    expect(await failures("Password", { length: UNKNOWN, minUpper: 99 })).toEqual([]);
  });

  it("does not print a secret input that is wrong", async () => {
    expect(await failures("Password", { length: new Secret(-41) })).toEqual([
      "length is a secret; it must be at least 1",
    ]);
    const [message] = await failures("Password", { length: new Secret(41), minUpper: 97 });
    expect(message).toMatch(/some are secret/);
    expect(message).not.toMatch(/41/);
  });

  it("keeps numeric and its old name number the same", async () => {
    expect(await draw("Password", { length: 8, number: false })).toMatchObject({ number: false, numeric: false });
    expect(await draw("Password", { length: 8, numeric: false })).toMatchObject({ number: false, numeric: false });
  });
});
