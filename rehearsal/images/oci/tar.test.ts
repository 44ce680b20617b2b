import { execFileSync } from "node:child_process";
import { lstat, readFile, readlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { scratch, writeFiles } from "../../toolchain/testing/scratch.ts";
import { diskFile, type Entry, textFile } from "./entry.ts";
import { tarOf } from "./tar.ts";

async function bytesOf(entries: readonly Entry[]): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of tarOf(entries)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Unpacks with the machine's tar: an independent reader. */
async function unpack(entries: readonly Entry[]): Promise<string> {
  const dir = await scratch();
  await writeFile(join(dir, "it.tar"), await bytesOf(entries));
  execFileSync("tar", ["-xpf", "it.tar"], { cwd: dir, stdio: ["ignore", "ignore", "inherit"] });
  return dir;
}

/** In folders, since no file system takes a part of a path that is longer than 255 bytes. */
const ofLength = (length: number) => `${"0123456789/".repeat(30).slice(0, length - 1)}x`;

it.each([1, 99, 100, 101, 155, 256, 300])("holds files and links whose names have %d characters", async (length) => {
  const [path, target] = [ofLength(length), `/${ofLength(length)}`];
  const dir = await unpack([textFile(path, "content"), { type: "link", path: "link", target }]);
  expect(await readFile(join(dir, path), "utf8")).toBe("content");
  expect(await readlink(join(dir, "link"))).toBe(target);
});

it("holds names in any script, and one whose record's length has a digit more than its rest", async () => {
  // A record is "<length> path=<name>\n": 9 bytes beside the name and the digits of the length.
  const names = ["żółw/Ω 漢字", "a".repeat(8), ofLength(989), ofLength(990), ofLength(991)];
  const dir = await unpack(names.map((path) => textFile(path, path)));
  for (const path of names) expect(await readFile(join(dir, path), "utf8")).toBe(path);
});

it.each([0, 1, 511, 512, 513, 200_000])("holds files of %d bytes, from memory and from disk", async (size) => {
  const text = "x".repeat(size);
  const from = await scratch();
  await writeFiles(from, { it: text });
  const dir = await unpack([textFile("memory", text), await diskFile("disk", join(from, "it")), textFile("last", "!")]);
  for (const name of ["memory", "disk"]) expect(await readFile(join(dir, name), "utf8")).toBe(text);
  expect(await readFile(join(dir, "last"), "utf8")).toBe("!");
});

it("keeps modes, and has neither times nor owners", async () => {
  const entries: Entry[] = [
    { type: "directory", path: "d", mode: 0o1777 },
    textFile("run", "", 0o755),
    textFile("read", "", 0o644),
  ];
  const dir = await unpack(entries);
  const modes = await Promise.all(
    ["d", "run", "read"].map(async (name) => (await lstat(join(dir, name))).mode & 0o7777),
  );
  expect(modes).toEqual([0o1777, 0o755, 0o644]);
  expect((await lstat(join(dir, "run"))).mtimeMs).toBe(0);
  const listing = execFileSync("tar", ["--numeric-owner", "-tvf", "it.tar"], { cwd: dir, encoding: "utf8" });
  expect(listing.match(/ 0\/0 /g)).toHaveLength(entries.length);
});

it("refuses a file that is not as long as it was when the layer was planned", async () => {
  const dir = await scratch();
  await writeFiles(dir, { it: "long" });
  const entry = await diskFile("it", join(dir, "it"));
  await writeFile(join(dir, "it"), "longer");
  await expect(bytesOf([entry])).rejects.toThrow("/it changed while it was read: 4 bytes were expected, 6 came");
});
