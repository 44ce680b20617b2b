import { spawn } from "node:child_process";
import { once } from "node:events";
import { describe, expect, it } from "vitest";
import { identify } from "../../rehearsal/toolchain/process.ts";
import { descendants, endTree } from "./process-tree.ts";

/** A process that starts another, and neither of them heeds an interrupt. */
async function stubbornPair() {
  const deaf = "process.on('SIGINT', () => {}); setInterval(() => {}, 1000);";
  const inner = JSON.stringify(`${deaf} console.log(process.pid)`);
  const code = `${deaf} require('node:child_process').spawn(process.execPath, ['-e', ${inner}], { stdio: 'inherit' })`;
  const parent = spawn(process.execPath, ["-e", code], { stdio: ["ignore", "pipe", "inherit"] });
  const [line] = await once(parent.stdout, "data");
  return { parent, child: Number(String(line)) };
}

describe("endTree", () => {
  it("kills a process and all below it that do not end by themselves", async () => {
    const { parent, child } = await stubbornPair();
    expect(descendants(process.pid)).toEqual(expect.arrayContaining([parent.pid, child]));
    endTree(parent.pid ?? 0, 100);
    const [, signal] = await once(parent, "exit");
    expect(signal).toBe("SIGKILL");
    await expect.poll(() => identify(child)).toBeUndefined();
  });

  it("lets one that heeds the interrupt end in its own way", async () => {
    const polite = spawn(process.execPath, [
      "-e",
      "process.on('SIGINT', () => process.exit(7)); setInterval(() => {}, 1000); console.log()",
    ]);
    await once(polite.stdout, "data");
    endTree(polite.pid ?? 0, 5_000);
    const [code] = await once(polite, "exit");
    expect(code).toBe(7);
  });
});
