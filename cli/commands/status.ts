import { type ClusterStatus, clusterStatus } from "../../rehearsal/index.ts";
import type { Environment } from "../../stacks/environment.ts";
import type { Context } from "../context.ts";
import type { Drift } from "../engine/progress.ts";
import { lookForDrift } from "../engine/run.ts";
import { findStack } from "../engine/stack.ts";
import { following, recordRun, takeInventory } from "../engine-steps.ts";
import { isRehearsal, readEnvironment } from "../environment.ts";
import { EXIT, Failure } from "../failure.ts";
import { accessTo, groundOf, requireOwnState, toolsStep } from "../ground.ts";
import { isLaidOut, type LastRun, lastRun } from "../last-run.ts";
import { askReadiness } from "../readiness.ts";
import type { Report } from "../report.ts";
import { planNews } from "../view/engine-news.ts";
import { count } from "../view/format.ts";
import { statusLines } from "../view/status.ts";

export interface StatusOptions {
  /** Compare what stands with the state now, which takes as long as reading every resource back. */
  readonly drift: boolean;
}

/** What is known of an environment. */
export interface Status {
  readonly environment: string;
  /** Of a rehearsal. */
  readonly cluster?: ClusterStatus;
  readonly lastRun?: LastRun;
  /** Present if it was looked for. */
  readonly drift?: readonly Drift[];
}

/** Looks, and starts nothing: a rehearsal's cluster that does not run stays so. */
export async function status(context: Context, name: string, options: StatusOptions): Promise<Report> {
  const { cacheDir, findings } = context;
  const environment = readEnvironment(name);
  requireOwnState(name, environment, context.env);
  const cluster = isRehearsal(environment) ? await clusterStatus(name, { cacheDir }) : undefined;
  const drift = isLaidOut(cacheDir, name) ? await lookAtStack(context, name, environment, cluster, options) : undefined;
  const last = await lastRun(cacheDir, name);
  const found: Status = {
    environment: name,
    ...(cluster && { cluster }),
    ...(last && { lastRun: last }),
    ...(drift && { drift }),
  };
  const { inventory = null, workloads = null } = findings;
  return {
    lines: (style) => statusLines(found, findings, style),
    json: { ...found, inventory, workloads },
  };
}

async function lookAtStack(
  context: Context,
  name: string,
  environment: Environment,
  cluster: ClusterStatus | undefined,
  options: StatusOptions,
): Promise<readonly Drift[] | undefined> {
  const toolchain = await toolsStep(context);
  const rehearsal = cluster && accessTo(cluster);
  const { place, access } = await groundOf(context, name, environment, toolchain, rehearsal);
  const stack = await context.steps.run("Stack", async (tell) => {
    tell({ detail: "reading the state" });
    const value = await findStack(place, context.interrupt);
    if (value) await takeInventory(context, value);
    if (access) await askReadiness(context, access);
    return { detail: count(context.findings.inventory?.resources ?? 0, "resource"), value };
  });
  if (!options.drift || !stack || !access) return undefined;
  return context.steps.run("Drift", async (tell) => {
    const run = await lookForDrift(stack, following(context, tell, planNews));
    recordRun(context, run.progress);
    if (!run.ok) throw new Failure(EXIT.failed, "What stands could not be compared with the state.");
    return { detail: count(run.progress.drift.length, "drifted resource"), value: run.progress.drift };
  });
}
