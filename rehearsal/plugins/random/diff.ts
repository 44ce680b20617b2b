import {
  type DiffRequest,
  isPropertyMap,
  type PropertyChange,
  type PropertyValue,
  reveal,
  sameValue,
} from "../rpc/index.ts";
import type { Kind } from "./kind.ts";
import { planned } from "./plan.ts";

/**
 * What differs between a resource and what the program wants now. Everything that was drawn from or kept by has to be
 * drawn again, so every change replaces; only an empty `overrideSpecial` may be left out without.
 *
 * The comparison is with the state, which has the defaults too: writing a default out changes nothing.
 */
export function changesOf(kind: Kind, { oldInputs, oldOutputs, news }: Omit<DiffRequest, "id">): PropertyChange[] {
  const plan = planned(kind, news);
  return Object.entries(kind.inputs).flatMap(([name, { type }]) => {
    if (type === "keepers") return keeperChanges(oldOutputs[name], plan[name]);
    // What the program never gave follows from what it gave, and is not a change of its own.
    if (oldInputs[name] === undefined && news[name] === undefined) return [];
    const [was, will] = [oldOutputs[name] ?? null, plan[name] ?? null];
    if (sameValue(was, will)) return [];
    const replace = !(was === "" && will === null);
    return [{ path: [name], kind: changeKind(oldInputs[name], news[name]), replace }];
  });
}

function changeKind(was: unknown, will: unknown): PropertyChange["kind"] {
  if (was === undefined) return "add";
  return will === undefined ? "delete" : "update";
}

/** One change for each keeper. A keeper whose value is null is none. */
function keeperChanges(was: PropertyValue | undefined, will: PropertyValue | undefined): PropertyChange[] {
  const [before, after] = [reveal(was ?? {}), reveal(will ?? {})];
  if (!isPropertyMap(after) || !isPropertyMap(before)) {
    return [{ path: ["keepers"], kind: changeKind(was, will), replace: true }];
  }
  return [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((key) => !sameValue(before[key] ?? null, after[key] ?? null))
    .map((key) => ({ path: ["keepers", key], kind: changeKind(before[key], after[key]), replace: true }));
}
