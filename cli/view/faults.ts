import type { KnownFault } from "../../rehearsal/index.ts";
import type { Style } from "../report.ts";
import { type Fact, factLines } from "./facts.ts";
import { columns, span, timeOfDay, typedAbout } from "./format.ts";

/** A command about faults as a person types it: `npm run fault -- list --environment other`. */
export function faultCommand(environment: string, ...words: readonly string[]): string {
  return typedAbout("fault", environment, ...words);
}

/** The command that undoes a fault; undefined if nothing of it lasts. */
export function undoCommand({ name, phase }: KnownFault, environment: string): string | undefined {
  return phase === "Over" || phase === "Failed" ? undefined : faultCommand(environment, "undo", name);
}

/** A fault that was just made, for people. */
export function faultLines(fault: KnownFault, environment: string, style: Style, now = Date.now()): readonly string[] {
  const undo = undoCommand(fault, environment);
  const facts: readonly Fact[] = [
    ["Fault", `${fault.name}: ${fault.type} on ${fault.target}`],
    ...(fault.message === "" ? [] : [["Says", fault.message] as const]),
    ["Lasts", undo === undefined ? "not at all: there is nothing to undo" : until(fault, now)],
    ...(undo === undefined ? [] : [["Undo", [undo]] as const]),
  ];
  return ["", ...factLines(facts, style)];
}

/** `plumbline fault list`, for people. */
export function faultList(
  faults: readonly KnownFault[],
  environment: string,
  style: Style,
  now = Date.now(),
): readonly string[] {
  if (faults.length === 0) return ["", "  There are no faults."];
  const rows = faults.map((fault) => [
    `  ${fault.name}`,
    fault.target,
    style.paint(fault.phase === "Active" ? "bold" : "dim", fault.phase),
    undoCommand(fault, environment) === undefined ? "" : until(fault, now),
    fault.message,
  ]);
  return ["", ...columns(rows).map((line) => line.trimEnd())];
}

/** Faults that something suffers from, and how to undo them; no lines if there are none. */
export function lastingLines(faults: readonly KnownFault[], environment: string, now = Date.now()): readonly string[] {
  return faults.flatMap((fault) => {
    const undo = undoCommand(fault, environment);
    return undo === undefined ? [] : [`${fault.type} on ${fault.target}, ${until(fault, now)}`, `  ${undo}`];
  });
}

function until(fault: KnownFault, now: number): string {
  const left = Math.max(0, fault.until.getTime() - now);
  return `until ${timeOfDay(fault.until)}, ${span(left)} from now; then it undoes itself`;
}
