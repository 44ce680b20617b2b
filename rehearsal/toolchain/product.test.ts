import { mkdir, readdir, readFile, rm, stat, truncate, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { command } from "./command.ts";
import { findProduct, MAKER, produce, type Recipe } from "./product.ts";
import { eventually, scratch } from "./testing/scratch.ts";

// Processes start slowly where everything is busy.
vi.setConfig({ testTimeout: 60_000 });

/** Makes a product of one file that holds its key. */
function recipe(key: string, make: Recipe["make"] = (stage) => writeFile(join(stage, "it"), key)): Recipe {
  return { tool: "it", version: "1", key: key.padEnd(16, "0"), inputs: `inputs of ${key}`, make: vi.fn(make) };
}
const quiet = { say: () => {} };
const products = async (dir: string) => (await readdir(dir)).sort();

describe("a product", () => {
  it("is made once", async () => {
    const dir = await scratch();
    const [first, second] = [recipe("a"), recipe("a")];
    const made = await produce(dir, first, quiet);
    expect(await produce(dir, second, quiet)).toBe(made);
    expect(second.make).not.toHaveBeenCalled();
    expect(await readFile(join(made, "it"), "utf8")).toBe("a");
  });

  it("is made once when two ask together", async () => {
    const dir = await scratch();
    const [first, second] = [recipe("a"), recipe("a")];
    const [a, b] = await Promise.all([produce(dir, first, quiet), produce(dir, second, quiet)]);
    expect(a).toBe(b);
    expect(vi.mocked(first.make).mock.calls.length + vi.mocked(second.make).mock.calls.length).toBe(1);
  });

  it("leaves nothing when making it fails", async () => {
    const dir = await scratch();
    const failing = recipe("a", async (stage) => {
      await writeFile(join(stage, "it"), "half");
      throw new Error("no");
    });
    await expect(produce(dir, failing, quiet)).rejects.toThrow("no");
    expect(await products(dir)).toEqual([]);
  });

  it.each([
    ["cut short", (file: string) => truncate(file, 0)],
    ["gone", (file: string) => rm(file)],
    ["changed, its size kept", (file: string) => writeFile(file, "x")],
    ["without its description", (file: string) => rm(join(file, "..", "product.json"))],
    ["with half a description", (file: string) => truncate(join(file, "..", "product.json"), 10)],
  ])("that is %s is made again, and that is said", async (_, damage) => {
    const dir = await scratch();
    await damage(join(await produce(dir, recipe("a"), quiet), "it"));
    const say = vi.fn();
    const made = await produce(dir, recipe("a"), { say });
    expect(await readFile(join(made, "it"), "utf8")).toBe("a");
    expect(say.mock.calls[0]?.[0]).toContain("is damaged");
    expect(await products(dir)).toEqual(["it-a000000000000000"]);
  });

  it("of very many files is judged by those that are named", async () => {
    const dir = await scratch();
    const many = () => ({
      ...recipe("a", async (stage) => {
        for (const name of ["it", "witness"]) await writeFile(join(stage, name), name);
      }),
      judgedBy: ["witness"],
    });
    const made = await produce(dir, many(), quiet);
    const [again, after] = [many(), many()];
    await truncate(join(made, "it"), 0);
    await produce(dir, again, quiet);
    expect(again.make).not.toHaveBeenCalled();
    await truncate(join(made, "witness"), 0);
    await produce(dir, after, quiet);
    expect(after.make).toHaveBeenCalledOnce();
  });

  it("that was restored from a copy, with other times, serves", async () => {
    const dir = await scratch();
    const made = await produce(dir, recipe("a"), quiet);
    await utimes(join(made, "it"), 1, 1);
    const again = recipe("a");
    await produce(dir, again, quiet);
    expect(again.make).not.toHaveBeenCalled();
  });

  it("clears what killed runs left, and keeps the two that were used last", async () => {
    const dir = await scratch();
    await mkdir(join(dir, ".stage-dead"));
    await mkdir(join(dir, "it-else-0123456789abcdef"));
    for (const [i, key] of ["a", "b"].entries()) {
      const made = await produce(dir, recipe(key), quiet);
      await utimes(made, i + 1, i + 1);
    }
    await produce(dir, recipe("a"), quiet); // used: now b is the oldest
    await produce(dir, recipe("c"), quiet);
    expect(await products(dir)).toEqual(["it-a000000000000000", "it-c000000000000000", "it-else-0123456789abcdef"]);
  });

  it("keeps those that were used within the last hour: a run may be about to read them", async () => {
    const dir = await scratch();
    const hours = (count: number) => Date.now() / 1_000 - count * 3_600;
    for (const [key, age] of Object.entries({ a: 1.1, b: 0.9, c: 0.8 })) {
      const made = await produce(dir, recipe(key), quiet);
      await utimes(made, hours(age), hours(age));
    }
    await produce(dir, recipe("d"), quiet);
    expect((await products(dir)).map((name) => name[3])).toEqual(["b", "c", "d"]);
  });

  it("ends the process that a killed run left making one", async () => {
    const dir = await scratch();
    await mkdir(join(dir, ".stage-dead"));
    const identityFile = join(dir, ".stage-dead", MAKER);
    const orphan = command("sleep", ["60"], { identityFile });
    await eventually(() => stat(identityFile));
    const say = vi.fn();
    await produce(dir, recipe("a"), { say });
    expect((await orphan).code).toBeUndefined();
    expect(say.mock.calls[0]?.[0]).toMatch(/^ended process \d+, left by a run that was killed$/);
  });

  it("is found by its inputs, if it is whole", async () => {
    const dir = await scratch();
    const made = await produce(dir, recipe("a"), quiet);
    expect(await findProduct(dir, "it", "inputs of a")).toBe(made);
    expect(await findProduct(dir, "it", "inputs of b")).toBeUndefined();
    expect(await findProduct(join(dir, "nowhere"), "it", "inputs of a")).toBeUndefined();
    const { mtimeMs } = await stat(made);
    await truncate(join(made, "it"), 0);
    expect(await findProduct(dir, "it", "inputs of a")).toBeUndefined();
    expect((await stat(made)).mtimeMs).toBe(mtimeMs);
  });
});
