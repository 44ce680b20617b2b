import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  createReadStream,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { command } from "../toolchain/command.ts";
import { eventually } from "../toolchain/testing/scratch.ts";
import { imageFor, type PreparedImage, prepareImage } from "./index.ts";

const absent = (...names: string[]) =>
  names.filter(
    (name) => !`${process.env.PATH}:/usr/local/go/bin`.split(delimiter).some((dir) => existsSync(join(dir, name))),
  );
const missing = absent("apt-get", "dpkg-deb", "go");
const reason = missing.length > 0 ? ` (skipped: there is no ${missing.join(", ")} on PATH)` : "";
const notRoot = process.platform !== "linux" || process.getuid?.() !== 0;
const asRoot = notRoot ? " (skipped: only root may change the root folder)" : "";
const noContainerd = notRoot ? ["root"] : absent("containerd", "ctr");
const withContainerd = noContainerd.length > 0 ? ` (skipped: there is no ${noContainerd.join(", ")})` : "";

const REFERENCES = ["plumbline.dev/pause:1.0.0", "docker.io/library/redis:8.2.1"];

describe.skipIf(missing.length > 0)(`images of Debian's packages and of Go programs${reason}`, () => {
  let scratch: string;
  const first: PreparedImage[] = [];
  const second: PreparedImage[] = [];
  const roots: string[] = [];

  let before: unknown;
  beforeAll(async () => {
    scratch = mkdtempSync(join(tmpdir(), "plumbline-images-"));
    before = packageState();
    for (const [prepared, cache] of [
      [first, "one"],
      [second, "two"],
    ] as const)
      for (const reference of REFERENCES) {
        const image = imageFor(reference);
        if (!image) throw new Error(`there is no image ${reference}`);
        prepared.push(await prepareImage(image, { cacheDir: join(scratch, cache) }));
      }
  });
  afterAll(() => rmSync(scratch, { recursive: true, force: true }));

  it("are the same, byte for byte, when they are made again elsewhere", async () => {
    expect(first.map(({ reference }) => reference)).toEqual(REFERENCES);
    expect(second.map(({ digest }) => digest)).toEqual(first.map(({ digest }) => digest));
    for (const [i, { path }] of first.entries()) expect(await sha256(second[i]?.path ?? "")).toBe(await sha256(path));
  });

  it("leave the machine's packages, lists and downloads as they were", () => {
    expect(packageState()).toEqual(before);
  });

  it("are layouts in which each blob is what its name says, and which lead from the name to the layers", async () => {
    for (const [i, { digest, path, reference }] of first.entries()) {
      const dir = join(scratch, `layout-${i}`);
      unpack(path, dir);
      for (const name of readdirSync(join(dir, "blobs/sha256")))
        expect(await sha256(join(dir, "blobs/sha256", name))).toBe(name);
      const read = (of: string) => JSON.parse(readFileSync(join(dir, "blobs", of.replace(":", "/")), "utf8"));
      const index = JSON.parse(readFileSync(join(dir, "index.json"), "utf8"));
      expect(index.manifests[0].digest).toBe(digest);
      expect(index.manifests[0].annotations["io.containerd.image.name"]).toBe(reference);
      const manifest = read(digest);
      const config = read(manifest.config.digest);
      const layers: string[] = manifest.layers.map((layer: { digest: string }) => layer.digest);
      expect(config.rootfs.diff_ids).toEqual(layers);
      expect(config.config.Labels["plumbline.dev/stands-for"]).toBeTruthy();
      const root = join(scratch, `root-${i}`);
      for (const layer of layers) unpack(join(dir, "blobs", layer.replace(":", "/")), root);
      roots.push(root);
    }
  });

  it.skipIf(noContainerd.length > 0)(`are taken by containerd under their names${withContainerd}`, async () => {
    const socket = join(scratch, "containerd.sock");
    const config = join(scratch, "containerd.toml");
    writeFileSync(
      config,
      `version = 2\nroot = "${join(scratch, "root")}"\nstate = "${join(scratch, "state")}"\n` +
        `disabled_plugins = ["io.containerd.grpc.v1.cri"]\n[grpc]\naddress = "${socket}"\n`,
    );
    const stop = new AbortController();
    const namespace = ["--mount", "--propagation", "private"];
    const serving = command("unshare", [...namespace, "containerd", "--config", config], { signal: stop.signal });
    onTestFinished(async () => {
      stop.abort();
      await serving.catch(() => {});
    });
    const ctr = (...args: string[]) => command("ctr", ["--address", socket, "images", ...args]);
    await eventually(async () => expect((await ctr("ls", "--quiet")).code).toBe(0));
    for (const { path } of first) expect((await ctr("import", path)).code).toBe(0);
    const rows = async (list: string) => (await ctr(list)).stdout.split("\n").map((row) => row.split(/\s+/));
    const [listed, checked] = [await rows("ls"), await rows("check")];
    for (const { reference, digest } of first) {
      expect(listed.find(([name]) => name === reference)?.[2]).toBe(digest);
      expect(checked.find(([name]) => name === reference)).toEqual(expect.arrayContaining(["complete", "true"]));
    }
  });

  it.skipIf(notRoot)(`hold all that Redis and the scripts beside it run${asRoot}`, async () => {
    const redis = async (...args: string[]) => (await command("chroot", [roots[1] ?? "", ...args])).stdout.split("\n");
    expect(await redis("redis-server", "--version")).toEqual([expect.stringMatching(/^Redis server v=\d/)]);
    const tools =
      "echo a | sha256sum | cut -c 1-3; echo b | head -n 1 | grep b; timeout 1 sleep 0; cat /etc/xattr.conf";
    expect((await redis("sh", "-euc", `redis-cli --version; ${tools}`)).slice(0, 3)).toEqual([
      expect.stringMatching(/^redis-cli \d/),
      "874",
      "b",
    ]);
  });

  it.skipIf(notRoot)(`pause takes orphans off the process table, and ends when it is told to${asRoot}`, async () => {
    const stop = new AbortController();
    onTestFinished(() => stop.abort());
    const running = command("unshare", ["--pid", "--fork", "--kill-child", "chroot", roots[0] ?? "", "/pause"], {
      signal: stop.signal,
      identityFile: join(scratch, "holder.json"),
    });
    const pause = await eventually(() => {
      const { pid } = JSON.parse(readFileSync(join(scratch, "holder.json"), "utf8")) as { pid: number };
      const [child = 0] = children(pid);
      expect(readFileSync(`/proc/${child}/comm`, "utf8")).toBe("pause\n");
      return child;
    });
    const orphans = "for i in 1 2 3; do (sleep 3 &) > /dev/null 2>&1; done";
    await command("nsenter", ["--target", String(pause), "--pid", "sh", "-c", orphans]);
    expect(children(pause)).toHaveLength(3);
    await eventually(() => expect(children(pause)).toEqual([]));
    process.kill(pause, "SIGTERM");
    expect((await running).code).toBe(0);
  });
});

/** What apt and dpkg keep of the machine: their files, with sizes and times. */
function packageState() {
  const folders = ["/var/lib/dpkg", "/var/lib/apt", "/var/lib/apt/lists", "/var/cache/apt", "/var/cache/apt/archives"];
  return folders.filter(existsSync).flatMap((dir) =>
    readdirSync(dir).map((name) => {
      const { size, mtimeMs } = lstatSync(join(dir, name));
      return `${join(dir, name)} ${size} ${mtimeMs}`;
    }),
  );
}

function unpack(archive: string, dir: string): void {
  mkdirSync(dir, { recursive: true });
  execFileSync("tar", ["-xf", archive, "-C", dir], { stdio: ["ignore", "ignore", "inherit"] });
}

async function sha256(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest("hex");
}

/** Children of a process, those that have ended and were not waited for included. */
function children(pid: number): number[] {
  const text = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8");
  return text.split(" ").filter(Boolean).map(Number);
}
