import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { imagesCommands } from "../cli/commands/images.ts";
import { runHere } from "../cli/commands/testing/run-here.ts";
import { parseReference } from "../cli/registry/reference.ts";
import { loadEnvironment } from "../stacks/environment.ts";
import { imagesOf, readImageLock } from "../stacks/images.ts";
import { type LocalRegistry, startRegistry } from "./support/registry.ts";
import { whyNotUnpacked } from "./support/unpacked-image.ts";

const why = whyNotUnpacked === undefined ? "" : ` (skipped: ${whyNotUnpacked})`;
const REDIS = "docker.io/library/redis:8.2.1";
const ORDERS = "registry.example.com/shop/orders:0.1.0";

describe.skipIf(why !== "")(`A real registry${why}`, () => {
  const scratch = mkdtempSync(join(tmpdir(), "plumbline-registry-"));
  const [stacks, docker] = [join(scratch, "stacks"), join(scratch, "docker")];
  const references = imagesOf(loadEnvironment("production")).flatMap((name) => parseReference(name) ?? []);
  let registry: LocalRegistry;
  let digests: Record<string, string>;

  beforeAll(async () => {
    for (const folder of [stacks, docker]) mkdirSync(folder);
    copyFileSync(join(import.meta.dirname, "../stacks/production.yaml"), join(stacks, "production.yaml"));
    registry = await startRegistry(scratch);
    vi.stubEnv("DOCKER_CONFIG", docker);
    vi.stubEnv("PLUMBLINE_CACHE", join(scratch, "cache"));
    writeFileSync(join(docker, "config.json"), JSON.stringify(registry.dockerConfig));
    digests = {};
    for (const { registry: of, repository, tag } of references) {
      const name = `${of}/${repository}:${tag}`;
      digests[name] = await registry.push(
        `${of}/${repository}`,
        tag,
        name,
        name === REDIS ? ["amd64", "arm64"] : undefined,
      );
    }
  }, 600_000);
  afterAll(async () => {
    vi.unstubAllEnvs();
    await registry?.stop();
    rmSync(scratch, { recursive: true });
  });

  async function run(what: "lock" | "check", renew = false) {
    const registryMirror = new Map(references.map(({ registry: of }) => [of, new URL(of, registry.url)]));
    const options = { registryMirror, renew, offline: false };
    const { code, stdout } = await runHere(`images ${what}`, "", (context) =>
      imagesCommands[what](context, [], options, stacks),
    );
    return { code, document: JSON.parse(stdout) };
  }

  test("gives who has logged in the digest of every image, and that of the index where there are several", async () => {
    expect((await run("lock")).code).toBe(0);
    const lock = readImageLock(stacks) ?? {};
    expect(Object.fromEntries(Object.entries(lock).map(([name, { digest }]) => [name, digest]))).toEqual(digests);
    expect(lock[REDIS]?.mediaType).toBe("application/vnd.oci.image.index.v1+json");
    expect(lock[ORDERS]?.mediaType).toBe("application/vnd.oci.image.manifest.v1+json");
    expect((await run("check")).document).toMatchObject({ exitCode: 0, unlocked: [], moved: [] });
  });

  test("a tag that is pushed again has moved, and the lock takes it when that is asked for", async () => {
    const now = await registry.push("registry.example.com/shop/orders", "0.1.0", "another program");
    expect(now).not.toBe(digests[ORDERS]);
    const moved = [{ image: ORDERS, locked: digests[ORDERS], now }];
    expect((await run("check")).document).toMatchObject({ exitCode: 1, moved });
    expect((await run("lock", true)).document.changed).toEqual([ORDERS]);
    expect((await run("check")).document).toMatchObject({ exitCode: 0, moved: [] });
  });

  test("nobody in particular is told nothing, and the lock stays", async () => {
    const before = readFileSync(join(stacks, "images.lock.json"), "utf8");
    writeFileSync(join(docker, "config.json"), "{}");
    const { code, document } = await run("lock", true);
    expect(code).toBe(1);
    expect(document.error.message).toContain("wants to know who asks");
    expect(readFileSync(join(stacks, "images.lock.json"), "utf8")).toBe(before);
  });
});
