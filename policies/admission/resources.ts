import type { Demand } from "../rules/resources/demand.ts";
import { IN_BYTES } from "../rules/resources/demand.ts";
import { ephemeralStorageBounded } from "../rules/resources/ephemeral-storage-bounded.ts";
import { OF_POD } from "../rules/resources/figure.ts";
import { limitRequestRatioMax } from "../rules/resources/limit-request-ratio-max.ts";
import { demandsOf as demandedLimits, resourceLimitsRequired } from "../rules/resources/resource-limits-required.ts";
import {
  demandsOf as demandedRequests,
  resourceRequestsRequired,
} from "../rules/resources/resource-requests-required.ts";
import { every, literal } from "./cel.ts";
import { held } from "./held.ts";
import { POD_MAKERS } from "./subjects.ts";

/** A limit or a request of the container `c`, or else of its pod. */
function figure(kind: Demand["kind"], resource: string): string {
  const of = (holder: string) => `${holder}.?resources.?${kind}[?${literal(resource)}]`;
  return OF_POD.has(resource) ? `${of("c")}.or(${of("variables.spec")})` : of("c");
}

function met(demands: readonly Demand[]): string {
  const each = demands.map(({ kind, resource, max }) => {
    const quantity = `quantity(string(q.value()))`;
    const sound = every([
      "q.hasValue()",
      `${quantity}.isGreaterThan(quantity("0"))`,
      ...(IN_BYTES.has(resource) ? [`!${quantity}.isLessThan(quantity("1"))`] : []),
      ...(max === undefined ? [] : [`!${quantity}.isGreaterThan(quantity(${literal(max)}))`]),
    ]);
    return `[${figure(kind, resource)}].all(q, ${sound})`;
  });
  return eachSized(every(each));
}

function eachSized(condition: string): string {
  return `variables.sized.all(c, ${condition})`;
}

/** Two quantities that differ by less are the same, written in two ways. */
const ROUNDING = 1e-9;

export const RESOURCES_HELD = [
  held(resourceLimitsRequired, POD_MAKERS, (params) => met(demandedLimits(params))),
  held(resourceRequestsRequired, POD_MAKERS, (params) => met(demandedRequests(params))),
  held(ephemeralStorageBounded, POD_MAKERS, ({ need, max, equal }) => {
    const resource = "ephemeral-storage";
    const demands = need.map((kind) => ({ kind, resource, ...(kind === "limits" && max !== "" && { max }) }));
    const [limit, request] = [figure("limits", resource), figure("requests", resource)];
    const same = `!${limit}.hasValue() || !${request}.hasValue()
      || quantity(string(${limit}.value())).compareTo(quantity(string(${request}.value()))) == 0`;
    return every([met(demands), ...(equal ? [eachSized(same)] : [])]);
  }),
  held(limitRequestRatioMax, POD_MAKERS, ({ ratio, perResource, resources, exact, requestDefaultsToLimit }) => {
    const judged = [...new Set<string>([...resources, ...Object.keys(perResource)])].map((resource) => {
      const most = exact ? 1 : (perResource[resource] ?? ratio);
      const number = (kind: Demand["kind"]) =>
        `quantity(string(${figure(kind, resource)}.value())).asApproximateFloat()`;
      const [limit, request] = [number("limits"), number("requests")];
      const enough = `${limit} <= ${request} * ${(most * (1 + ROUNDING)).toFixed(12)}`;
      const equal = `${enough} && ${request} <= ${limit} * ${(1 + ROUNDING).toFixed(12)}`;
      const requested = `${figure("requests", resource)}.hasValue()`;
      return `${requested} ? (${figure("limits", resource)}.hasValue() && ${most === 1 ? equal : enough}) : ${requestDefaultsToLimit}`;
    });
    return eachSized(every(judged));
  }),
];
