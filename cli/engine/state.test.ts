import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Stack } from "@pulumi/pulumi/automation/index.js";
import { afterEach, beforeEach, expect, it } from "vitest";
import { Interrupt } from "../interrupt.ts";
import { exportState, importState } from "./state.ts";

const STATE = { version: 3, deployment: { resources: [] } };

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "plumbline-state-"));
});
afterEach(() => rmSync(dir, { recursive: true }));

/** A stack whose engine writes down how it was called, and with what rights the file to import lay there. */
function stackOf(script: string): Stack {
  const command = join(dir, "pulumi");
  writeFileSync(
    command,
    `#!/bin/sh\necho "$@" >> ${dir}/calls\nfor last; do :; done\n[ -f "$last" ] && stat -c %a "$last" >> ${dir}/calls\n${script}\n`,
  );
  chmodSync(command, 0o755);
  return { name: "local", workspace: { envVars: {}, workDir: dir, pulumiCommand: { command } } } as unknown as Stack;
}

const calls = () => readFileSync(join(dir, "calls"), "utf8");

it("exports without decrypting anything", async () => {
  expect(await exportState(stackOf(`echo '${JSON.stringify(STATE)}'`), new Interrupt())).toEqual(STATE);
  expect(calls()).toContain("stack export --stack local");
  expect(calls()).not.toContain("--show-secrets");
});

it.each(["exit 0", "exit 1"])(
  "imports from a file that is its owner's alone, and gone afterwards (%s)",
  async (script) => {
    const common = new Set(readdirSync(tmpdir()));
    const imported = importState(stackOf(script), STATE, dir, new Interrupt());
    await (script === "exit 0" ? imported : expect(imported).rejects.toThrow(/failed/i));
    expect(calls()).toMatch(/stack import .*--file .*\n600\n/);
    expect(readdirSync(dir).toSorted()).toEqual(["calls", "pulumi"]);
    expect(readdirSync(tmpdir()).filter((name) => name.startsWith("automation-") && !common.has(name))).toEqual([]);
  },
);

it("gives up a call that hangs when it is asked to, and ends the engine", async () => {
  const interrupt = new Interrupt();
  const pidFile = join(dir, "pid");
  const hanging = exportState(stackOf(`echo $$ > ${pidFile}; exec sleep 3`), interrupt);
  const refused = expect(hanging).rejects.toMatchObject({ exitCode: 130 });
  await expect.poll(() => existsSync(pidFile)).toBe(true);
  interrupt.press(0);
  await refused;
});
