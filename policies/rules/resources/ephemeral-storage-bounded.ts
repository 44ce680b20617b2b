import { type Container, makesPods } from "../../core/pods.ts";
import { defineRule, type Violation } from "../../core/rule.ts";
import type { StackObject } from "../../core/stack-object.ts";
import { eachKnown } from "../../core/unknown.ts";
import { type Demand, unmet } from "./demand.ts";
import { figureOf, sizedContainersOf } from "./figure.ts";
import { quantityOf } from "./quantity.ts";

const STORAGE = "ephemeral-storage";

export const ephemeralStorageBounded = defineRule({
  id: "ephemeral-storage-bounded",
  section: "performance",
  title: "Every container states how much of the node's disk it needs and may fill",
  severity: "low",
  why: "a container that fills the disk with logs or temporary files has the kubelet evict its neighbours",
  fix: "resources: { requests: { ephemeral-storage: 256Mi }, limits: { ephemeral-storage: 1Gi } }",
  frameworks: [],
  scope: "resource",
  optOut: "limits",
  exemptable: true,
  params: {
    need: {
      type: "array",
      items: { type: "string", enum: ["limits", "requests"] },
      default: ["limits", "requests"],
      description: "What must be stated.",
    },
    max: {
      type: "string",
      default: "",
      description: "The largest limit, as a quantity. Empty: as much as one likes.",
    },
    equal: {
      type: "boolean",
      default: false,
      description: "Request and limit must be equal where both are stated.",
    },
  },
  subjects: makesPods,
  *check(object, { need, max, equal }) {
    const demands: Demand[] = need.map((kind) => ({
      kind,
      resource: STORAGE,
      ...(kind === "limits" && max !== "" && { max }),
    }));
    const checks = [() => unmet(object, demands), ...(equal ? [() => unequal(object)] : [])];
    yield* eachKnown(checks, (check) => check());
  },
});

function unequal(object: StackObject): Iterable<Violation> {
  return eachKnown(sizedContainersOf(object), (container) => differing(object, container));
}

function* differing(object: StackObject, container: Container): Generator<Violation> {
  const limit = figureOf(object, container, "limits", STORAGE);
  const request = figureOf(object, container, "requests", STORAGE);
  const [limited, requested] = [quantityOf(limit), quantityOf(request)];
  if (limited === undefined || requested === undefined || limited === requested) return;
  yield {
    path: request.path,
    given: `${request.shown()}, with a limit of ${limit.shown()}`,
    wanted: "equal to the limit",
    fix: `${request.path}: ${limit.shown()}`,
  };
}
