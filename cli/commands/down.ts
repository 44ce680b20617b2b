import { clusterStatus, removeEngineHome, resetCluster } from "../../rehearsal/index.ts";
import type { Environment } from "../../stacks/environment.ts";
import { type Context, PROJECT_DIR } from "../context.ts";
import { packagesOf, type ResourceState } from "../engine/pending.ts";
import { urnParts } from "../engine/resource-name.ts";
import { destroy } from "../engine/run.ts";
import { forgetSalt } from "../engine/salt.ts";
import type { StackPlace } from "../engine/stack.ts";
import { exportState } from "../engine/state.ts";
import { alone, following, openInOrder, recordRun } from "../engine-steps.ts";
import { isRehearsal } from "../environment.ts";
import { EXIT, Failure } from "../failure.ts";
import { accessTo, configurationStep, groundOf, prepareGround, requireOwnState } from "../ground.ts";
import { hasEngine, isLaidOut } from "../last-run.ts";
import { toolsStep } from "../prepare.ts";
import { refuseRecording } from "../recorders.ts";
import { type Report, runReport } from "../report.ts";
import { done, updateNews } from "../view/engine-news.ts";
import { count } from "../view/format.ts";
import { downLines } from "../view/summary.ts";

export interface DownOptions {
  /** Do not ask. A rehearsal never asks. */
  readonly yes: boolean;
  /**
   * Delete the rest, and keep what is protected. Without it, protected resources stop `down` before it deletes any. Not
   * for a rehearsal, of which nothing is left.
   */
  readonly keepProtected: boolean;
}

/** Deletes everything that `up` made. Of a rehearsal nothing is left: no process, no port, no state. */
export async function down(context: Context, name: string, options: DownOptions): Promise<Report> {
  const environment = await configurationStep(context, name);
  requireOwnState(name, environment, context.env);
  if (isRehearsal(environment) && options.keepProtected)
    throw new Failure(
      EXIT.usage,
      `${name} is a rehearsal, of which down leaves nothing: --keep-protected is for other environments.`,
      "Leave the flag out.",
    );
  if (!isRehearsal(environment) && !options.yes) await askFirst(context, name);
  await alone(context, "down", name, async () => {
    if (isRehearsal(environment)) {
      await destroyRehearsal(context, name, environment);
      await removeRehearsal(context, name);
    } else {
      const ground = await prepareGround(context, name, environment);
      await deleteStep(context, ground.place, { ...options, isRehearsal: false });
    }
  });
  return runReport(context, name, downLines);
}

/** A person confirms by typing the environment's name; where there is nobody to ask, `--yes` is wanted. */
async function askFirst({ interrupt, steps }: Context, name: string): Promise<void> {
  if (!process.stdin.isTTY || !process.stdout.isTTY)
    throw new Failure(EXIT.usage, `${name} is no rehearsal: down would delete it for good.`, "Say so with --yes.");
  const answer = await steps.ask(`This deletes ${name} for good. Type its name to go on: `, interrupt.asked);
  if (answer !== name) throw new Failure(EXIT.usage, `${JSON.stringify(answer)} is not ${name}. Nothing was deleted.`);
}

/** A rehearsal's state and cluster go together: where the engine cannot delete, removing both leaves nothing either. */
async function destroyRehearsal(context: Context, name: string, environment: Environment): Promise<void> {
  const { cacheDir, interrupt, log, steps } = context;
  const cluster = await clusterStatus(name, { cacheDir });
  if (cluster.phase === "absent" || !isLaidOut(cacheDir, name)) return;
  try {
    const running = accessTo(cluster);
    const { place } = running
      ? await groundOf(context, name, environment, await toolsStep(context), running)
      : await prepareGround(context, name, environment);
    await deleteStep(context, place, { keepProtected: false, isRehearsal: true });
  } catch (error) {
    interrupt.asked.throwIfAborted();
    if (error instanceof ProtectedFailure) throw error;
    log.write(`not destroyed: ${error}`);
    const [why = ""] = (error instanceof Error ? error.message : String(error)).split("\n");
    steps.line(`Not deleted one by one: ${why} Cluster and state are removed as a whole.`);
  }
}

async function removeRehearsal({ cacheDir, interrupt, steps }: Context, name: string): Promise<void> {
  await steps.run("Clean-up", async (tell) => {
    const { phase } = await clusterStatus(name, { cacheDir });
    const stood = phase !== "absent" || hasEngine(cacheDir, name);
    tell({ detail: "stopping the cluster" });
    await resetCluster(name, { cacheDir, signal: interrupt.asked });
    await removeEngineHome({ cacheDir, name });
    await forgetSalt(PROJECT_DIR, name);
    return {
      detail: stood ? "cluster stopped; its data and the stack's state are removed" : "nothing stood",
      value: undefined,
    };
  });
}

interface DeleteOptions {
  readonly keepProtected: boolean;
  readonly isRehearsal: boolean;
}

async function deleteStep(
  context: Context,
  place: StackPlace,
  { keepProtected, isRehearsal }: DeleteOptions,
): Promise<void> {
  await context.steps.run("Delete", async (tell) => {
    const { stack } = await openInOrder(context, { place, mayCreate: isRehearsal }, tell);
    const { resources = [] } = (await exportState(stack, context.interrupt)).deployment;
    if (!isRehearsal) refuseRecording(place.name, packagesOf(resources), place.home.plugins);
    const { custom, kept } = standing(resources);
    if (kept.length > 0 && !keepProtected) throw new ProtectedFailure(kept, isRehearsal);
    const news = (progress: Parameters<typeof updateNews>[0]) => updateNews(progress, custom - kept.length);
    const run = await destroy(stack, following(context, tell, news), { keepProtected });
    recordRun(context, run.progress);
    if (!run.ok)
      throw new Failure(
        EXIT.failed,
        "Not everything could be deleted.",
        "Correct what is named above, then run it again.",
      );
    return { detail: done(run.progress.changes), value: undefined };
  });
}

function standing(resources: readonly ResourceState[]): { readonly custom: number; readonly kept: readonly string[] } {
  const custom = resources.filter((r) => r.custom && !r.urn.includes("::pulumi:providers:")).length;
  return { custom, kept: resources.filter((r) => r.protect).map((r) => urnParts(r.urn).name) };
}

/** Something of the stack is protected, and the person has not said to keep it. */
class ProtectedFailure extends Failure {
  constructor(kept: readonly string[], isRehearsal: boolean) {
    const names = kept.slice(0, 5).join(", ") + (kept.length > 5 ? ", …" : "");
    super(
      EXIT.failed,
      `${count(kept.length, "resource")} of the stack ${kept.length === 1 ? "is" : "are"} protected: ${names}. Nothing was deleted.`,
      isRehearsal
        ? "Take `protect` off in the program, run up, and then down again."
        : "--keep-protected deletes the rest. To delete one of them as well: pulumi state unprotect <urn>",
    );
  }
}
