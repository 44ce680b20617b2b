import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Entry, textFile } from "./entry.ts";
import { planLayer, usrMergeLinks } from "./layer-plan.ts";

const paths = (entries: readonly Entry[]) => entries.map(({ path }) => path);
const folder = (path: string, mode = 0o755): Entry => ({ type: "directory", path, mode });
const link = (path: string, target: string): Entry => ({ type: "link", path, target });

describe("the plan of a layer", () => {
  it("is sorted and has every folder, before what it holds", () => {
    const plan = planLayer([textFile("srv/b/c", ""), textFile("srv/a", ""), folder("srv/b")]);
    expect(paths(plan)).toEqual(["srv", "srv/a", "srv/b", "srv/b/c"]);
  });

  it("is the same for every order of what it is given", () => {
    const entries = [textFile("a/b/c", "1"), textFile("a-b", "2"), link("a/z", "b"), folder("tmp", 0o1777)];
    fc.assert(
      fc.property(fc.shuffledSubarray(entries, { minLength: entries.length }), (shuffled) => {
        expect(planLayer(shuffled)).toEqual(planLayer(entries));
      }),
    );
  });

  it("does not depend on the umask of whoever unpacked the files, and drops set-user-id bits", () => {
    const modes = [0o600, 0o664, 0o700, 0o4755].map((mode, i) => textFile(`f${i}`, "", mode));
    const plan = planLayer([...modes, folder("d", 0o700), folder("tmp", 0o1777)]);
    expect(Object.fromEntries(plan.map((entry) => [entry.path, "mode" in entry && entry.mode.toString(8)]))).toEqual({
      d: "755",
      f0: "644",
      f1: "644",
      f2: "755",
      f3: "755",
      tmp: "1777",
    });
  });

  it.each([
    ".npmrc",
    ".git/config",
    ".env",
    ".env.local",
    ".netrc",
    ".ssh/id_ed25519",
    ".aws/credentials",
    ".pulumi/credentials.json",
  ])("never holds %s, at any depth", (path) => {
    const plan = planLayer([
      textFile(path, "secret"),
      textFile(`app/node_modules/x/${path}`, "secret"),
      textFile("app/a", ""),
    ]);
    expect(plan.filter(({ type }) => type === "file").map((it) => it.path)).toEqual(["app/a"]);
    expect(paths(plan).join()).not.toContain(path.split("/")[0]);
  });

  it("keeps files that only look like those", () => {
    const kept = ["a/.envrc.md", "a/gitignore", "a/npmrc", "a/.gitattributes"];
    expect(paths(planLayer(kept.map((path) => textFile(path, ""))))).toEqual(["a", ...kept.sort()]);
  });

  it("brings what a package puts into the root's folders under /usr, behind links", () => {
    const plan = planLayer([
      ...usrMergeLinks(),
      textFile("bin/sh", ""),
      textFile("lib/x/libc.so.6", ""),
      textFile("library", ""),
    ]);
    expect(plan.find(({ path }) => path === "bin")).toEqual(link("bin", "usr/bin"));
    expect(paths(plan)).toEqual([
      "bin",
      "lib",
      "lib64",
      "library",
      "sbin",
      "usr",
      "usr/bin",
      "usr/bin/sh",
      "usr/lib",
      "usr/lib/x",
      "usr/lib/x/libc.so.6",
    ]);
  });

  it("keeps links right that climb out of their old place", () => {
    const plan = planLayer([
      link("lib/x/a.so", "../../usr/lib/x/a.so.1"),
      link("lib/x/b.so", "b.so.1"),
      link("lib/c", "/etc/c"),
    ]);
    expect(plan.flatMap((entry) => (entry.type === "link" ? [entry.target] : []))).toEqual([
      "/etc/c",
      "/usr/lib/x/a.so.1",
      "b.so.1",
    ]);
  });

  it("takes the last of two files at one path", () => {
    expect(planLayer([textFile("a", "1"), textFile("a", "2")])).toEqual([textFile("a", "2")]);
  });

  it.each([
    ["a file that is a folder too", [textFile("a", ""), folder("a")], "/a is both a file and a directory"],
    ["a file below a file", [textFile("a", ""), textFile("a/b", "")], "/a/b lies below /a, which is a file"],
    ["a file below a link", [link("a", "b"), textFile("a/b", "")], "/a/b lies below /a, which is a link"],
    ["a way out of the root", [textFile("../etc/passwd", "")], '"../etc/passwd" is no path inside an image'],
    ["an absolute path", [textFile("/etc/passwd", "")], '"/etc/passwd" is no path inside an image'],
    ["a path in two spellings", [textFile("etc//passwd", "")], '"etc//passwd" is no path inside an image'],
  ] as const)("refuses %s", (_, entries, problem) => {
    expect(() => planLayer(entries)).toThrow(problem);
  });
});
