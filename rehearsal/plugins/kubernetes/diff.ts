import {
  isPropertyMap,
  type PathStep,
  type PropertyChange,
  type PropertyMap,
  type PropertyValue,
  Secret,
  sameValue,
  Unknown,
} from "../rpc/index.ts";
import { type Pattern, touches } from "./immutable.ts";

/**
 * Every change from old to new inputs, at the deepest place that holds it. Lists are compared place by place. `null` is
 * the same as nothing: the API server drops it. Changes that touch a pattern replace the object.
 */
export function diffInputs(olds: PropertyMap, news: PropertyMap, patterns: readonly Pattern[]): PropertyChange[] {
  const changes: PropertyChange[] = [];
  diffMaps([], olds, news, (path, kind, value) => {
    const replace = patterns.some((pattern) => touches(path, value, pattern));
    changes.push({ path, kind, ...(replace && { replace }) });
  });
  return changes;
}

/** Called for each change; `value` is the new value, or the old one of a deletion. */
type Report = (path: readonly PathStep[], kind: PropertyChange["kind"], value: PropertyValue) => void;

function diffMaps(path: readonly PathStep[], olds: PropertyMap, news: PropertyMap, report: Report): void {
  for (const key of new Set([...Object.keys(olds), ...Object.keys(news)]))
    if (!(path.length === 0 && key.startsWith("__"))) diffValues([...path, key], olds[key], news[key], report);
}

function diffValues(
  path: readonly PathStep[],
  oldValue: PropertyValue | undefined,
  newValue: PropertyValue | undefined,
  report: Report,
): void {
  const [before, after] = [uncovered(oldValue), uncovered(newValue)];
  if (before === undefined && after === undefined) return;
  if (before === undefined) report(path, "add", newValue as PropertyValue);
  else if (after === undefined) report(path, "delete", oldValue as PropertyValue);
  else if (after instanceof Unknown) report(path, "update", after);
  else if (isPropertyMap(before) && isPropertyMap(after)) diffMaps(path, before, after, report);
  else if (Array.isArray(before) && Array.isArray(after))
    for (let i = 0; i < Math.max(before.length, after.length); i++)
      diffValues([...path, i], before[i], after[i], report);
  else if (!sameValue(before, after)) report(path, "update", after);
}

function uncovered(value: PropertyValue | undefined): PropertyValue | undefined {
  if (value instanceof Secret) return uncovered(value.value);
  return value === null ? undefined : value;
}
