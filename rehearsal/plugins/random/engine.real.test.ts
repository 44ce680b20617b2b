import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeSandbox, type Sandbox } from "../testing/sandbox.ts";

// The real engine drives the provider by way of `@pulumi/random`.

const PROGRAM = "program/index.ts";
const UP = ["up", "--yes", "--skip-preview", "--non-interactive"];

function program(keeper: string): string {
  return `
    import * as random from "@pulumi/random";
    const keepers = { version: "${keeper}" };
    const password = new random.RandomPassword("password", { length: 24, minSpecial: 2, keepers });
    const bytes = new random.RandomBytes("bytes", { length: 32 });
    const known = new random.RandomPassword("known", { length: 10 }, { import: "hunter2!!!" });
    const id = new random.RandomId("id", { byteLength: 4, prefix: "shop-" });
    const zones = new random.RandomShuffle("zones", { inputs: ["a", "b", "c"], resultCount: 2 });
    const number = new random.RandomInteger("number", { min: 1, max: 6 });
    const others = [new random.RandomPet("pet"), new random.RandomUuid("uuid"), new random.RandomUuid7("uuid7"),
      new random.RandomUuid4("uuid4"), new random.RandomString("string", { length: 8, special: false })];
    export const secret = password.result, hash = password.bcryptHash, key = bytes.base64, imported = known.result;
    export const plain = { id: id.hex, zones: zones.results, number: number.result, others: others.map((o) => o.id) };`;
}

let box: Sandbox;
beforeAll(async () => {
  box = await makeSandbox({ [PROGRAM]: program("1") });
});
afterAll(() => box.remove());

async function outputs(): Promise<Record<string, string> & { plain: Record<string, unknown> }> {
  return JSON.parse((await box.pulumi(["stack", "output", "--json", "--show-secrets"])).output);
}

describe("@pulumi/random on the real engine", () => {
  let first: Awaited<ReturnType<typeof outputs>>;

  it("previews what it cannot know yet", async () => {
    const { code, output } = await box.pulumi(["preview", "--non-interactive", "--diff"]);
    expect(output).toMatch(/12 to create|11 to create/);
    expect(output).toMatch(/secret *: \[(secret|unknown)\]/);
    expect(code).toBe(0);
  });

  it("draws every kind", async () => {
    const { code, output } = await box.pulumi(UP);
    expect(output).toMatch(/secret *: \[secret\]/);
    expect(output).toMatch(/key *: \[secret\]/);
    expect(code).toBe(0);
    first = await outputs();
    expect(first.secret).toHaveLength(24);
    expect(first.hash).toMatch(/^\$2/);
    expect(Buffer.from(String(first.key), "base64")).toHaveLength(32);
    expect(first.plain.id).toMatch(/^shop-[0-9a-f]{8}$/);
  });

  it("has no secret in clear in the state, but for the id that the program itself imported", async () => {
    const { output } = await box.pulumi(["stack", "export"]);
    for (const secret of [first.secret, first.hash, first.key]) expect(output).not.toContain(secret);
    expect(output.split("\n").filter((line) => line.includes("hunter2"))).toEqual([
      expect.stringMatching(/^\s*"importID": /),
    ]);
  });

  it("draws nothing anew, neither in an update nor in a refresh", async () => {
    expect((await box.pulumi([...UP, "--refresh", "--expect-no-changes"])).code).toBe(0);
    expect(await outputs()).toEqual(first);
  });

  it("replaces what has another keeper, and nothing else", async () => {
    box.write({ [PROGRAM]: program("2") });
    const preview = await box.pulumi(["preview", "--non-interactive", "--diff"]);
    expect(preview.output).toMatch(/\+-random:index\/randomPassword:RandomPassword: \(replace\)/);
    expect(preview.output).toMatch(/~ version: "1" => "2"/);
    expect(preview.output).toMatch(/1 to replace/);
    expect((await box.pulumi(UP)).code).toBe(0);
    const { secret, hash, ...rest } = await outputs();
    expect(secret).not.toBe(first.secret);
    expect(hash).not.toBe(first.hash);
    expect(rest).toEqual({ key: first.key, imported: "hunter2!!!", plain: first.plain });
  });

  it("refuses inputs that cannot be drawn from, before anything is made", async () => {
    box.write({
      [PROGRAM]: `
        import { RandomPassword } from "@pulumi/random";
        new RandomPassword("weak", { length: 3, minUpper: 4 });`,
    });
    const { code, output } = await box.pulumi(["preview", "--non-interactive"]);
    expect(code).not.toBe(0);
    expect(output).toMatch(/weak.*length.*is 3; minUpper, minLower, minNumeric and minSpecial together ask for 4/s);
  });

  it("is destroyed without a trace", async () => {
    expect((await box.pulumi(["destroy", "--yes", "--skip-preview", "--non-interactive"])).code).toBe(0);
    expect(box.processes()).toEqual([]);
  });
});
