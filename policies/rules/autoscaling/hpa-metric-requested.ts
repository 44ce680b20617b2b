import type { Field } from "../../core/field.ts";
import { type Container, containersOf, podOf } from "../../core/pods.ts";
import { defineRule, type Violation } from "../../core/rule.ts";
import type { StackObject } from "../../core/stack-object.ts";
import { eachKnown, someKnown } from "../../core/unknown.ts";
import { isAutoscaler, targetOf } from "./target.ts";

/** A resource of whose use the autoscaler takes a share, in all containers or in the one that is named. */
interface Share {
  readonly field: Field;
  readonly resource: string;
  readonly container?: string;
}

export const hpaMetricRequested = defineRule({
  id: "hpa-metric-requested",
  section: "scalability",
  title: "A workload that is scaled by the share of a resource requests that resource",
  severity: "high",
  why: "a share of nothing cannot be counted: the autoscaler reports an error, and never adds a pod",
  fix: "resources: { requests: { cpu: 100m } } in every container of the workload, sidecars too",
  frameworks: [],
  scope: "stack",
  exemptable: true,
  params: {},
  subjects: isAutoscaler,
  *check(scaler, _params, stack) {
    const shares = sharesOf(scaler);
    if (shares.length === 0) return;
    const target = targetOf(scaler, stack);
    if (!target) return; // hpa-target-exists says so.
    const running = containersOf(target).filter(({ role }) => role === "container" || role === "sidecar");
    yield* eachKnown(shares, ({ field, resource, container }) =>
      eachKnown(
        running.filter(({ name }) => container === undefined || name === container),
        (one) => unrequested(field, resource, one, target),
      ),
    );
  },
});

function sharesOf(scaler: StackObject): Share[] {
  const spec = scaler.root.at("spec");
  const percentage = spec.at("targetCPUUtilizationPercentage");
  const metrics = spec
    .at("metrics")
    .items()
    .flatMap((metric) => shareIn(metric) ?? []);
  return [...(percentage.absent ? [] : [{ field: percentage, resource: "cpu" }]), ...metrics];
}

function shareIn(metric: Field): Share | undefined {
  const type = metric.at("type").text();
  const source = type === "ContainerResource" ? metric.at("containerResource") : metric.at("resource");
  const share = [source.at("target", "averageUtilization"), source.at("targetAverageUtilization")];
  if ((type !== "Resource" && type !== "ContainerResource") || share.every(({ absent }) => absent)) return undefined;
  const container = source.at("container").text();
  return { field: source, resource: source.at("name").text() ?? "", ...(container !== undefined && { container }) };
}

/** A limit stands in for the request that is left out, and the pod's own for that of a container. */
function* unrequested(
  field: Field,
  resource: string,
  { field: own }: Container,
  target: StackObject,
): Generator<Violation> {
  const places = [own, podOf(target).spec].flatMap((holder) =>
    ["requests", "limits"].map((kind) => holder.at("resources", kind, resource)),
  );
  if (someKnown(places, (place) => !place.absent)) return;
  yield {
    path: field.path,
    given: `a share of ${resource}, of which ${target.label} requests nothing in ${own.path}`,
    wanted: `a request of ${resource} in every container`,
    fix: `${target.label}: ${own.at("resources", "requests", resource).path}: ${resource === "cpu" ? "100m" : "256Mi"}`,
    related: [target.label],
  };
}
