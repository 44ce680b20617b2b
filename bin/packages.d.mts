/** Absolute path of the Node runtime among the packages of a project. */
export function pinnedNode(root: string): string;

/** What is wrong with the installed packages, or undefined if they are those of the lock file. */
export function packagesProblem(root: string): string | undefined;

/**
 * Installs the packages if need be, saying so on `log` (default: standard error). A second run at the same time waits
 * for the first. Gives `ok: false`, after saying why, if they cannot be had.
 */
export function ensurePackages(
  root: string,
  options?: { readonly log?: NodeJS.WriteStream },
): Promise<{ readonly ok: boolean; readonly installed: boolean }>;
