// Gets the npm packages that package-lock.json names, if they are not there whole. Plain JavaScript without packages.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

/** How often a pipe hears that the installation goes on. A terminal is told every second. */
const HEARTBEAT_S = 15;

/** The lock of a run that was killed in between is taken over after this time without a sign of life. */
const STALE_MS = 30_000;

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
 * Gives `ok: false`, after saying why, if they cannot be had.
 */
export async function ensurePackages(root, { log = process.stderr } = {}) {
  if (!packagesProblem(root)) return { ok: true, installed: false };
  const unlock = await lock(root, log);
  try {
    const problem = packagesProblem(root);
    if (!problem) return { ok: true, installed: false };
    return { ok: await install(root, problem, log), installed: true };
  } finally {
    unlock();
  }
}

async function install(root, problem, log) {
  const began = Date.now();
  const seconds = () => Math.round((Date.now() - began) / 1000);
  const text = () => `Installing: ${problem}; ${seconds()} s`;
  const tick = setInterval(() => {
    if (log.isTTY) log.write(`\r${text()}`);
    else if (seconds() % HEARTBEAT_S === 0) log.write(`${text()}\n`);
  }, 1000);
  log.write(`${text()}${log.isTTY ? "" : "\n"}`);
  const { code, output } = await npmCi(root);
  clearInterval(tick);
  if (log.isTTY) log.write("\r\u001B[K");
  const left = code === 0 ? packagesProblem(root) : `npm ci ended with ${code}`;
  if (!left) log.write(`Installed the npm packages in ${seconds()} s\n`);
  else log.write(`${output.trim()}\nThe npm packages could not be installed: ${left}.\nTry by hand: npm ci\n`);
  return !left;
}

/** npm as it was called, if npm called this; else the one on PATH. */
function npmCi(root) {
  const npm = process.env.npm_execpath?.endsWith("npm-cli.js") ? [process.execPath, process.env.npm_execpath] : ["npm"];
  const [command, ...first] = npm;
  const child = spawn(command, [...first, "ci", "--no-audit", "--no-fund"], {
    cwd: root,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (data) => (output += data));
  return new Promise((resolve) => {
    child.on("error", (error) => resolve({ code: error.code, output: `npm could not be started: ${error.message}` }));
    child.on("close", (code, signal) => resolve({ code: code ?? signal, output }));
  });
}

/** A folder is made by one run only. Its owner keeps it fresh; one that was killed leaves it to grow old. */
async function lock(root, log) {
  const dir = join(tmpdir(), `plumbline-packages-${createHash("sha256").update(root).digest("hex").slice(0, 16)}`);
  for (let told = false; ; told = true) {
    try {
      mkdirSync(dir);
      break;
    } catch (error) {
      if (error.code !== "EEXIST") throw error;
    }
    if (isStale(dir)) rmSync(dir, { recursive: true, force: true });
    else if (!told) log.write("Waiting for another run that installs the npm packages\n");
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  const touch = () => writeFileSync(join(dir, "alive"), String(process.pid));
  touch();
  const touching = setInterval(touch, STALE_MS / 6);
  return () => {
    clearInterval(touching);
    rmSync(dir, { recursive: true, force: true });
  };
}

function isStale(dir) {
  try {
    return Date.now() - statSync(join(dir, "alive")).mtimeMs > STALE_MS;
  } catch {
    return isOld(dir);
  }
}

function isOld(dir) {
  try {
    return Date.now() - statSync(dir).mtimeMs > STALE_MS;
  } catch {
    return false;
  }
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
