import { readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { expect, it, vi } from "vitest";
import { scratch, writeProgram } from "../toolchain/testing/scratch.ts";
import { type ImageDescription, type ImageOptions, prepareImage } from "./index.ts";

// Processes start slowly where everything is busy.
vi.setConfig({ testTimeout: 60_000 });

/** Made of a package that the fake apt of a test has, and of a text. */
const image: ImageDescription = {
  reference: "example.com/thing:1",
  about: "thing",
  layers: [
    { kind: "debian", packages: ["thing"] },
    { kind: "files", texts: { "/etc/thing": "1" } },
  ],
};

interface Machine extends ImageOptions {
  /** Where apt's package lists lie. */
  readonly lists: string;
  /** Where its programs lie. */
  readonly bin: string;
  /** How often packages were fetched. */
  readonly fetched: () => Promise<number>;
}

/** A machine with programs that do as apt and dpkg would, and count how often packages were fetched. */
async function machine(): Promise<Machine> {
  const [cacheDir, dir] = [await scratch(), await scratch()];
  const lists = join(dir, "lists");
  await writeProgram(join(lists, "bookworm_InRelease"), "true");
  const bin = join(dir, "bin");
  await writeProgram(join(bin, "dpkg"), "echo amd64");
  await writeProgram(join(bin, "apt-config"), `echo "lists='${lists}'"`);
  await writeProgram(
    join(bin, "apt-get"),
    `case "$*" in
      *--simulate*) echo "Inst thing (1:2.0 Debian:12/stable [amd64])" ;;
      *) echo fetched >> ${dir}/fetched; exec sleep "\${SLOW:-0}" ;;
    esac`,
  );
  await writeProgram(join(bin, "dpkg-deb"), 'mkdir -p "$3/usr/bin" && echo "$2" | sed "s|.*/||" > "$3/usr/bin/thing"');
  const env = { PATH: `${bin}:${process.env.PATH}` };
  const fetched = async () => (await readFile(join(dir, "fetched"), "utf8").catch(() => "")).split("\n").length - 1;
  return { cacheDir, env, lists, bin, fetched };
}

it("is made once, said step by step, and the same in another cache", async () => {
  const [one, two] = [await machine(), await machine()];
  const report = vi.fn();
  const made = await prepareImage(image, { ...one, report });
  expect(made).toEqual({
    reference: image.reference,
    digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
    path: expect.stringMatching(/tools\/image-example\.com-thing-[0-9a-f]{16}\/image\.tar$/),
  });
  expect(report.mock.calls.map(([{ message }]) => message)).toEqual(
    expect.arrayContaining(["resolving thing", "unpacking thing", "writing layer 1 of 2", "writing the image"]),
  );
  expect(report.mock.lastCall?.[0]).toMatchObject({ task: "image example.com/thing:1", state: "done" });
  expect(await prepareImage(image, one)).toEqual(made);
  expect(await one.fetched()).toBe(1);

  const other = await prepareImage(image, two);
  expect(other.digest).toBe(made.digest);
  expect(await readFile(other.path)).toEqual(await readFile(made.path));
  expect((await readdir(join(made.path, ".."))).sort()).toEqual(["image.json", "image.tar", "product.json"]);
});

it("is looked at again when Debian's lists have changed; the same packages give the same digest", async () => {
  const at = await machine();
  const before = await prepareImage(image, at);
  await writeProgram(join(at.lists, "bookworm_InRelease"), "false");
  const after = await prepareImage(image, at);
  expect(after.digest).toBe(before.digest);
  expect(after.path).not.toBe(before.path);
  expect(await at.fetched()).toBe(2);
});

it("is another image when its description changes", async () => {
  const at = await machine();
  const { digest } = await prepareImage(image, at);
  expect((await prepareImage({ ...image, env: { A: "1" } }, at)).digest).not.toBe(digest);
});

it("serves a machine that has lost its package lists, if it was made before", async () => {
  const at = await machine();
  const made = await prepareImage(image, at);
  await rm(at.lists, { recursive: true });
  expect(await prepareImage(image, at)).toEqual(made);
  await expect(prepareImage({ ...image, env: { A: "1" } }, at)).rejects.toThrow(
    /no list of packages[\s\S]*apt-get update/,
  );
});

it("says what is missing where there is no apt", async () => {
  const { cacheDir } = await machine();
  await expect(prepareImage(image, { cacheDir, env: { PATH: "/nowhere" } })).rejects.toThrow(
    /There is no apt-config on PATH[\s\S]*Debian or Ubuntu/,
  );
});

it("shows apt's last lines when it fails, and leaves nothing", async () => {
  const at = await machine();
  await writeProgram(join(at.bin, "apt-get"), "echo 'E: Unable to locate package thing' >&2; exit 100");
  await expect(prepareImage(image, at)).rejects.toThrow(/Unable to locate package thing[\s\S]*apt-get update/);
  expect(await readdir(join(at.cacheDir, "tools"))).toEqual(["log"]);
});

it("can be interrupted, and leaves no half image", async () => {
  const at = await machine();
  const stop = new AbortController();
  const env = { ...at.env, SLOW: "60" };
  const making = prepareImage(image, { ...at, env, signal: stop.signal });
  await vi.waitFor(async () => expect(await at.fetched()).toBe(1), { timeout: 30_000 });
  stop.abort(new Error("interrupted"));
  await expect(making).rejects.toThrow("interrupted");
  expect(await readdir(join(at.cacheDir, "tools"))).toEqual(["log"]);
  expect((await prepareImage(image, at)).reference).toBe(image.reference);
});
