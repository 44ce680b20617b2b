import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "./children.ts";
import { packageRoot } from "./dependencies.ts";

/** How each package manager installs what a package.json asks for, and the lock file that it keeps. */
const MANAGERS = {
  npm: { lock: "package-lock.json", args: ["install", "--loglevel=error"] },
  pnpm: { lock: "pnpm-lock.yaml", args: ["install"] },
  yarn: { lock: "yarn.lock", args: ["install"] },
  bun: { lock: "bun.lock", args: ["install"] },
} as const;

type Manager = keyof typeof MANAGERS;

/**
 * The command that installs the npm packages of a program: with `manager` (the project's option `packagemanager`), else
 * with the one whose lock file is there, else with npm.
 * @throws for a package manager that is not known.
 */
export function installCommand(directory: string, manager: string | undefined): Command {
  const root = packageRoot(directory);
  const file = manager === undefined ? managerOf(root) : known(manager);
  return { file, args: MANAGERS[file].args, env: process.env, cwd: root };
}

function known(manager: string): Manager {
  if (Object.hasOwn(MANAGERS, manager)) return manager as Manager;
  const allowed = Object.keys(MANAGERS).join(", ");
  throw new Error(`runtime.options.packagemanager is ${JSON.stringify(manager)}; it can be one of ${allowed}`);
}

function managerOf(root: string): Manager {
  const managers = Object.keys(MANAGERS) as Manager[];
  return managers.find((name) => existsSync(join(root, MANAGERS[name].lock))) ?? "npm";
}
