import * as pulumi from "@pulumi/pulumi";
import { type Problem, refuse } from "../core/invalid.ts";
import { amount, isQuantity, type Quantity } from "../core/quantity.ts";

type Path = readonly string[];

/** Where a size stands. */
export interface Sized {
  /** In the inputs: what is asked for. */
  readonly asked: Path;
  /** In the outputs: what there is. Left out, or nothing there: what was asked for last. */
  readonly has?: Path;
}

/** A problem if a size is given that is less than there is. What is no size is for others to refuse. */
export function shrinkProblems(field: string, has: unknown, given: unknown): Problem[] {
  if (!isSize(has) || !isSize(given) || amount(given) >= amount(has)) return [];
  return [{ field, given, allowed: `${has}, which it has, or more: a volume grows, and never shrinks` }];
}

/**
 * For what has a volume: refuses an update, in a preview already, by which its size would be less than it is. `name` is unique in the
 * program. A size that was asked for by mistake, and that no disk was large enough for, can be taken back where it says what it has.
 */
export function growsOnly(name: string, subject: string, { asked, has }: Sized): pulumi.ResourceHook {
  return new pulumi.ResourceHook(
    `grows-only-${name}`,
    ({ oldInputs, oldOutputs, newInputs }) => {
      const size = (has && at(oldOutputs, has)) ?? at(oldInputs, asked);
      refuse(subject, shrinkProblems("storage", size, at(newInputs, asked)));
    },
    { onDryRun: true },
  );
}

function at(value: unknown, path: Path): unknown {
  return path.reduce((inner, step) => (inner as Record<string, unknown> | undefined)?.[step], value);
}

function isSize(value: unknown): value is Quantity {
  return typeof value === "string" && isQuantity(value);
}
