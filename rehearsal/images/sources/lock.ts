import { posix } from "node:path";

/** The part of npm's lock file that says what is installed where: https://docs.npmjs.com/cli/configuring-npm/package-lock-json */
export interface Lock {
  readonly packages: Readonly<Record<string, LockedPackage>>;
}

interface LockedPackage {
  /** Given where it is not the end of the path: for workspaces. */
  readonly name?: string;
  readonly version?: string;
  readonly integrity?: string;
  /** A link to a workspace, which `resolved` names. */
  readonly link?: boolean;
  readonly resolved?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

/** What a workspace needs to run. All paths are the lock's own: `node_modules/fastify`, `apps/chassis`. */
export interface Closure {
  /** The workspace itself and those it depends on. */
  readonly workspaces: readonly string[];
  /** The links under node_modules through which workspaces find each other. */
  readonly links: readonly string[];
  readonly packages: readonly string[];
  /** Those of `packages` that may be missing, as made for another platform. */
  readonly optional: ReadonlySet<string>;
}

/** Everything that a workspace's production dependencies reach; nothing of its development dependencies. */
export function productionClosure({ packages }: Lock, workspace: string): Closure {
  const reached = new Map<string, { optional: boolean }>();
  const visit = (path: string, optional: boolean): void => {
    const before = reached.get(path);
    if (before && (optional || !before.optional)) return;
    reached.set(path, { optional });
    const { link, resolved, ...found } = packages[path] ?? {};
    if (link && resolved) visit(resolved, optional);
    for (const name of Object.keys(found.dependencies ?? {})) {
      const at = look(packages, path, name);
      // npm lists an optional dependency among the others too.
      const mayMiss = name in (found.optionalDependencies ?? {});
      if (at) visit(at, optional || mayMiss);
      else if (!mayMiss) throw new Error(`package-lock.json does not say where ${path} finds ${name}`);
    }
    for (const name of Object.keys({ ...found.optionalDependencies, ...found.peerDependencies })) {
      const at = look(packages, path, name);
      if (at) visit(at, true);
    }
  };
  if (!packages[workspace]) throw new Error(`package-lock.json knows no workspace ${workspace}`);
  visit(workspace, false);
  const paths = [...reached.keys()].sort();
  const isLink = (path: string) => packages[path]?.link === true;
  const isPackage = (path: string) => path.split("/").includes("node_modules");
  return {
    workspaces: paths.filter((path) => !isPackage(path)),
    links: paths.filter(isLink),
    packages: paths.filter((path) => isPackage(path) && !isLink(path)),
    optional: new Set(paths.filter((path) => reached.get(path)?.optional)),
  };
}

/** Where Node finds a package that is asked for in `from`: beside it, or in any folder above. */
function look(packages: Lock["packages"], from: string, name: string): string | undefined {
  for (let at = from; ; at = posix.dirname(at)) {
    const path = posix.join(at, "node_modules", name);
    if (packages[path]) return path;
    if (at === "." || at === "") return undefined;
  }
}
