import type { EngineEvent, Operation, Step } from "./events.ts";
import { nameOf, nameOfStep, type ResourceName } from "./resource-name.ts";

/** A resource that the engine is at work on. */
export interface Activity extends ResourceName {
  readonly operation: Operation;
  /** Milliseconds since the epoch. */
  readonly since: number;
  /** The provider's last word on it, such as `1 of 3 pods ready`. */
  readonly reason?: string;
}

/** A change that was made, or that a preview plans. */
export interface Change extends ResourceName {
  readonly urn: string;
  readonly operation: Operation;
  /** Properties that differ, as paths: `spec.replicas`. Never their values. */
  readonly paths: readonly string[];
  /** How long it took; 0 in a preview. */
  readonly milliseconds: number;
}

/** A resource that is not as the last run left it. */
export interface Drift extends ResourceName {
  readonly urn: string;
  readonly what: "missing" | "changed";
  readonly paths: readonly string[];
}

/** A rule that a resource, or the stack as a whole, does not hold to. */
export interface Violation {
  readonly rule: string;
  readonly pack: string;
  readonly level: "mandatory" | "advisory";
  /** Left out: the rule judges the stack as a whole. */
  readonly resource?: ResourceName;
  readonly message: string;
}

export interface Diagnostic {
  readonly severity: "error" | "warning" | "info";
  readonly resource?: ResourceName;
  readonly message: string;
}

/** Everything that a run of the engine has told so far. Each event gives a new one; see {@link advance}. */
export interface EngineProgress {
  readonly stage: "starting" | "refreshing" | "working" | "ended";
  /** Resources read back from where they live. */
  readonly refreshed: number;
  /** By URN. */
  readonly active: ReadonlyMap<string, Activity>;
  /** Resources that were judged and need nothing. */
  readonly unchanged: number;
  /** Packages that anything came from, components included. */
  readonly packages: ReadonlySet<string>;
  readonly changes: readonly Change[];
  readonly failures: readonly Change[];
  readonly drift: readonly Drift[];
  readonly violations: readonly Violation[];
  readonly diagnostics: readonly Diagnostic[];
  /** The engine's own count at the end, by operation; components are counted too. */
  readonly totals?: Readonly<Partial<Record<Operation, number>>>;
}

export const NOTHING_YET: EngineProgress = {
  stage: "starting",
  refreshed: 0,
  active: new Map(),
  unchanged: 0,
  packages: new Set(),
  changes: [],
  failures: [],
  drift: [],
  violations: [],
  diagnostics: [],
};

/** What was known, and one event more. Pure; `now` is in milliseconds since the epoch. */
export function advance(progress: EngineProgress, event: EngineEvent, now: number): EngineProgress {
  if (event.resourcePreEvent) return began(progress, event.resourcePreEvent.metadata, now);
  if (event.resOutputsEvent) return ended(progress, event.resOutputsEvent.metadata, now, "changes");
  if (event.resOpFailedEvent) return ended(progress, event.resOpFailedEvent.metadata, now, "failures");
  if (event.diagnosticEvent) return told(progress, event.diagnosticEvent);
  if (event.policyEvent) return violated(progress, event.policyEvent);
  if (event.errorEvent) return reported(progress, { severity: "error", message: event.errorEvent.error });
  if (event.summaryEvent)
    return { ...progress, stage: "ended", active: new Map(), totals: event.summaryEvent.resourceChanges };
  return progress;
}

/** Whether the engine found nothing to do at all. */
export function isUnchanged({ totals }: EngineProgress): boolean {
  return totals !== undefined && Object.entries(totals).every(([operation, n]) => n === 0 || IDLE.has(operation));
}

/** Drift that the plan puts back. Other drift is in what the program does not say, such as a status. */
export function corrected({ drift, changes }: EngineProgress): readonly Drift[] {
  const planned = new Set(changes.map((change) => change.urn));
  return drift.filter(({ urn }) => planned.has(urn));
}

const IDLE: ReadonlySet<string> = new Set(["same", "read", "refresh"]);

/** Operations that only announce others: a replacement is told as `replace`, and done as a create and a delete. */
const ANNOUNCEMENTS: ReadonlySet<Operation> = new Set(["replace", "read", "discard", "remove-pending-replace"]);

function began(progress: EngineProgress, step: Step, now: number): EngineProgress {
  const stage = step.op === "refresh" ? "refreshing" : "working";
  progress = { ...progress, packages: new Set(progress.packages).add(packageOf(step.type)) };
  if (step.op === "same" || !isCounted(step)) return { ...progress, stage };
  const active = new Map(progress.active).set(step.urn, { ...nameOfStep(step), operation: step.op, since: now });
  return { ...progress, stage, active };
}

function ended(progress: EngineProgress, step: Step, now: number, list: "changes" | "failures"): EngineProgress {
  if (!isCounted(step)) return progress;
  const active = new Map(progress.active);
  const activity = active.get(step.urn);
  const since = activity?.since ?? now;
  active.delete(step.urn);
  // A refresh on its own ends as what it found: an update, a delete, or the same.
  const isRefresh = (activity?.operation ?? step.op) === "refresh";
  if (list === "changes" && isRefresh) return refreshed({ ...progress, active }, step);
  if (list === "changes" && step.op === "same") return { ...progress, active, unchanged: progress.unchanged + 1 };
  const change: Change = {
    urn: step.urn,
    ...nameOfStep(step),
    operation: step.op,
    paths: changedPaths(step),
    milliseconds: now - since,
  };
  return { ...progress, active, [list]: [...progress[list], change] };
}

function refreshed(progress: EngineProgress, step: Step): EngineProgress {
  const paths = changedPaths(step);
  const what = step.new ? "changed" : "missing";
  const drifted = what === "missing" || paths.length > 0;
  const drift: readonly Drift[] = drifted ? [{ urn: step.urn, ...nameOfStep(step), what, paths }] : [];
  return { ...progress, refreshed: progress.refreshed + 1, drift: [...progress.drift, ...drift] };
}

function told(progress: EngineProgress, diagnostic: NonNullable<EngineEvent["diagnosticEvent"]>): EngineProgress {
  const { severity, urn, ephemeral } = diagnostic;
  const message = diagnostic.message.trimEnd();
  if (!["info", "info#err", "warning", "error"].includes(severity) || message.trim() === "") return progress;
  const waiting = urn === undefined ? undefined : progress.active.get(urn);
  if (urn !== undefined && waiting && severity !== "error") {
    const active = new Map(progress.active).set(urn, { ...waiting, reason: reasonOf(message) });
    progress = { ...progress, active };
  }
  if (ephemeral || ECHOES.test(message.trim())) return progress;
  return reported(progress, {
    severity: severity === "info#err" ? "info" : severity,
    ...(urn !== undefined && { resource: waiting ?? nameOf(urn) }),
    message,
  });
}

/** The first line of a provider's message, without the seconds that it has waited: the screen counts them itself. */
function reasonOf(message: string): string {
  const [first = ""] = message.trim().split("\n");
  return first.replace(/ \(\d+ s\)$/, "");
}

/** What follows from an error, and only hides it: the end of the whole, of what was under way, and of what was still to be declared. */
const ECHOES =
  /^(update|preview|refresh|destroy) (failed|canceled)$|\bcontext canceled$|; the program failed before its end: mend the other error first$/;

function reported(progress: EngineProgress, { severity, resource, message }: Diagnostic): EngineProgress {
  const { diagnostics } = progress;
  const named = resource && { resource: { label: resource.label, kind: resource.kind } };
  const isAbout = (d: Diagnostic) => d.severity === severity && d.resource?.label === resource?.label;
  const last = diagnostics.at(-1);
  // What a program prints comes line by line, and is one text.
  if (severity === "info" && last && isAbout(last))
    return { ...progress, diagnostics: diagnostics.with(-1, { ...last, message: `${last.message}\n${message}` }) };
  if (diagnostics.some((d) => isAbout(d) && d.message === message)) return progress;
  return { ...progress, diagnostics: [...diagnostics, { severity, ...named, message }] };
}

function violated(progress: EngineProgress, event: NonNullable<EngineEvent["policyEvent"]>): EngineProgress {
  const violation: Violation = {
    rule: event.policyName,
    pack: event.policyPackName,
    level: event.enforcementLevel === "mandatory" ? "mandatory" : "advisory",
    ...(event.resourceUrn && !isStack(event.resourceUrn) && { resource: nameOf(event.resourceUrn) }),
    message: event.message.trim(),
  };
  return { ...progress, violations: [...progress.violations, violation] };
}

/** Components and provider settings stand for nothing outside the engine: they are not counted. */
function isCounted(step: Step): boolean {
  const custom = (step.new ?? step.old)?.custom ?? false;
  return custom && !step.type.startsWith("pulumi:") && !ANNOUNCEMENTS.has(step.op);
}

function packageOf(type: string): string {
  return type.split(":")[0] ?? type;
}

function isStack(urn: string): boolean {
  return urn.includes("::pulumi:pulumi:Stack::");
}

function changedPaths(step: Step): readonly string[] {
  const detailed = Object.keys(step.detailedDiff ?? {});
  return (detailed.length > 0 ? detailed : (step.diffs ?? [])).toSorted();
}
