// Gets the npm packages that package-lock.json names, if they are not there whole. Plain JavaScript without packages.
import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { takeLock } from "./install-lock.mjs";

/** How often a pipe hears that the installation goes on. A terminal is told every second. */
const HEARTBEAT_S = 15;

/** What ends a run from outside. The installation is ended with it, so that none goes on in a tree that nobody holds. */
const ENDINGS = ["SIGINT", "SIGTERM", "SIGHUP"];

/** The Node runtime among the packages. */
export function pinnedNode(root) {
  return join(root, "node_modules/node/bin/node");
}

/**
 * What is wrong with the installed packages, or undefined if they are those of the lock file. npm writes
 * `node_modules/.package-lock.json` when it has finished: an installation that was cut off has none, or an old one.
 */
export function packagesProblem(root) {
  const wanted = readJson(join(root, "package-lock.json"))?.packages ?? {};
  const installed = readJson(join(root, "node_modules/.package-lock.json"))?.packages;
  if (!existsSync(join(root, "node_modules"))) return "the npm packages are not installed";
  if (!installed) return "the npm packages are installed in part";
  for (const [path, { version, optional, link }] of Object.entries(wanted)) {
    if (!path.startsWith("node_modules/") || (optional && !installed[path])) continue;
    if (!installed[path] || (!link && installed[path].version !== version)) return "the npm packages have changed";
    if (!existsSync(join(root, path, "package.json"))) return "the npm packages are installed in part";
  }
  return existsSync(pinnedNode(root)) ? undefined : "the Node runtime is missing from the npm packages";
}

/**
 * Installs the packages if need be, saying so on standard error. A second run at the same time waits for the first.
 * Gives `ok: false`, after saying why, if they cannot be had. A signal ends the installation, and then this process.
 */
export async function ensurePackages(root, { log = process.stderr } = {}) {
  if (!packagesProblem(root)) return { ok: true, installed: false };
  let lock;
  try {
    lock = await takeLock(root, () => log.write("Waiting for another run that installs the npm packages\n"));
  } catch (error) {
    log.write(`The npm packages could not be installed: ${root} cannot be written: ${error.message}\n`);
    return { ok: false, installed: false };
  }
  let ended;
  try {
    const problem = packagesProblem(root);
    if (!problem) return { ok: true, installed: false };
    ended = await install(root, problem, { log, lock });
  } finally {
    lock.release();
  }
  if (ended.signal) await endBy(ended.signal);
  return { ok: ended.ok, installed: true };
}

/** As if the signal had not been caught. */
async function endBy(signal) {
  process.kill(process.pid, signal);
  await new Promise((resolve) => setTimeout(resolve, 1000));
}

async function install(root, problem, { log, lock }) {
  const began = Date.now();
  const seconds = () => Math.round((Date.now() - began) / 1000);
  const text = () => `Installing: ${problem}; ${seconds()} s`;
  const tick = setInterval(() => {
    if (log.isTTY) log.write(`\r${text()}`);
    else if (seconds() % HEARTBEAT_S === 0) log.write(`${text()}\n`);
  }, 1000);
  log.write(`${text()}${log.isTTY ? "" : "\n"}`);
  const { code, output, signal } = await npmCi(root, lock);
  clearInterval(tick);
  if (log.isTTY) log.write("\r\u001B[K");
  if (signal) {
    log.write("The installation of the npm packages was ended; the next run begins it again\n");
    return { ok: false, signal };
  }
  const left = code === 0 ? packagesProblem(root) : `npm ci ended with ${code}`;
  if (!left) log.write(`Installed the npm packages in ${seconds()} s\n`);
  else log.write(`${output.trim()}\nThe npm packages could not be installed: ${left}.\nTry by hand: npm ci\n`);
  return { ok: !left };
}

/** npm as it was called, if npm called this; else the one on PATH. */
async function npmCi(root, lock) {
  const npm = process.env.npm_execpath?.endsWith("npm-cli.js") ? [process.execPath, process.env.npm_execpath] : ["npm"];
  const [command, ...first] = npm;
  const child = spawn(command, [...first, "ci", "--no-audit", "--no-fund"], {
    cwd: root,
    stdio: ["ignore", "pipe", "pipe"],
  });
  if (child.pid) lock.worker(child.pid);
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (data) => (output += data));
  let ending;
  const end = (signal) => {
    child.kill(ending ? "SIGKILL" : signal);
    ending ??= signal;
  };
  for (const signal of ENDINGS) process.on(signal, end);
  const code = await new Promise((resolve) => {
    child.on("error", (error) => {
      output += `npm could not be started: ${error.message}`;
      resolve(error.code);
    });
    // What npm started may keep its output open after a signal has ended it.
    child.on("exit", (code, signal) => ending && resolve(code ?? signal));
    child.on("close", (code, signal) => resolve(code ?? signal));
  });
  for (const signal of ENDINGS) process.off(signal, end);
  return { code, output, signal: ending };
}

function readJson(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return undefined;
  }
}

// `node bin/packages.mjs` by itself, as before the tests.
if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { ok } = await ensurePackages(join(import.meta.dirname ?? new URL(".", import.meta.url).pathname, ".."));
  process.exit(ok ? 0 : 4);
}
