import { type JsonObject, type KubeObject, textAt } from "../plugins/kubernetes/object.ts";
import { DEFAULTS, type Fault, type FaultType, type KnownFault, RefusedFault } from "./fault.ts";

export const API_VERSION = "faults.plumbline.dev/v1alpha1";
export const KIND = "Fault";

/** Milliseconds, by the letters of a duration. */
const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/**
 * The object that asks a cluster for the fault, with what was not given filled in. Pure. Throws `RefusedFault` that names
 * every bad value. Whether the cluster has such a node, and whether it can suffer that, the cluster says.
 */
export function faultManifest(fault: Fault): JsonObject {
  const { spec, problems } = planned(fault);
  if (problems.length > 0)
    throw new RefusedFault("The fault cannot be made:", problems.map((problem) => `  ${problem}`).join("\n"));
  return { apiVersion: API_VERSION, kind: KIND, metadata: { generateName: `${fault.type}-` }, spec };
}

interface Planned {
  readonly spec: JsonObject;
  readonly problems: readonly string[];
}

function planned(fault: Fault): Planned {
  const { type } = fault;
  if (type === "pod-kill") {
    const { namespace, selector, all = false } = fault;
    const problems = [
      ...filled("namespace", namespace, "the name of a namespace"),
      ...filled("selector", selector, "a label selector, such as app=web"),
    ];
    return { spec: { type, pods: { namespace, selector, all } }, problems };
  }
  const { duration = DEFAULTS.duration } = fault;
  const on = type === "zone-loss" ? { zone: fault.zone } : { node: fault.node };
  const { values, problems } = valuesOf(fault);
  return {
    spec: { type, ...on, duration, ...values },
    problems: [
      ...Object.entries(on).flatMap(([field, name]) => filled(field, name, `the name of a ${field}`)),
      ...span("duration", duration, "s|m|h", ["1s", "1h"]),
      ...problems,
    ],
  };
}

function valuesOf(fault: Exclude<Fault, { type: "pod-kill" }>): { values: JsonObject; problems: readonly string[] } {
  switch (fault.type) {
    case "cpu-hog": {
      const { cpu = DEFAULTS.cpu } = fault;
      const isRight = /^(\d+m|\d+(\.\d+)?)$/.test(cpu) && Number.parseFloat(cpu) > 0;
      return { values: { cpu }, problems: wrong("cpu", cpu, isRight, "a quantity from 10m up, such as 1 or 1500m") };
    }
    case "clock-skew": {
      const { skew = DEFAULTS.skew } = fault;
      const far = span("skew", skew.replace(/^[-+]/, ""), "s|m|h", ["1s", "24h"]).length === 0;
      return { values: { skew }, problems: wrong("skew", skew, far, "1s to 24h, or -24h to -1s") };
    }
    case "slow-network": {
      const { latency = DEFAULTS.latency, jitter } = fault;
      const problems = [
        ...span("latency", latency, "ms|s", ["1ms", "10s"]),
        ...(jitter === undefined ? [] : span("jitter", jitter, "ms|s", ["0ms", latency])),
      ];
      return { values: { latency, ...(jitter !== undefined && { jitter }) }, problems };
    }
    case "packet-loss": {
      const { percent = DEFAULTS.percent } = fault;
      const isRight = Number.isInteger(percent) && percent >= 1 && percent <= 100;
      return { values: { percent }, problems: wrong("percent", percent, isRight, "a whole number from 1 to 100") };
    }
    default:
      return { values: {}, problems: [] };
  }
}

function filled(field: string, given: string, allowed: string): readonly string[] {
  return wrong(field, given, given.trim() !== "", allowed);
}

/** Refuses what is no duration in these units, or not between these two. */
function span(
  field: string,
  given: string,
  units: string,
  [least, most]: readonly [string, string],
): readonly string[] {
  const isDuration = new RegExp(`^(\\d+(${units}))+$`).test(given);
  const inside = milliseconds(least) <= milliseconds(given) && milliseconds(given) <= milliseconds(most);
  return wrong(field, given, isDuration && inside, `${least} to ${most}`);
}

function milliseconds(duration: string): number {
  const parts = [...duration.matchAll(/(\d+)(ms|s|m|h)/g)];
  return parts.reduce((sum, [, number = "", unit = ""]) => sum + Number(number) * (UNITS[unit] ?? 0), 0);
}

function wrong(field: string, given: unknown, isRight: boolean, allowed: string): readonly string[] {
  return isRight ? [] : [`${field}: ${JSON.stringify(given)} was given; allowed: ${allowed}`];
}

/** The fault that an object tells of. */
export function knownFault(object: KubeObject): KnownFault {
  const { metadata } = object;
  const created = textAt(metadata, "creationTimestamp") ?? "";
  return {
    name: metadata.name,
    type: (textAt(object, "spec", "type") ?? "") as FaultType,
    target: textAt(object, "status", "target") ?? "",
    phase: (textAt(object, "status", "phase") ?? "Pending") as KnownFault["phase"],
    since: new Date(textAt(object, "status", "since") ?? created),
    until: new Date(textAt(object, "status", "until") ?? created),
    message: textAt(object, "status", "message") ?? "",
  };
}
