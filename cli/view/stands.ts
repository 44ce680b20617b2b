import type { Findings } from "../findings.ts";
import type { WorkloadReadiness } from "../readiness.ts";
import type { Style } from "../report.ts";
import type { Fact } from "./facts.ts";
import { columns, count } from "./format.ts";

/** What stands, as the state and the cluster tell it. */
export function standingFacts({ inventory, workloads }: Findings, style: Style): readonly Fact[] {
  if (!inventory) return [];
  const { resources, namespaces, stores, outputs } = inventory;
  const where = namespaces.length > 0 ? `, in ${namespaces.join(", ")}` : "";
  return [
    ["Stack", `${count(resources, "resource")}${where}`],
    ...(workloads?.length ? [["Workloads", workloadLines(workloads, style)] as const] : []),
    ...(stores.length > 0 ? [["Stores", stores.map(({ kind, name }) => `${kind} ${name}`).join(", ")] as const] : []),
    ...(Object.keys(outputs).length > 0 ? [["Outputs", outputLines(outputs)] as const] : []),
  ];
}

function workloadLines(workloads: readonly WorkloadReadiness[], { paint }: Style): readonly string[] {
  const isReady = ({ ready, wanted, missing }: WorkloadReadiness) => !missing && ready >= wanted;
  const ready = workloads.filter(isReady).length;
  const rows = workloads.map((workload) => {
    const { namespace, name, kind, missing } = workload;
    const pods = missing ? "missing" : `${workload.ready}/${workload.wanted} ready`;
    return [`${namespace}/${name}`, kind, isReady(workload) ? paint("green", pods) : paint("yellow", pods)];
  });
  return [`${ready} of ${workloads.length} ready`, ...columns(rows).map((row) => `  ${row}`)];
}

function outputLines(outputs: Readonly<Record<string, unknown>>): readonly string[] {
  return columns(Object.entries(outputs).flatMap(([name, value]) => outputRows(name, value)));
}

/** An output that is an object is shown field by field: a URL must be there to be copied. */
function outputRows(name: string, value: unknown): readonly (readonly [string, string])[] {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    return [[name, typeof value === "string" ? value : JSON.stringify(value)]];
  return Object.entries(value).flatMap(([key, field]) => outputRows(`${name}.${key}`, field));
}
