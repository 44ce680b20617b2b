import { type Container, makesPods } from "../../core/pods.ts";
import { defineRule, type Violation } from "../../core/rule.ts";
import type { StackObject } from "../../core/stack-object.ts";
import { eachKnown } from "../../core/unknown.ts";
import { figureOf, sizedContainersOf } from "./figure.ts";
import { quantityOf } from "./quantity.ts";

/** Two quantities that differ by less are the same, written in two ways. */
const ROUNDING = 1e-9;

export const limitRequestRatioMax = defineRule({
  id: "limit-request-ratio-max",
  section: "performance",
  title: "A container's limit is not far above what it requests",
  severity: "medium",
  why: "a node is filled by requests and emptied by limits: where all pods take their limits at once, the kernel kills some of them",
  fix: "resources: { requests: { memory: 512Mi }, limits: { memory: 512Mi } }",
  frameworks: [],
  scope: "resource",
  optOut: "limits",
  exemptable: true,
  params: {
    ratio: {
      type: "number",
      minimum: 1,
      default: 2,
      description: "How many times the request the limit may be. 1 means that both are equal.",
    },
    perResource: {
      type: "object",
      additionalProperties: { type: "number" },
      default: {},
      description: "Another ratio for single resources. A resource that is named here is judged.",
    },
    resources: {
      type: "array",
      items: { type: "string", enum: ["cpu", "memory", "ephemeral-storage"] },
      default: ["memory"],
      description: "The resources that are judged. CPU can be taken back from a container without killing it.",
    },
    exact: {
      type: "boolean",
      default: false,
      description: "Limit and request must be equal, whatever the ratio says: the pod is then the last to be evicted.",
    },
    requestDefaultsToLimit: {
      type: "boolean",
      default: true,
      description:
        "A request that is left out is what Kubernetes makes of it: the limit. If false, both must be written down.",
    },
  },
  subjects: makesPods,
  check(object, params) {
    const resources = [...new Set<string>([...params.resources, ...Object.keys(params.perResource)])];
    return eachKnown(sizedContainersOf(object), (container) =>
      eachKnown(resources, (resource) => {
        const most = params.exact ? 1 : (params.perResource[resource] ?? params.ratio);
        return judged(object, container, resource, most, params.requestDefaultsToLimit);
      }),
    );
  },
});

function* judged(
  object: StackObject,
  container: Container,
  resource: string,
  most: number,
  requestDefaultsToLimit: boolean,
): Generator<Violation> {
  const limit = figureOf(object, container, "limits", resource);
  const request = figureOf(object, container, "requests", resource);
  const [limited, requested] = [quantityOf(limit), quantityOf(request)];
  if (requested === undefined) {
    if (requestDefaultsToLimit) return;
    yield { path: request.path, given: request.shown(), wanted: "a request beside the limit" };
    return;
  }
  const wanted = most === 1 ? "equal to the request" : `at most ${most} times the request`;
  const fix = most === 1 ? `${limit.path}: ${request.value}` : `${limit.path}: <at most ${most} x ${request.value}>`;
  if (limited === undefined) {
    yield { path: limit.path, given: `not set, with a request of ${request.shown()}`, wanted, fix };
    return;
  }
  const equal = Math.abs(limited - requested) <= ROUNDING * Math.max(limited, requested);
  if (equal || (most > 1 && limited <= requested * most * (1 + ROUNDING))) return;
  yield { path: limit.path, given: `${limit.shown()}, with a request of ${request.shown()}`, wanted, fix };
}
