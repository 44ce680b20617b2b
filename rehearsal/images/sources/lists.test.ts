import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it, vi } from "vitest";
import { scratch, writeProgram } from "../../toolchain/testing/scratch.ts";
import { releaseLists, sourcesOf } from "./lists.ts";

// Processes start slowly where everything is busy.
vi.setConfig({ testTimeout: 60_000 });

const DEBIAN = [
  "Debian Debian bookworm main http://mirror.test/debian/",
  "Debian Debian bookworm-updates main http://mirror.test/debian/",
  "Debian Debian-Security bookworm-security main http://mirror.test/security/",
  "Debian Debian-Backports bookworm-backports main http://mirror.test/debian/",
  "Vendor Vendor stable main http://vendor.test/",
].join("\n");

it("takes another release from where the machine has its own from, and nothing else", () => {
  expect(sourcesOf(DEBIAN, "trixie")?.split("\n")).toEqual([
    "deb http://mirror.test/debian/ trixie main",
    "deb http://mirror.test/debian/ trixie-updates main",
    "deb http://mirror.test/security/ trixie-security main",
    "",
  ]);
  expect(sourcesOf(DEBIAN, "bookworm")).toBeUndefined();
  expect(sourcesOf("Ubuntu Ubuntu noble main http://mirror.test/ubuntu/", "trixie")).toBeUndefined();
  expect(sourcesOf("", "trixie")).toBeUndefined();
});

it("fetches lists once, and again when the machine's own have changed", async () => {
  const [dir, cacheDir] = [await scratch(), await scratch()];
  const own = join(dir, "lists");
  await writeProgram(join(own, "bookworm_InRelease"), "");
  await writeProgram(join(dir, "bin/apt-config"), `echo "lists='${own}'"`);
  await writeProgram(
    join(dir, "bin/apt-get"),
    `case "$*" in
      indextargets*) echo "${DEBIAN}" ;;
      *update) echo fetched >> ${dir}/fetched
        for word in "$@"; do case "$word" in -oDir::State::lists=*) echo 1 > "\${word#*=}/trixie_InRelease" ;; esac; done ;;
    esac`,
  );
  const options = { cacheDir, toolsDir: join(cacheDir, "tools"), env: { PATH: `${dir}/bin:${process.env.PATH}` } };
  const fetched = async () => (await readFile(join(dir, "fetched"), "utf8")).split("\n").length - 1;
  const first = await releaseLists("trixie", options);
  expect(first).toMatchObject({ release: "trixie", settings: { "Dir::Etc::sourceparts": "/dev/null" } });
  expect(await readFile(first?.settings["Dir::Etc::sourcelist"] ?? "", "utf8")).toBe(sourcesOf(DEBIAN, "trixie"));
  expect(await releaseLists("trixie", options)).toEqual(first);
  expect(await fetched()).toBe(1);
  await writeProgram(join(own, "bookworm_InRelease"), "changed");
  expect((await releaseLists("trixie", options))?.state).toBe(first?.state);
  expect(await fetched()).toBe(2);
  expect(await releaseLists("bookworm", options)).toBeUndefined();
});
