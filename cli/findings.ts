import type { Plugin, RunningCluster, Tool } from "../rehearsal/index.ts";
import type { NodeKind } from "../stacks/node-kinds.ts";
import type { Inventory } from "./engine/inventory.ts";
import type { Change, Diagnostic, Drift, Violation } from "./engine/progress.ts";
import type { AskedRules } from "./policies.ts";
import type { WorkloadReadiness } from "./readiness.ts";

/** What a run found out, as far as it came. The summary and `--json` are made from it, also when the run failed. */
export interface Findings {
  /** What was planned, by a preview, or done, by an update. */
  changes: readonly Change[];
  /** What had been changed behind the stack's back, and is put back. */
  drift: readonly Drift[];
  violations: readonly Violation[];
  diagnostics: readonly Diagnostic[];
  /** What an earlier, interrupted run had left, and what became of it. */
  recovered: readonly string[];
  /** The rules that the environment is held to; left out by a command that asks none. */
  rules?: AskedRules;
  tools?: readonly Tool[];
  plugins?: readonly Plugin[];
  cluster?: RunningCluster;
  /** What that cluster's pods run on. */
  nodes?: NodeKind;
  inventory?: Inventory;
  workloads?: readonly WorkloadReadiness[];
}

export function noFindings(): Findings {
  return { changes: [], drift: [], violations: [], diagnostics: [], recovered: [] };
}
