import { mkdir, symlink } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { command } from "../../toolchain/command.ts";
import { scratch, writeFiles, writeProgram } from "../../toolchain/testing/scratch.ts";
import { treeEntries } from "./entry.ts";

it("finds what lies in a folder: files, links as they are, empty folders; not what is refused, nor pipes", async () => {
  const dir = await scratch();
  await writeFiles(dir, { "a/file": "123", "refused/below": "" });
  await writeProgram(join(dir, "a/run"), "true");
  await mkdir(join(dir, "empty"));
  await symlink("/nowhere", join(dir, "a/link"));
  await command("mkfifo", [join(dir, "pipe")]);
  const found = await treeEntries(dir, "to", (path) => path !== "refused");
  expect(found.sort((a, b) => (a.path < b.path ? -1 : 1))).toEqual([
    { type: "directory", path: "to/a", mode: 0o755 },
    { type: "file", path: "to/a/file", mode: expect.any(Number), size: 3, content: { file: join(dir, "a/file") } },
    { type: "link", path: "to/a/link", target: "/nowhere" },
    { type: "file", path: "to/a/run", mode: 0o755, size: 15, content: { file: join(dir, "a/run") } },
    { type: "directory", path: "to/empty", mode: 0o755 },
  ]);
});
