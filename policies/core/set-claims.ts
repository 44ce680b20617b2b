import { Lookup } from "./lookup.ts";
import type { Stack } from "./stack.ts";
import type { StackObject } from "./stack-object.ts";
import { someKnown } from "./unknown.ts";

/** Whether a set takes the claim of this name for one of its pods: those are called `<template>-<set>-<number>`. */
export function takes(set: StackObject, claim: string): boolean {
  const templates = set.root.at("spec", "volumeClaimTemplates").items();
  return someKnown(templates, (one) => {
    const start = `${one.at("metadata", "name").text() ?? ""}-${set.name}-`;
    return claim.startsWith(start) && /^\d+$/.test(claim.slice(start.length));
  });
}

/** Whether a claim is there for a set of the stack: its data is that set's, which is judged for it. */
export function isOfSet({ group, kind, namespace, name }: StackObject, stack: Stack): boolean {
  if (kind !== "PersistentVolumeClaim" || group !== "") return false;
  return someKnown(stack.derived(sets).of(namespace), (set) => set.namespace === namespace && takes(set, name));
}

const sets = (stack: Stack) =>
  new Lookup(
    stack.objects.filter(({ group, kind }) => group === "apps" && kind === "StatefulSet"),
    ({ namespace }) => [namespace],
  );
