import type { Stack } from "@pulumi/pulumi/automation/index.js";
import { type ClusterStatus, clusterStatus, type KnownFault, listFaults } from "../../rehearsal/index.ts";
import type { Environment } from "../../stacks/environment.ts";
import type { Context } from "../context.ts";
import type { Drift } from "../engine/progress.ts";
import { lookForDrift } from "../engine/run.ts";
import { findStack } from "../engine/stack.ts";
import { following, recordRun, takeInventory } from "../engine-steps.ts";
import { isRehearsal, readEnvironment } from "../environment.ts";
import { EXIT, Failure } from "../failure.ts";
import { accessTo, groundOf, requireOwnState } from "../ground.ts";
import type { ClusterAccess } from "../kubectl.ts";
import { hasEngine, type LastRun, lastRun } from "../last-run.ts";
import { toolsStep } from "../prepare.ts";
import { askReadiness } from "../readiness.ts";
import { type KnownRelease, listReleases } from "../releases.ts";
import type { Report } from "../report.ts";
import { planNews } from "../view/engine-news.ts";
import { count, typed } from "../view/format.ts";
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
  /** All of them; null if the cluster does not say. */
  readonly releases: readonly KnownRelease[] | null;
  /** Of a rehearsal: all of them; null if its cluster does not say. */
  readonly faults?: readonly KnownFault[] | null;
  readonly lastRun?: LastRun;
  /** Present if it was looked for; null if that was not possible. */
  readonly drift?: readonly Drift[] | null;
}

/** Looks, and starts nothing: a rehearsal's cluster that does not run stays so. */
export async function status(context: Context, name: string, options: StatusOptions): Promise<Report> {
  const { cacheDir, findings } = context;
  const environment = readEnvironment(name);
  requireOwnState(name, environment, context.env);
  const cluster = isRehearsal(environment) ? await clusterStatus(name, { cacheDir }) : undefined;
  // A rehearsal's state is on this machine or nowhere. Any other's may have been made from another machine.
  const mayStand = !isRehearsal(environment) || hasEngine(cacheDir, name);
  const { stack, releases = null } = mayStand ? await stackStep(context, name, environment, cluster) : {};
  const { drift, failure } = options.drift ? await driftOf(context, name, stack, cluster) : {};
  const last = await lastRun(cacheDir, name);
  const found: Status = {
    environment: name,
    releases,
    ...(cluster && { cluster, faults: await faultsOf(context, cluster) }),
    ...(last && { lastRun: last }),
    ...(options.drift && { drift: drift ?? null }),
  };
  const { inventory = null, workloads = null, diagnostics } = findings;
  return {
    lines: (style) => statusLines(found, findings, style),
    json: { ...found, inventory, workloads, diagnostics },
    ...(failure && { failure }),
  };
}

/** What stands. */
interface Standing {
  /** Left out if there is none. */
  readonly stack?: Stack;
  /** Left out if the cluster does not say. */
  readonly releases?: readonly KnownRelease[];
}

/** Reads the state, and asks the cluster, if it runs, what is ready and how its releases go. */
async function stackStep(
  context: Context,
  name: string,
  environment: Environment,
  cluster: ClusterStatus | undefined,
): Promise<Standing> {
  const tools = await toolsStep(context);
  const rehearsal = cluster && accessTo(cluster);
  const { place, access } = await groundOf(context, name, environment, tools, rehearsal);
  return context.steps.run("Stack", async (tell) => {
    tell({ detail: "reading the state" });
    const stack = await findStack(place, context.interrupt);
    if (stack) await takeInventory(context, stack);
    if (stack && access) await askReadiness(context, access);
    const releases = stack && access && (await askReleases(context, access));
    const value = { ...(stack && { stack }), ...(releases && { releases }) };
    return { detail: count(context.findings.inventory?.resources ?? 0, "resource"), value };
  });
}

/** What else stands is shown also if the cluster does not answer, or knows no releases. */
async function askReleases({ cacheDir, log }: Context, access: ClusterAccess) {
  try {
    return await listReleases(access, cacheDir);
  } catch (error) {
    log.write(`releases are not known: ${error}`);
    return undefined;
  }
}

async function faultsOf({ log }: Context, cluster: ClusterStatus): Promise<readonly KnownFault[] | null> {
  const access = accessTo(cluster);
  if (!access) return null;
  try {
    return await listFaults(access);
  } catch (error) {
    log.write(`faults are not known: ${error}`);
    return null;
  }
}

interface Comparison {
  readonly drift?: readonly Drift[];
  /** Why it could not be made. What else is known is told all the same. */
  readonly failure?: Failure;
}

async function driftOf(
  context: Context,
  name: string,
  stack: Stack | undefined,
  cluster: ClusterStatus | undefined,
): Promise<Comparison> {
  if (!stack) {
    const elsewhere = cluster
      ? ""
      : "If its state is kept somewhere else, set PULUMI_BACKEND_URL. If nothing stands yet: ";
    return cannotCompare("there is no such stack", `${elsewhere}${typed("up", name)}`);
  }
  if (cluster && !accessTo(cluster))
    return cannotCompare(
      `its cluster is ${cluster.phase}`,
      typed(cluster.phase === "absent" ? "up" : "cluster start", name),
    );
  try {
    return { drift: await driftStep(context, stack) };
  } catch (error) {
    context.interrupt.asked.throwIfAborted();
    if (error instanceof Failure) return { failure: error };
    throw error;
  }
}

function cannotCompare(why: string, fix: string): Comparison {
  return { failure: new Failure(EXIT.failed, `What stands could not be compared with the state: ${why}.`, fix) };
}

async function driftStep(context: Context, stack: Stack): Promise<readonly Drift[]> {
  return context.steps.run("Drift", async (tell) => {
    const run = await lookForDrift(stack, following(context, tell, planNews));
    recordRun(context, run.progress);
    if (!run.ok) throw new Failure(EXIT.failed, "What stands could not be compared with the state.");
    return { detail: count(run.progress.drift.length, "drifted resource"), value: run.progress.drift };
  });
}
