import { type DeclaredArgs, dataLabels, declaredAnnotations } from "../declared.ts";
import type { AwsPlace } from "./place.ts";

/** Longest value of a tag. */
const LONGEST = 256;

/**
 * What a store says of its data and of itself, as tags: the same keys that labels and annotations have in the cluster. AWS takes letters,
 * digits, spaces and `_.:/=+-@` in a value; whatever else stands in a reason becomes a space.
 */
export function storeTags(
  place: Pick<AwsPlace, "tags" | "alarms">,
  args: DeclaredArgs,
  choices: Parameters<typeof declaredAnnotations>[1] = {},
): Record<string, string> {
  const all = {
    "app.kubernetes.io/managed-by": "plumbline",
    ...place.tags,
    ...dataLabels(args),
    ...declaredAnnotations(args, { ...choices, alarms: place.alarms }),
  };
  return tagsOf(all);
}

/** Tags whose values are as AWS takes them. */
export function tagsOf(tags: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(tags).map(([key, value]) => [key, allowed(value)]));
}

function allowed(value: string): string {
  return value
    .replaceAll(/[^\p{L}\p{N}\s_.:/=+\-@]/gu, " ")
    .replaceAll(/\s+/g, " ")
    .trim()
    .slice(0, LONGEST);
}
