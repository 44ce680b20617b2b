#!/usr/bin/env node
// The way in, for any Node from 18 on: gets the npm packages, then runs the command line on the Node that they bring.
import { spawn } from "node:child_process";
import * as nodeModule from "node:module";
import { constants, homedir } from "node:os";
import { isAbsolute, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { ensurePackages, pinnedNode } from "./packages.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));

/** A tool is missing and could not be had: the same number as in cli/failure.ts, which is not readable yet. */
const TOOL_MISSING = 4;

const { ok } = await ensurePackages(root);
if (!ok) process.exit(TOOL_MISSING);

if (process.argv[2] === "check") await check();
else run("cli/main.ts", process.env);

/**
 * Checks start in a blink: compiled code is kept in the cache, and where this very Node can read TypeScript as the pinned
 * one does, there is no second process.
 */
async function check() {
  const compiled = join(cacheDirectory(), "compiled");
  const [major] = process.versions.node.split(".").map(Number);
  if (major < 24 || !process.features.typescript)
    return run("cli/check-main.ts", { ...process.env, NODE_COMPILE_CACHE: compiled });
  nodeModule.enableCompileCache(compiled);
  await import(pathToFileURL(join(root, "cli/check-main.ts")).href);
}

/** The same as in rehearsal/toolchain/cache.ts, which is not readable yet. */
function cacheDirectory() {
  const { PLUMBLINE_CACHE, XDG_CACHE_HOME } = process.env;
  if (PLUMBLINE_CACHE) return resolve(PLUMBLINE_CACHE);
  return join(XDG_CACHE_HOME && isAbsolute(XDG_CACHE_HOME) ? XDG_CACHE_HOME : join(homedir(), ".cache"), "plumbline");
}

/** Runs a program of this project on the pinned Node, and ends as it ends. */
function run(program, env) {
  // In a process group of its own, so that a Ctrl-C at the terminal arrives here alone and is passed on once. The engine
  // below takes a second one for "at once, whatever it costs".
  const child = spawn(pinnedNode(root), [join(root, program), ...process.argv.slice(2)], {
    stdio: ["inherit", "inherit", "inherit", "ipc"],
    detached: true,
    env,
  });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP", "SIGWINCH"]) process.on(signal, () => child.kill(signal));
  child.on("error", (error) => {
    process.stderr.write(`plumbline could not be started: ${error.message}\n`);
    process.exit(1);
  });
  child.on("exit", (code, signal) => process.exit(code ?? 128 + (constants.signals[signal] ?? 0)));
}
