import { join } from "node:path";
import type { Stack } from "@pulumi/pulumi/automation/index.js";
import { describeHolder, withLock } from "../rehearsal/toolchain/lock.ts";
import { type Context, PROJECT } from "./context.ts";
import { inventoryOf } from "./engine/inventory.ts";
import { corrected, type EngineProgress, type Violation } from "./engine/progress.ts";
import { clearTheWay, settleState } from "./engine/recover.ts";
import { type EngineRun, type Following, type Policies, preview, update } from "./engine/run.ts";
import { findStack, openStack, type StackPlace } from "./engine/stack.ts";
import { exportState } from "./engine/state.ts";
import { EXIT, Failure } from "./failure.ts";
import { lossViolations } from "./losses.ts";
import { RECORDERS } from "./recorders.ts";
import type { Tell } from "./steps.ts";
import { changeLine, done, driftLine, planLine, planNews, planned, updateNews, warned } from "./view/engine-news.ts";
import { count } from "./view/format.ts";
import type { StepNews } from "./view/screen.ts";

/** Packages whose resources are nowhere but in the state: an interrupted create of one leaves nothing behind. */
const STATE_ONLY: ReadonlySet<string> = new Set(["random", ...RECORDERS]);

/** Does work on a stack while no other run does. Another run is waited for. */
export async function alone<T>(context: Context, command: string, name: string, work: () => Promise<T>): Promise<T> {
  const { cacheDir, interrupt, steps } = context;
  const lock = join(cacheDir, "runs", `${name}.lock`);
  const options = {
    purpose: `plumbline ${command} ${name}`,
    signal: interrupt.asked,
    onWait: (holder: Parameters<typeof describeHolder>[0]) => steps.notice(`Waiting for ${describeHolder(holder)}.`),
  };
  return withLock(lock, options, () => {
    steps.notice(undefined);
    return work();
  });
}

/** Which stack to open. */
export interface StackOptions {
  readonly place: StackPlace;
  /** Whether one that is not there is made. Otherwise it is a failure: a mistyped backend must not look like an empty one. */
  readonly mayCreate: boolean;
}

/** A stack in order. */
export interface OpenStack {
  readonly stack: Stack;
  /** Whether the state has to be read back from where the resources live, even if nothing is to change. */
  readonly isUnread: boolean;
}

/** Opens the stack, and puts in order what an interrupted run left of it. */
export async function openInOrder(
  context: Context,
  { place, mayCreate }: StackOptions,
  tell: Tell,
): Promise<OpenStack> {
  const { findings, interrupt, steps } = context;
  const say = (detail: string) => tell({ detail });
  say("opening the stack");
  const options = {
    project: PROJECT,
    backend: place.env.PULUMI_BACKEND_URL ?? "",
    stateOnly: STATE_ONLY,
    interrupt,
    home: place.home.dir,
    tell: say,
  };
  const cleared = await clearTheWay(place.name, options);
  const stack = mayCreate ? await openStack(place, interrupt) : await findStack(place, interrupt);
  if (!stack)
    throw new Failure(
      EXIT.failed,
      `There is no stack ${place.name} at ${options.backend || "Pulumi Cloud"}.`,
      "If it is somewhere else, set PULUMI_BACKEND_URL. If there is none yet, up makes it.",
    );
  const { said, isUnread } = await settleState(stack, options);
  findings.recovered = [...cleared, ...said];
  for (const line of findings.recovered) steps.line(`Recovered: ${line}`);
  return { stack, isUnread };
}

export interface PlanOptions extends StackOptions {
  readonly policies?: Policies;
}

export interface Plan extends OpenStack {
  readonly progress: EngineProgress;
  /** What the rules say of stores that it would replace or delete, which they allow. */
  readonly losses: readonly Violation[];
}

/** Finds out what there is to do, and whether the rules hold, before anything is made. */
export async function planStep(context: Context, { policies, ...options }: PlanOptions): Promise<Plan> {
  return context.steps.run("Plan", async (tell) => {
    const open = await openInOrder(context, options, tell);
    const run = await preview(open.stack, following(context, tell, planNews, planLine), {
      ...(policies && { policies }),
      refresh: true,
    });
    recordRun(context, run.progress);
    context.findings.drift = corrected(run.progress);
    if (!run.ok) throw planFailure(run.progress);
    const state = () => exportState(open.stack, context.interrupt);
    const losses = policies ? await lossViolations(run.progress.changes, policies, state) : [];
    const violations = [...run.progress.violations, ...losses];
    context.findings.violations = violations;
    if (losses.some(({ level }) => level === "mandatory")) throw planFailure({ violations });
    for (const drift of context.findings.drift) context.steps.line(`Drift: ${driftLine(drift)}`);
    const detail = planned(run.progress.changes) + warned(violations);
    return { detail, value: { ...open, progress: run.progress, losses } };
  });
}

/** Carries a plan out. */
export async function deployStep(
  context: Context,
  { stack, isUnread, progress, losses }: Plan,
  policies?: Policies,
): Promise<void> {
  const total = progress.changes.length;
  await context.steps.run("Deploy", async (tell) => {
    const news = (now: EngineProgress) => updateNews(now, total);
    const refresh = isUnread || progress.drift.length > 0;
    const run = await update(stack, following(context, tell, news), { ...(policies && { policies }), refresh });
    recordRun(context, run.progress);
    context.findings.violations = [...run.progress.violations, ...losses];
    if (!run.ok) throw updateFailure(run, total);
    return { detail: done(run.progress.changes), value: undefined };
  });
}

/** Reads what stands from the stack's state. */
export async function takeInventory({ findings, interrupt }: Context, stack: Stack): Promise<void> {
  findings.inventory = inventoryOf((await exportState(stack, interrupt)).deployment);
}

/** Follows a run of the engine on the screen and in the log. */
export function following(
  { interrupt, halt, log, steps, verbose }: Context,
  tell: Tell,
  newsOf: (progress: EngineProgress) => StepNews,
  lineOf = changeLine,
): Following {
  let named = 0;
  return {
    interrupt,
    halt: halt.signal,
    onProgress: (progress) => {
      tell(newsOf(progress));
      if (verbose) for (const change of progress.changes.slice(named)) steps.line(lineOf(change));
      named = progress.changes.length;
    },
    onOutput: (text) => log.write(text),
  };
}

/** Keeps what a run of the engine found out. */
export function recordRun({ findings }: Context, { changes, violations, diagnostics }: EngineProgress): void {
  findings.changes = changes;
  findings.violations = violations;
  findings.diagnostics = diagnostics;
}

function mandatory({ violations }: Pick<EngineProgress, "violations">): number {
  return violations.filter(({ level }) => level === "mandatory").length;
}

function planFailure(progress: Pick<EngineProgress, "violations">): Failure {
  const broken = mandatory(progress);
  if (broken > 0)
    return new Failure(EXIT.policy, `${count(broken, "mandatory violation")}. Nothing was made or changed.`);
  return new Failure(EXIT.failed, "The plan could not be made. Nothing was made or changed.");
}

function updateFailure({ progress }: EngineRun, total: number): Failure {
  const broken = mandatory(progress);
  const far = `${progress.changes.length} of ${total} changes were made, and stay`;
  if (broken > 0) return new Failure(EXIT.policy, `${count(broken, "mandatory violation")}: ${far}.`);
  return new Failure(
    EXIT.failed,
    `The update failed: ${far}.`,
    "Correct what is named above, then run it again: it goes on from here.",
  );
}
