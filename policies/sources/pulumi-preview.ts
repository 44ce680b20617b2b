import type { Resource } from "../core/resource.ts";
import { asResources, isRecord, type PulumiResource, pulumiResource } from "./pulumi-resource.ts";
import type { Reading } from "./reading.ts";
import { Unreadable } from "./unreadable.ts";

type Operation = NonNullable<Resource["operation"]>;

/**
 * What a step does to its resource. A replacement comes as up to three steps, of which one is enough; what is only read,
 * or given up without being deleted, is not the program's to answer for.
 */
const OPERATIONS: Readonly<Record<string, Operation>> = {
  create: "create",
  import: "create",
  update: "update",
  same: "same",
  refresh: "same",
  replace: "replace",
  "create-replacement": "replace",
  "import-replacement": "replace",
  delete: "delete",
};

/** Whether a JSON value is what `pulumi preview --json` prints. */
export function isPulumiPreview(value: unknown): boolean {
  return isRecord(value) && Array.isArray(value.steps) && value.steps.every((step) => isRecord(step) && "op" in step);
}

/**
 * The resources as the update would leave them, and those that it would delete, each with what becomes of it. Throws
 * Unreadable, also if the preview does not tell of what stays as it is: rules would miss it.
 */
export function readPulumiPreview(value: unknown, file: string): Reading {
  const { steps } = value as { steps: readonly Readonly<Record<string, unknown>>[] };
  refuseParts(value as Readonly<Record<string, unknown>>, steps);
  const operations = new Map<string, Operation>();
  const written = new Map<string, PulumiResource>();
  steps.forEach((step, index) => {
    const operation = OPERATIONS[String(step.op)];
    if (operation === undefined) return;
    const side = operation === "delete" ? "oldState" : "newState";
    if (step[side] === undefined) throw new Unreadable(`steps[${index}].${side} is missing`);
    const resource = pulumiResource(step[side], `steps[${index}].${side}`);
    if (operation === "delete" && operations.has(resource.urn)) return;
    operations.set(resource.urn, operation);
    written.set(resource.urn, resource);
  });
  const resources = asResources([...written.values()], file).map((resource) => ({
    ...resource,
    operation: operations.get(resource.urn) as Operation,
  }));
  return { resources, notes: failureNotes(value, file) };
}

function refuseParts({ changeSummary }: Readonly<Record<string, unknown>>, steps: readonly { op?: unknown }[]): void {
  const same = isRecord(changeSummary) && typeof changeSummary.same === "number" ? changeSummary.same : 0;
  const left = same - steps.filter(({ op }) => op === "same").length;
  if (left > 0)
    throw new Unreadable(`it leaves out ${left} unchanged resources; write it with pulumi preview --json --show-sames`);
}

/** A preview that ended in an error may have told of a part of the stack only. */
function failureNotes(value: unknown, file: string): string[] {
  const { diagnostics } = value as { diagnostics?: unknown };
  const failed = Array.isArray(diagnostics) && diagnostics.some((one) => isRecord(one) && one.severity === "error");
  return failed ? [`${file}: the preview failed: what it holds may be a part of the stack only`] : [];
}
