import type { Container } from "../../core/pods.ts";
import { type Violation, violation } from "../../core/rule.ts";
import type { StackObject } from "../../core/stack-object.ts";
import { eachKnown } from "../../core/unknown.ts";
import { figureOf, sizedContainersOf } from "./figure.ts";
import { quantityIn, quantityOf } from "./quantity.ts";

/** A limit or a request that every container has to state. */
export interface Demand {
  readonly kind: "limits" | "requests";
  readonly resource: string;
  /** As a quantity. Absent: as much as one likes. */
  readonly max?: string;
}

/** What containers of an object leave out, or overdo. */
export function unmet(object: StackObject, demands: readonly Demand[]): Iterable<Violation> {
  return eachKnown(sizedContainersOf(object), (container) =>
    eachKnown(demands, (demand) => unmetBy(object, container, demand)),
  );
}

function* unmetBy(object: StackObject, container: Container, { kind, resource, max }: Demand): Generator<Violation> {
  const figure = figureOf(object, container, kind, resource);
  const quantity = quantityOf(figure);
  const what = kind === "limits" ? "a limit" : "a request";
  const bound = max === undefined ? undefined : (quantityIn(max) ?? 0);
  const atMost = max === undefined ? "" : ` of at most ${max}`;
  const fix = `${figure.path}: ${max ?? EXAMPLES[resource] ?? "<quantity>"}`;
  // Kubernetes takes 0 for "without a limit", and a request of 0 reserves nothing.
  if (quantity === undefined || quantity <= 0) yield violation(figure, `${what}${atMost || " above 0"}`, { fix });
  else if (quantity < 1 && IN_BYTES.has(resource))
    yield violation(figure, `${what} of whole bytes: m is for thousandths, Mi for mebibytes`, { fix });
  else if (bound !== undefined && quantity > bound) yield violation(figure, `${what}${atMost}`, { fix });
}

/** Counted in bytes, of which there are no parts: `512m` of memory is half a byte. */
export const IN_BYTES = new Set(["memory", "ephemeral-storage"]);

const EXAMPLES: Readonly<Record<string, string>> = { cpu: "500m", memory: "512Mi", "ephemeral-storage": "1Gi" };
