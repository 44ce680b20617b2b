import type { Problem } from "../core/invalid.ts";
import type { Consumer } from "../core/usage.ts";

/**
 * A problem if a consumer's account would be another's: a server knows accounts by their names alone. `taken` has the consumers that have
 * one, `own` the accounts of the server itself, which may do more than any consumer.
 */
export function accountProblems(
  { name, namespace }: Pick<Consumer, "name" | "namespace">,
  taken: readonly string[],
  own: readonly string[] = [],
): Problem[] {
  const given = `${namespace}/${name}`;
  if (own.includes(name))
    return [
      { field: "uses", given, allowed: `a consumer of any name but ${own.join(", ")}, which the server has itself` },
    ];
  if (!taken.includes(name)) return [];
  const allowed = "consumers of different names: the user of this name is another service's";
  return [{ field: "uses", given, allowed }];
}
