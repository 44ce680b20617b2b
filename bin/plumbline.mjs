#!/usr/bin/env node
// The way in, for any Node from 18 on: gets the npm packages, then runs the command line on the Node that they bring.
import { spawn } from "node:child_process";
import { constants } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ensurePackages, pinnedNode } from "./packages.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));

/** A tool is missing and could not be had: the same number as in cli/failure.ts, which is not readable yet. */
const TOOL_MISSING = 4;

const { ok } = await ensurePackages(root);
if (!ok) process.exit(TOOL_MISSING);

// In a process group of its own, so that a Ctrl-C at the terminal arrives here alone and is passed on once. The engine
// below takes a second one for "at once, whatever it costs".
const child = spawn(pinnedNode(root), [join(root, "cli/main.ts"), ...process.argv.slice(2)], {
  stdio: ["inherit", "inherit", "inherit", "ipc"],
  detached: true,
});
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP", "SIGWINCH"]) process.on(signal, () => child.kill(signal));
child.on("error", (error) => {
  process.stderr.write(`plumbline could not be started: ${error.message}\n`);
  process.exit(1);
});
child.on("exit", (code, signal) => process.exit(code ?? 128 + (constants.signals[signal] ?? 0)));
