import type { Operation } from "../engine/events.ts";
import type { Activity, Change, Drift, EngineProgress, Violation } from "../engine/progress.ts";
import { count, span } from "./format.ts";
import type { Item, StepNews } from "./screen.ts";

/** What a plan does, as far as it is known: `12 read back, 40 judged`. */
export function planNews({ stage, refreshed, changes, unchanged, active }: EngineProgress): StepNews {
  if (stage === "starting") return { detail: "starting the engine" };
  const read = refreshed > 0 ? `${refreshed} read back` : "";
  const judged = changes.length + unchanged > 0 ? `${changes.length + unchanged} judged` : "";
  const detail = [read, judged].filter(Boolean).join(", ") || "running the program";
  return { detail, items: slow([...active.values()]) };
}

/** How far an update is, and what it waits for. `total` is what the plan counted. */
export function updateNews(progress: EngineProgress, total: number): StepNews {
  const { stage, refreshed, changes, failures, active } = progress;
  if (stage === "starting") return { detail: "starting the engine" };
  if (stage === "refreshing") return { detail: `${refreshed} read back` };
  if (total === 0 && changes.length === 0) return { detail: "reading back what was adopted" };
  const failed = failures.length > 0 ? `, ${failures.length} failed` : "";
  return {
    detail: `${changes.length} of ${Math.max(total, changes.length)}${failed}`,
    items: slow([...active.values()]),
  };
}

/** What is planned: `128 to create, 2 to change`, or that nothing is. */
export function planned(changes: readonly Change[]): string {
  return tally(changes, PLANNED) || "nothing to change";
}

/** What the rules advise, behind what is planned: `; 3 warnings of the rules`. Nothing if they have none. */
export function warned(violations: readonly Violation[]): string {
  const warnings = violations.filter(({ level }) => level === "advisory").length;
  return warnings === 0 ? "" : `; ${count(warnings, "warning")} of the rules`;
}

/** What was done: `128 created, 2 changed`. */
export function done(changes: readonly Change[]): string {
  return tally(changes, DONE) || "nothing changed";
}

/** One drifted resource: `shop/orders (Deployment) is missing`, or the fields that differ. */
export function driftLine({ label, kind, what, paths }: Drift): string {
  if (what === "missing") return `${label} (${kind}) is missing`;
  const shown = paths.slice(0, 3).join(", ");
  return `${label} (${kind}) was changed: ${shown}${paths.length > 3 ? `, and ${count(paths.length - 3, "more field")}` : ""}`;
}

/** One finished resource: `created shop/orders (Deployment) in 8.1s`. */
export function changeLine({ operation, label, kind, milliseconds }: Change): string {
  return `${DONE[operation] ?? operation} ${label} (${kind})${milliseconds > 0 ? ` in ${span(milliseconds)}` : ""}`;
}

/** One change that is planned: `to create shop/orders (Deployment)`. */
export function planLine({ operation, label, kind }: Change): string {
  return `${PLANNED[operation] ?? operation} ${label} (${kind})`;
}

const PLANNED: Readonly<Partial<Record<Operation, string>>> = {
  create: "to create",
  import: "to import",
  update: "to change",
  "create-replacement": "to replace",
  delete: "to delete",
};

const DONE: Readonly<Partial<Record<Operation, string>>> = {
  create: "created",
  import: "imported",
  update: "changed",
  "create-replacement": "replaced",
  delete: "deleted",
};

const DOING: Readonly<Partial<Record<Operation, string>>> = {
  create: "creating",
  import: "importing",
  update: "changing",
  "create-replacement": "creating its successor",
  "delete-replaced": "deleting its predecessor",
  delete: "deleting",
  refresh: "reading back",
};

function tally(changes: readonly Change[], words: Readonly<Partial<Record<Operation, string>>>): string {
  return Object.entries(words)
    .map(([operation, word]) => [changes.filter((change) => change.operation === operation).length, word] as const)
    .filter(([n]) => n > 0)
    .map(([n, word]) => `${n} ${word}`)
    .join(", ");
}

/** What takes a moment: a resource that is done within a second would only flicker by. */
const MOMENT_MS = 1_000;

function slow(active: readonly Activity[], now = Date.now()): readonly Item[] {
  return active
    .filter(({ since }) => now - since >= MOMENT_MS)
    .map(({ label, kind, operation, reason, since }) => ({
      label,
      kind,
      note: reason ?? DOING[operation] ?? operation,
      since,
    }));
}
