import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { expect, it } from "vitest";
import { cacheDirectory, requireCache } from "./cache.ts";
import { scratch, writeFiles } from "./testing/scratch.ts";

it.each([
  ["its own variable first", { PLUMBLINE_CACHE: "/a", XDG_CACHE_HOME: "/b" }, "/a"],
  ["its own variable, made absolute", { PLUMBLINE_CACHE: "a" }, resolve("a")],
  ["the desktop's folder", { XDG_CACHE_HOME: "/b" }, "/b/plumbline"],
  ["not a desktop's folder that is not absolute", { XDG_CACHE_HOME: "b" }, join(homedir(), ".cache/plumbline")],
  ["home, when variables are empty", { PLUMBLINE_CACHE: "", XDG_CACHE_HOME: "" }, join(homedir(), ".cache/plumbline")],
])("is %s", (_, env, expected) => {
  expect(cacheDirectory(env)).toBe(expected);
});

it("must be a folder that can be made and written", async () => {
  const dir = await scratch();
  await requireCache(join(dir, "deep/cache"));
  await writeFiles(dir, { file: "" });
  await expect(requireCache(join(dir, "file"))).rejects.toThrow(
    /cannot be written: EEXIST[\s\S]*export PLUMBLINE_CACHE=/,
  );
});

it.each(["a#b", "a?b", "a%41b"])("cannot be called %s: the engine takes it as part of a URL", async (name) => {
  const dir = join(await scratch(), name);
  await expect(requireCache(join(dir, "cache"))).rejects.toThrow(
    /has "[#?%]" in its path[\s\S]*export PLUMBLINE_CACHE=/,
  );
  expect(existsSync(dir)).toBe(false);
});

it("may have a blank in its path", async () => {
  await expect(requireCache(join(await scratch(), "a b"))).resolves.toBeUndefined();
});
