/**
 * The keys of a path as `Field.path` writes it: `spec.containers[0].env["a/b"]` is spec, containers, 0, env, a/b.
 * List indexes are numbers.
 */
export function keysOf(path: string): (string | number)[] {
  return Array.from(path.matchAll(/\[("(?:[^"\\]|\\.)*")\]|\[(\d+)\]|([^.[\]]+)/g), ([, quoted, index, plain]) => {
    if (index !== undefined) return Number(index);
    return quoted === undefined ? (plain ?? "") : unquoted(quoted);
  });
}

function unquoted(text: string): string {
  try {
    return JSON.parse(text);
  } catch {
    return text.slice(1, -1);
  }
}
