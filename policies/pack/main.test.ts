import { spawn } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { join } from "node:path";
import { expect, test } from "vitest";

const PACK = join(import.meta.dirname, "..");
const LAUNCHER = createRequire(import.meta.url).resolve("@pulumi/pulumi/cmd/run-policy-pack");

test("Pulumi's own launcher loads the pack: the first thing it prints is its port", async () => {
  const pack = spawn(process.execPath, [LAUNCHER, "127.0.0.1:1", PACK], {
    cwd: PACK,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let errors = "";
  pack.stderr.on("data", (chunk: Buffer) => {
    errors += chunk;
  });
  try {
    const [first] = await Promise.race([
      once(pack.stdout, "data"),
      once(pack, "close").then(() => [`ended: ${errors}`]),
    ]);
    expect(String(first)).toMatch(/^\d+\n$/);
  } finally {
    pack.kill();
    await once(pack, "close");
  }
}, 60_000);
