import type { Context } from "../context.ts";
import { alone, planStep } from "../engine-steps.ts";
import { isRehearsal } from "../environment.ts";
import { configurationStep, policiesStep, prepareGround, requireOwnState } from "../ground.ts";
import { type Report, runReport } from "../report.ts";
import { previewLines } from "../view/summary.ts";

/** Shows what `up` would do, and whether the rules hold. It starts a rehearsal's cluster, and changes nothing else. */
export async function preview(context: Context, name: string): Promise<Report> {
  const environment = await configurationStep(context, name);
  requireOwnState(name, environment, context.env);
  const policies = await policiesStep(context, name);
  await alone(context, "preview", name, async () => {
    const { place } = await prepareGround(context, name, environment);
    await planStep(context, { place, policies, mayCreate: isRehearsal(environment) });
  });
  return runReport(context, name, previewLines);
}
