import { clusterStatus } from "../../rehearsal/index.ts";
import type { Context } from "../context.ts";
import { type Diagnostic, isUnchanged } from "../engine/progress.ts";
import { alone, deployStep, planStep, takeInventory } from "../engine-steps.ts";
import { isRehearsal } from "../environment.ts";
import { EXIT, Failure } from "../failure.ts";
import { configurationStep, policiesStep, prepareGround, requireOwnState } from "../ground.ts";
import type { ClusterAccess } from "../kubectl.ts";
import { type LastRun, rememberRun } from "../last-run.ts";
import { operatorsStep } from "../prepare.ts";
import { readinessStep } from "../readiness.ts";
import { refuseRecording } from "../recorders.ts";
import { listReleases } from "../releases.ts";
import { type Report, runReport } from "../report.ts";
import { done } from "../view/engine-news.ts";
import { typed } from "../view/format.ts";
import { takenBackFix } from "../view/releases.ts";
import { upLines } from "../view/summary.ts";

/** Makes an environment what its file says: tools, cluster, plan, changes. Run again, it changes nothing. */
export async function up(context: Context, name: string): Promise<Report> {
  const environment = await configurationStep(context, name);
  requireOwnState(name, environment, context.env);
  const policies = await policiesStep(context, name);
  await alone(context, "up", name, async () => {
    const ground = await prepareGround(context, name, environment, { early: true });
    const stopWatching = isRehearsal(environment) ? watchCluster(context, name) : () => {};
    try {
      const plan = await planStep(context, { place: ground.place, policies, mayCreate: true });
      if (!isRehearsal(environment)) refuseRecording(name, plan.progress.packages, ground.place.home.plugins);
      const isUpToDate = isUnchanged(plan.progress) && !plan.isUnread;
      if (!isUpToDate) {
        if (isRehearsal(environment)) await operatorsStep(context, name);
        await deployStep(context, plan, policies);
      }
      await takeInventory(context, plan.stack);
      if (ground.access) await readinessStep(context, ground.access);
      await remember(context, name, "succeeded", isUpToDate ? "nothing changed" : done(context.findings.changes));
    } catch (error) {
      const result = context.interrupt.asked.aborted ? "interrupted" : "failed";
      await remember(context, name, result, error instanceof Error ? error.message : String(error));
      if (isRehearsal(environment)) await blameCluster(context, name, error);
      if (ground.access) await blameRelease(context, name, ground.access, error);
      throw error;
    } finally {
      stopWatching();
    }
  });
  return runReport(context, name, upLines);
}

/** Keeps how the run ended, for `plumbline status`. */
async function remember(context: Context, name: string, result: LastRun["result"], outcome: string): Promise<void> {
  const { cacheDir, elapsed, findings } = context;
  const [first = ""] = outcome.split("\n");
  const milliseconds = Math.round(elapsed());
  const at = new Date().toISOString();
  await rememberRun(cacheDir, name, { at, result, outcome: first, milliseconds, drift: findings.drift.length });
}

const WATCH_MS = 2_000;

/** The engine would wait for a cluster that died until its deadlines, ten minutes and more: stop it instead. */
function watchCluster({ cacheDir, halt }: Context, name: string): () => void {
  const look = () => clusterStatus(name, { cacheDir }).then(({ phase }) => phase !== "ready" && halt.abort());
  const timer = setInterval(() => void look().catch(() => {}), WATCH_MS);
  return () => clearInterval(timer);
}

/** When the engine fails because its cluster died, the cluster is what the person should hear about. */
async function blameCluster(context: Context, name: string, error: unknown): Promise<void> {
  if (context.interrupt.asked.aborted) return;
  const { phase, note, dir } = await clusterStatus(name, { cacheDir: context.cacheDir });
  if (phase === "ready") return;
  throw new Failure(
    EXIT.failed,
    `The cluster ended while it was in use${note ? `: ${note}` : "."} Its logs: ${dir}/log`,
    `Run it again: ${typed("up", name)} restarts the cluster with its data, and goes on from there.`,
    { cause: error },
  );
}

/** Run again, an update whose release was taken back fails again: only a person has that version tried once more. */
async function blameRelease(context: Context, name: string, access: ClusterAccess, error: unknown): Promise<void> {
  const { cacheDir, findings, interrupt, log } = context;
  const isFailed = ({ severity, resource }: Diagnostic) => severity === "error" && resource?.kind === "Release";
  const failed = new Set(findings.diagnostics.filter(isFailed).map(({ resource }) => resource?.label));
  if (interrupt.asked.aborted || failed.size === 0 || !(error instanceof Failure)) return;
  const releases = await listReleases(access, cacheDir).catch((reason) => {
    log.write(`releases are not known: ${reason}`);
    return [];
  });
  const takenBack = releases.filter((one) => one.takenBack && failed.has(`${one.namespace}/${one.name}`));
  if (takenBack.length === 0) return;
  throw new Failure(EXIT.failed, error.message, takenBackFix(takenBack, name), { cause: error });
}
