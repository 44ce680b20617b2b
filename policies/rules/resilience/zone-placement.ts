import type { Field } from "../../core/field.ts";
import { podOf } from "../../core/pods.ts";
import { selects } from "../../core/selector.ts";
import type { StackObject } from "../../core/stack-object.ts";

/** The label of a node's zone; the other one is what it was called before Kubernetes 1.17. */
export const ZONE = "topology.kubernetes.io/zone";
const ZONE_LABELS = [ZONE, "failure-domain.beta.kubernetes.io/zone"];

/** A way in which a workload's replicas are spread over zones: how many of them one zone holds at the most. */
export type Placement = () => number;

/**
 * The ways of a workload to spread a number of replicas over a number of zones. What the scheduler only prefers counts
 * if `preferred` says so.
 */
export function placementsOf(workload: StackObject, replicas: number, zones: number, preferred: boolean): Placement[] {
  const { spec } = podOf(workload);
  const usable = () => usableZones(workload, zones);
  const constraints = spec.at("topologySpreadConstraints").items();
  const anti = spec.at("affinity", "podAntiAffinity");
  const required = anti.at("requiredDuringSchedulingIgnoredDuringExecution").items();
  const wished = preferred ? anti.at("preferredDuringSchedulingIgnoredDuringExecution").items() : [];
  return [
    ...constraints.map(
      (constraint) => () =>
        keeps(constraint, workload, preferred)
          ? fullestZone(replicas, usable(), constraint.at("maxSkew").number() ?? replicas)
          : replicas,
    ),
    ...required.map((term) => () => (parts(term, workload) ? Math.min(1, replicas) : replicas)),
    ...wished.map(
      (wish) => () => (parts(wish.at("podAffinityTerm"), workload) ? fullestZone(replicas, usable(), 1) : replicas),
    ),
  ];
}

/** In how many of the cluster's zones a workload's pods may run at all. */
export function usableZones(workload: StackObject, zones: number): number {
  return Math.min(zones, zonesOf(podOf(workload).spec) ?? zones);
}

/** How many of some replicas one zone holds at the most when no two zones differ by more than the skew. */
export function fullestZone(replicas: number, zones: number, skew: number): number {
  if (zones <= 1) return replicas;
  return Math.min(replicas, Math.floor((replicas + (zones - 1) * skew) / zones));
}

function keeps(constraint: Field, workload: StackObject, preferred: boolean): boolean {
  const strict = constraint.at("whenUnsatisfiable").text() === "DoNotSchedule";
  return (
    isZone(constraint.at("topologyKey")) &&
    (strict || preferred) &&
    selects(constraint.at("labelSelector"), podOf(workload).labels)
  );
}

function parts(term: Field, workload: StackObject): boolean {
  const elsewhere = term.at("namespaces").items().length > 0 || !term.at("namespaceSelector").absent;
  return isZone(term.at("topologyKey")) && !elsewhere && selects(term.at("labelSelector"), podOf(workload).labels);
}

function isZone(key: Field): boolean {
  return ZONE_LABELS.includes(key.text() ?? "");
}

/** In how many zones the pod may run at all; undefined if nothing bounds it. */
function zonesOf(spec: Field): number | undefined {
  if (ZONE_LABELS.some((label) => !spec.at("nodeSelector", label).absent)) return 1;
  const required = spec.at("affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution");
  const named = required.at("nodeSelectorTerms").items().map(zonesIn);
  if (named.length === 0 || named.includes(undefined)) return undefined;
  return new Set(named.flatMap((zones) => zones ?? [])).size;
}

function zonesIn(term: Field): string[] | undefined {
  const expression = term
    .at("matchExpressions")
    .items()
    .find((one) => isZone(one.at("key")) && one.at("operator").text() === "In");
  return expression
    ?.at("values")
    .items()
    .map((value) => value.text() ?? "");
}
