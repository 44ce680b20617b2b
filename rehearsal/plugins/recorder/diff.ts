import {
  isPropertyMap,
  type PathStep,
  type PropertyChange,
  type PropertyMap,
  type PropertyValue,
  sameValue,
} from "../rpc/index.ts";

/** Every difference between two property maps, as deep as both have lists and maps; `replaceOn` names top-level keys. */
export function changesBetween(olds: PropertyMap, news: PropertyMap, replaceOn: ReadonlySet<string>): PropertyChange[] {
  return differences([], olds, news).map((change) => ({ ...change, replace: replaceOn.has(String(change.path[0])) }));
}

function differences(
  path: readonly PathStep[],
  was: PropertyValue | undefined,
  will: PropertyValue | undefined,
): PropertyChange[] {
  if (was === undefined || will === undefined) {
    if (was === will) return [];
    return [{ path, kind: was === undefined ? "add" : "delete" }];
  }
  if (sameValue(was, will)) return [];
  if (Array.isArray(was) && Array.isArray(will)) {
    const length = Math.max(was.length, will.length);
    return Array.from({ length }, (_, i) => differences([...path, i], was[i], will[i])).flat();
  }
  if (isPropertyMap(was) && isPropertyMap(will)) {
    const keys = [...new Set([...Object.keys(was), ...Object.keys(will)])];
    return keys.flatMap((key) => differences([...path, key], was[key], will[key]));
  }
  return [{ path, kind: "update" }];
}
