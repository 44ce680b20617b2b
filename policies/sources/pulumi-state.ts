import { asResources, isRecord, pulumiResource } from "./pulumi-resource.ts";
import type { Reading } from "./reading.ts";
import { Unreadable } from "./unreadable.ts";

/** Whether a JSON value is what `pulumi stack export` prints. */
export function isPulumiState(value: unknown): boolean {
  return isRecord(value) && isRecord(value.deployment) && typeof value.version === "number";
}

/** The resources of a stack, by their inputs: what the program declared when it last ran. Throws Unreadable. */
export function readPulumiState(value: unknown, file: string): Reading {
  const { deployment } = value as { deployment: Readonly<Record<string, unknown>> };
  const { resources = [] } = deployment;
  if (!Array.isArray(resources)) throw new Unreadable("deployment.resources is no list");
  const all = resources.map((entry, index) => pulumiResource(entry, `deployment.resources[${index}]`));
  return { resources: asResources(all, file), notes: [] };
}
