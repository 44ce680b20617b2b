import { diagnoseMachine } from "./diagnose-machine.ts";
import { diagnoseNodes } from "./diagnose-nodes.ts";
import { diagnoseTools } from "./diagnose-tools.ts";
import type { DiagnoseOptions, Diagnosis } from "./diagnosis.ts";

/** Looks at the machine, changing nothing, in about a second. The order is that of need: the machine, tools, plugins, real nodes. */
export async function diagnose(options: DiagnoseOptions): Promise<readonly Diagnosis[]> {
  const all = await Promise.all([diagnoseMachine(options), diagnoseTools(options), diagnoseNodes(options)]);
  return all.flat();
}
