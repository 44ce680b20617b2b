import { chmod, readdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it, vi } from "vitest";
import { diagnose } from "./diagnose.ts";
import type { Diagnosis } from "./diagnosis.ts";
import { scratch, writeProgram } from "./testing/scratch.ts";

// Processes start slowly where everything is busy.
vi.setConfig({ testTimeout: 60_000 });

const of = (all: readonly Diagnosis[], requirement: string) => all.find((one) => one.requirement === requirement);

it("tells of a machine with old tools what serves, what is built, and the command for the rest; and changes nothing", async () => {
  const dir = await scratch();
  const cacheDir = join(dir, "cache");
  const oldPulumi = await writeProgram(join(dir, "bin/pulumi"), "echo v3.100.0");
  await writeProgram(join(dir, "bin/npm"), "echo 10.9.0");
  const all = await diagnose({ cacheDir, env: { PATH: join(dir, "bin"), PULUMI_HOME: join(dir, "none") } });
  expect(of(all, "Node.js")).toMatchObject({ state: "serves", found: expect.stringContaining(process.execPath) });
  expect(of(all, "npm")).toMatchObject({ state: "serves", found: "10.9.0" });
  expect(of(all, "pulumi")).toMatchObject({
    state: "builds",
    found: "none",
    note: `${oldPulumi} (3.100.0) does not serve`,
  });
  expect(of(all, "kubectl")).toMatchObject({ state: "builds" });
  expect(of(all, "rehearsal cluster")).toMatchObject({ state: "builds" });
  expect(of(all, "plugin random")).toMatchObject({
    state: "limited",
    found: "ours",
    fix: expect.stringMatching(/^pulumi plugin install resource random v\d/),
  });
  expect(all.filter(({ state, fix }) => state === "missing" && !fix)).toEqual([]);
  expect(await readdir(dir)).toEqual(["bin"]);
});

it("finds what is missing on a bare machine", async () => {
  const dir = await scratch();
  const all = await diagnose({ cacheDir: dir, env: { PATH: "", PULUMI_HOME: dir } });
  expect(of(all, "npm")).toMatchObject({ state: "missing", found: "none", fix: expect.stringContaining("npm") });
});

it.each([
  ["is no folder", "executable", (path: string) => writeFile(path, "", { mode: 0o755 })],
  ["is a link that leads nowhere", "link", (path: string) => symlink("/nonexistent/target", path)],
])("says that a cache that %s does not serve", async (what, name, make) => {
  const dir = await scratch();
  const place = join(dir, name);
  await make(place);
  for (const cacheDir of [place, join(place, "below")])
    expect(of(await diagnose({ cacheDir, env: { PATH: "", PULUMI_HOME: dir } }), "cache folder")).toMatchObject({
      state: "missing",
      found: `${place} ${what}`,
      fix: expect.stringContaining("PLUMBLINE_CACHE"),
    });
});

it.skipIf(process.getuid?.() === 0)("says that a cache that cannot be written does not serve", async () => {
  const dir = await scratch();
  await chmod(dir, 0o500);
  const all = await diagnose({ cacheDir: join(dir, "cache") });
  expect(of(all, "cache folder")).toMatchObject({ state: "missing", fix: expect.stringContaining("PLUMBLINE_CACHE") });
  await chmod(dir, 0o700);
});
