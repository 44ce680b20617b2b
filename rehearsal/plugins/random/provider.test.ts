import { describe, expect, it } from "vitest";
import { hasSecret, type PropertyValue, reveal, revealMap, Secret, UNKNOWN } from "../rpc/index.ts";
import { call, check, create, draw, failures, provider, read, subject } from "./testing.ts";

// What the official provider does, from its documentation and its schema: pulumi-random 4.21, terraform-random 3.9.

describe("the other kinds", () => {
  it("RandomString: the id is the result, in clear", async () => {
    const { id, outputs } = await create("String", { length: 12 });
    expect(outputs.result).toBe(id);
    expect(hasSecret(outputs)).toBe(false);
  });

  it("RandomString: what is drawn from a secret is secret", async () => {
    const { outputs } = await create("String", { length: 12, overrideSpecial: new Secret("#") });
    expect(outputs.result).toBeInstanceOf(Secret);
  });

  it("RandomId: the same bytes in four spellings, each with the prefix; the id without", async () => {
    const { id, outputs } = await create("Id", { byteLength: 8, prefix: "web-" });
    const bytes = Buffer.from(id, "base64url");
    expect(bytes).toHaveLength(8);
    expect(outputs).toEqual({
      byteLength: 8,
      prefix: "web-",
      b64Url: `web-${id}`,
      b64Std: `web-${bytes.toString("base64")}`,
      hex: `web-${bytes.toString("hex")}`,
      dec: `web-${bytes.readBigUInt64BE()}`,
    });
  });

  it("RandomId: imported by its id, with or without a prefix", async () => {
    expect(await read("Id", "p-9hUg")).toMatchObject({ id: "p-9hUg", inputs: { byteLength: 4 } });
    const found = await read("Id", "a,b,p-9hUg");
    expect(found?.inputs).toEqual({ byteLength: 4, prefix: "a,b" });
    expect(found?.outputs).toMatchObject({ b64Url: "a,bp-9hUg", hex: "a,ba7ef6152", dec: "a,b2817483090" });
    await expect(read("Id", "no base64!")).rejects.toThrow(/\[PREFIX,\]BASE64URL/);
  });

  it("RandomInteger: both bounds are included", async () => {
    const seen = new Set<PropertyValue | undefined>();
    for (let i = 0; i < 200; i++) seen.add((await draw("Integer", { min: -1, max: 1 })).result);
    expect([...seen].sort()).toEqual([-1, 0, 1]);
  });

  it("RandomInteger: the id is the number as text", async () => {
    expect(await create("Integer", { min: 5, max: 5 })).toEqual({ id: "5", outputs: { min: 5, max: 5, result: 5 } });
  });

  it("RandomInteger: the same seed gives the same number", async () => {
    const inputs = { min: 0, max: 1_000_000, seed: "s" };
    expect(await draw("Integer", inputs)).toEqual(await draw("Integer", inputs));
    expect((await draw("Integer", { ...inputs, seed: "t" })).result).not.toBe((await draw("Integer", inputs)).result);
  });

  it("RandomInteger: refuses bounds that are the wrong way round, or too wide", async () => {
    const order = "min is 2; it must be smaller than or equal to max, 1";
    expect(await failures("Integer", { min: 2, max: 1 })).toEqual([order]);
    expect(await failures("Integer", { min: 0, max: 2 ** 50 })).toHaveLength(1);
  });

  it("RandomInteger: imported as result,min,max[,seed]", async () => {
    expect(await read("Integer", "7,1,50")).toEqual({
      id: "7",
      inputs: { min: 1, max: 50 },
      outputs: { min: 1, max: 50, result: 7 },
    });
    expect((await read("Integer", "7,1,50,s"))?.inputs).toEqual({ min: 1, max: 50, seed: "s" });
    await expect(read("Integer", "7")).rejects.toThrow(/RESULT,MIN,MAX/);
  });

  it("RandomPet: two words by default; more, a prefix and another separator when asked for", async () => {
    expect((await create("Pet", {})).id).toMatch(/^[a-z]+-[a-z]+$/);
    expect((await create("Pet", { length: 1 })).id).toMatch(/^[a-z]+$/);
    expect((await create("Pet", { length: 4, prefix: "app", separator: "_" })).id).toMatch(/^app(_[a-z]+){4}$/);
    expect((await create("Pet", {})).outputs).toEqual({ length: 2, separator: "-" });
  });

  it("RandomPet: refuses a secret prefix, which the id would show", async () => {
    const [message] = await failures("Pet", { prefix: new Secret("hidden-word") });
    expect(message).toMatch(/^prefix is secret, and would become part of the id/);
    expect(message).not.toMatch(/hidden-word/);
  });

  it("RandomShuffle: every item once, in some order", async () => {
    const inputs = ["a", "b", "c", "d", "e"];
    const { results } = await draw("Shuffle", { inputs });
    expect([...(results as string[])].sort()).toEqual(inputs);
  });

  it("RandomShuffle: cut, or repeated without an item more often than another by two", async () => {
    const inputs = ["a", "b", "c"];
    expect((await draw("Shuffle", { inputs, resultCount: 2 })).results).toHaveLength(2);
    const { results } = await draw("Shuffle", { inputs, resultCount: 8 });
    const times = inputs.map((item) => (results as string[]).filter((other) => other === item).length);
    expect(times.sort()).toEqual([2, 3, 3]);
    expect((await draw("Shuffle", { inputs: [], resultCount: 4 })).results).toEqual([]);
    expect((await draw("Shuffle", { inputs, resultCount: 0 })).results).toEqual([]);
  });

  it("RandomShuffle: a secret item makes the results secret", async () => {
    const { outputs } = await create("Shuffle", { inputs: ["a", new Secret("b")] });
    expect(outputs.results).toBeInstanceOf(Secret);
  });

  it("RandomUuid, RandomUuid4 and RandomUuid7: of the right form", async () => {
    const hex = "[0-9a-f]";
    const form = (version: string) => new RegExp(`^${hex}{8}-${hex}{4}-${version}-${hex}{4}-${hex}{12}$`);
    expect((await draw("Uuid", {})).result).toMatch(form(`${hex}{4}`));
    expect((await draw("Uuid4", {})).result).toMatch(form(`4${hex}{3}`));
    expect((await draw("Uuid7", {})).result).toMatch(form(`7${hex}{3}`));
  });

  it("RandomUuid7: begins with the time", async () => {
    const { id } = await create("Uuid7", {});
    const time = Number.parseInt(id.replaceAll("-", "").slice(0, 12), 16);
    expect(Math.abs(Date.now() - time)).toBeLessThan(60_000);
  });

  it("RandomUuid: imported in small letters; what is no UUID is refused", async () => {
    const id = "AABBCCDD-EEFF-0011-2233-445566778899";
    expect(await read("Uuid", id)).toMatchObject({ id: id.toLowerCase(), outputs: { result: id.toLowerCase() } });
    await expect(read("Uuid", "aabb")).rejects.toThrow(/"aabb" is no UUID/);
  });

  it("RandomBytes: base64 and hex of the same bytes, both secret, and not in the id", async () => {
    const { id, outputs } = await create("Bytes", { length: 32 });
    expect(id).toBe("none");
    expect(outputs.base64).toBeInstanceOf(Secret);
    const { base64, hex } = revealMap(outputs);
    expect(Buffer.from(String(base64), "base64").toString("hex")).toBe(hex);
    expect(hex).toHaveLength(64);
  });

  it("RandomBytes: imported from base64; a wrong id is not repeated in the message", async () => {
    const found = await read("Bytes", "3q2+7w==");
    expect(found?.inputs).toEqual({ length: 4 });
    expect(reveal(found?.outputs.hex ?? null)).toBe("deadbeef");
    expect(found?.outputs.hex).toBeInstanceOf(Secret);
    await expect(read("Bytes", "s3cr3t!")).rejects.toThrow(/^the id is not base64, with padding$/);
  });

  it("RandomPassword: imported by the secret, which becomes secret, with inputs that fit", async () => {
    const found = await read("Password", "hunter2!");
    expect(found?.id).toBe("none");
    expect(found?.inputs).toMatchObject({ length: 8, special: true, minUpper: 0 });
    expect(found?.outputs.result).toBeInstanceOf(Secret);
    const request = { ...subject("Password"), id: "none", oldInputs: found?.inputs ?? {}, ignoreChanges: [] };
    const plan = await provider.diff({ ...request, oldOutputs: found?.outputs ?? {}, news: { length: 8 } }, call);
    expect(plan.changes).toEqual([]);
  });

  it("RandomPet and RandomShuffle cannot be imported", async () => {
    await expect(read("Pet", "brave-otter")).rejects.toThrow(/cannot be imported/);
    await expect(read("Shuffle", "-")).rejects.toThrow(/cannot be imported/);
  });

  it("a refresh finds what the state has", async () => {
    const { id, outputs } = await create("Password", { length: 8 });
    expect(await read("Password", id, { length: 8 }, outputs)).toEqual({ id, inputs: { length: 8 }, outputs });
  });

  it("a preview tells every input and default, and draws nothing", async () => {
    expect(await create("Pet", { prefix: "app" }, true)).toEqual({
      id: "",
      outputs: { length: 2, separator: "-", prefix: "app" },
    });
    expect((await create("Integer", { min: 1, max: 2 }, true)).outputs.result).toBe(UNKNOWN);
  });

  it("a type that it does not have is named, with those that it has", async () => {
    await expect(check("Dice", {})).rejects.toThrow(
      /RandomDice is no resource of the random provider; it has RandomBytes/,
    );
  });
});
