/** What stands for what on this machine: paths, names of hosts, and the addresses that a server listens on. */
export type Changes = Readonly<Record<string, string>>;

/**
 * A text with all its changes made at once, the longest first, so that none meets another's. A path ends where a name ends: `/data` is
 * not in `/database`, nor in `/var/data`.
 */
export function changed(text: string, changes: Changes): string {
  const longest = Object.keys(changes).sort((a, b) => b.length - a.length);
  if (longest.length === 0) return text;
  const one = (was: string) => (was.startsWith("/") ? `(?<![\\w.-])${escaped(was)}(?![\\w-])` : escaped(was));
  return text.replace(new RegExp(longest.map(one).join("|"), "g"), (was) => changes[was] ?? was);
}

/** Lines of a text that are others once it is changed, each with what it became. */
export function changedLines(text: string, changes: Changes): readonly (readonly [was: string, is: string])[] {
  return text.split("\n").flatMap((was) => {
    const is = changed(was, changes);
    return is === was ? [] : [[was, is] as const];
  });
}

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
