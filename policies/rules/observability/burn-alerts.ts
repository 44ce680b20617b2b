import { type Alert, alertsOf, holdsAlerts, labelOf } from "../../core/alerts.ts";
import type { Field } from "../../core/field.ts";
import { MalformedValue } from "../../core/field.ts";
import { Lookup } from "../../core/lookup.ts";
import type { Stack } from "../../core/stack.ts";
import type { StackObject } from "../../core/stack-object.ts";
import { UnknownValue } from "../../core/unknown.ts";
import { burnWindows } from "./promql.ts";
import { textIn, wordsIn } from "./words.ts";

/** What watches a service, or may: read it to know. */
interface Watch {
  readonly object: StackObject;
  /** Names of services that it may speak of. */
  words(): Iterable<string>;
  /** Whether it speaks of an objective, such as `latency-p99`. */
  isOf(objective: string): boolean;
  /** The windows, in milliseconds, over which it watches the budget burn. */
  windows(): readonly number[];
}

/** What is found of an objective: the windows that are watched, and who watches them. */
interface Watched {
  readonly windows: ReadonlySet<number>;
  readonly by: readonly StackObject[];
}

/**
 * How an objective of a service is watched. Throws UnknownValue when fewer windows than `enough` are known to be, and
 * what is not known yet may be among them.
 */
export function watched(service: string, objective: string, enough: number, stack: Stack): Watched {
  const windows = new Set<number>();
  const by = new Set<StackObject>();
  let unknown: UnknownValue | undefined;
  for (const watch of stack.derived(watchesIn).of(service))
    try {
      if (!new Set(watch.words()).has(service) || !watch.isOf(objective)) continue;
      by.add(watch.object);
      for (const window of watch.windows()) windows.add(window);
    } catch (error) {
      if (error instanceof UnknownValue) unknown ??= error;
      else if (!(error instanceof MalformedValue)) throw error;
    }
  if (unknown && windows.size < enough) throw unknown;
  return { windows, by: [...by] };
}

const watchesIn = (stack: Stack) => new Lookup(stack.objects.flatMap(watchesOf), (watch) => watch.words());

function watchesOf(object: StackObject): Watch[] {
  try {
    if (holdsAlerts(object)) return alertsOf(object).map(ofAlert);
    return generated(object);
  } catch (error) {
    if (error instanceof MalformedValue) return [];
    const fail = () => {
      throw error;
    };
    return [{ object, words: fail, isOf: fail, windows: fail }];
  }
}

/** An alert speaks of the services that its labels or its expression name, and of the objective that its label names. */
function ofAlert(alert: Alert): Watch {
  const expression = () => alert.rule.at("expr").text() ?? "";
  return {
    object: alert.object,
    words: () => [
      ...[...expression().matchAll(/"([^"]*)"|'([^']*)'/g)].flatMap(([, one, other]) => wordsIn(one ?? other ?? "")),
      ...["service", "app", "job", "slo", "name"].flatMap((label) => wordsIn(labelOf(alert, label) ?? "")),
    ],
    isOf: (objective) => {
      const said = labelOf(alert, "objective");
      if (said !== undefined) return said === objective || said === objective.split("-")[0];
      const isLatency = /_bucket\b|histogram_|latency|duration/i.test(`${labelOf(alert, "alertname")} ${expression()}`);
      return isLatency === objective.startsWith("latency");
    },
    windows: () => burnWindows(expression()),
  };
}

const HOUR = 3_600_000;
/** Windows that the operators below watch: they make these alerts themselves. */
const GENERATED: readonly number[] = [HOUR, 6 * HOUR, 24 * HOUR, 72 * HOUR];

/** Objectives from which an operator makes the alerts: of Sloth and of Pyrra. */
function generated(object: StackObject): Watch[] {
  const spec = object.root.at("spec");
  const isOf = (text: () => string) => (objective: string) =>
    /latency|duration|_bucket\b/i.test(text()) === objective.startsWith("latency");
  if (object.group === "sloth.slok.dev" && object.kind === "PrometheusServiceLevel")
    return spec
      .at("slos")
      .items()
      .map((slo) => ({
        object,
        words: () => wordsIn(spec.at("service").text() ?? ""),
        isOf: isOf(() => `${slo.at("name").text()} ${textIn(slo.at("sli"))}`),
        windows: () => (isSilent(slo) ? [] : GENERATED),
      }));
  if (object.group !== "pyrra.dev" || object.kind !== "ServiceLevelObjective") return [];
  return [
    {
      object,
      words: () => wordsIn(`${object.name.replace(/-/g, " ")} ${object.name} ${textIn(spec.at("indicator"))}`),
      isOf: (objective) => !spec.at("indicator", "latency").absent === objective.startsWith("latency"),
      windows: () => (spec.at("alerting", "disabled").boolean() ? [] : GENERATED),
    },
  ];
}

function isSilent(slo: Field): boolean {
  const off = (alert: string) => slo.at("alerting", alert, "disable").boolean() === true;
  return off("pageAlert") || off("ticketAlert");
}
