import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { decoded, encoded, inputFiles, readText } from "./files.ts";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "plumbline-files-"));
});
afterEach(() => rmSync(root, { recursive: true }));

const put = (...paths: string[]) => {
  for (const path of paths) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), "");
  }
};

const link = (target: string, path: string) => symlinkSync(target, join(root, path));

test("a folder's files are found by their ending, in the order of their names", () => {
  put("a/b.yaml", "a/a.YML", "a/c/d.json", "a/readme.md", "a/.git/x.yaml", "a/node_modules/y.yaml", "a/.hidden.yaml");
  link(join(root, "a"), "a/c/circle");
  const { files, notes, problems } = inputFiles([join(root, "a")]);
  expect(files.map(({ path, found }) => [path.slice(root.length), found])).toEqual([
    ["/a/a.YML", true],
    ["/a/b.yaml", true],
    ["/a/c/d.json", true],
  ]);
  expect([notes, problems]).toEqual([[], []]);
});

test("what is named is taken whatever its ending, and nothing twice", () => {
  put("n/a.txt", "n/b.yaml");
  const { files } = inputFiles([join(root, "n/a.txt"), join(root, "n/b.yaml"), join(root, "n")]);
  expect(files.map(({ path, found }) => [path.slice(root.length), found])).toEqual([
    ["/n/a.txt", false],
    ["/n/b.yaml", false],
  ]);
});

test("the templates of a chart are passed over, and that is said", () => {
  put("chart/Chart.yaml", "chart/templates/a.yaml", "chart/values.yaml", "other/templates/b.yaml");
  const { files, notes } = inputFiles([join(root, "chart"), join(root, "other")]);
  expect(files.map(({ path }) => path.slice(root.length))).toEqual([
    "/chart/Chart.yaml",
    "/chart/values.yaml",
    "/other/templates/b.yaml",
  ]);
  expect(notes).toEqual([expect.stringContaining("check what helm template prints")]);
});

test("what cannot be read is named with its reason, and the rest is found", () => {
  put("p/a.yaml");
  link("b.yaml", "p/b.yaml");
  const { files, problems } = inputFiles([join(root, "p"), join(root, "nowhere")]);
  expect(files).toHaveLength(1);
  expect(problems).toEqual([
    `${join(root, "p/b.yaml")}: its links lead in a circle`,
    `${join(root, "nowhere")}: there is no such file or folder`,
  ]);
  expect(() => readText(join(root, "p"))).toThrow("it is a folder");
});

test.each([
  [Buffer.from("ä"), "ä"],
  [Buffer.from("\uFEFFä"), "\uFEFFä"],
  [Buffer.from("\uFEFFä", "utf16le"), "\uFEFFä"],
  [Buffer.from("\uFEFFä", "utf16le").swap16(), "\uFEFFä"],
])("%j is read as the text it is, and written as it was", (bytes, text) => {
  expect(decoded(bytes)).toBe(text);
  expect(Buffer.compare(encoded(text, bytes), bytes)).toBe(0);
});

test("what is no text is refused", () => {
  expect(() => decoded(Buffer.from([0x61, 0xff, 0x62]))).toThrow("it is no text in UTF-8");
});
