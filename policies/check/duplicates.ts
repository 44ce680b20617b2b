import type { Resource } from "../core/resource.ts";
import { StackObject } from "../core/stack-object.ts";

/**
 * A sentence for each object that manifests declare more than once: each is judged, and in a cluster the last one that is
 * applied wins. Nothing is said of what Pulumi wrote, where a URN tells objects apart.
 */
export function duplicateNotes(resources: readonly Resource[]): string[] {
  const objects = resources.filter(({ urn }) => urn === undefined).map((resource) => new StackObject(resource));
  const same = Map.groupBy(
    objects.filter(({ kind }) => kind !== undefined),
    ({ group, label }) => `${group} ${label}`,
  );
  return [...same.values()].flatMap((own) => {
    const [first] = own;
    if (!first || own.length === 1) return [];
    return [`${first.label} is declared ${own.length} times, and each is judged: ${own.map(placeOf).join(", ")}`];
  });
}

function placeOf({ resource: { origin } }: StackObject): string {
  if (!origin) return "in no file";
  const line = origin.line?.("");
  return line === undefined ? origin.file : `${origin.file}:${line}`;
}
