import { clusterStatus } from "../../rehearsal/index.ts";
import type { Context } from "../context.ts";
import { isRehearsal, readEnvironment } from "../environment.ts";
import { EXIT, Failure } from "../failure.ts";
import { accessTo } from "../ground.ts";
import type { ClusterAccess } from "../kubectl.ts";
import { toolsStep } from "../prepare.ts";
import { type Ask, askOf, type KnownRelease, listReleases } from "../releases.ts";
import type { Report } from "../report.ts";
import { typed } from "../view/format.ts";
import { releaseCommand, releaseList, standingVersion } from "../view/releases.ts";

interface Which {
  readonly service: string;
  /** Left out: the only one of that name. */
  readonly namespace?: string;
}

async function list(context: Context, environment: string): Promise<Report> {
  const releases = await listReleases(await reach(context, environment), context.cacheDir);
  return { lines: (style) => releaseList(releases, environment, style), json: { releases } };
}

/**
 * Promotes a release that is under way, takes it back, or tries one again that was. It returns when that was asked: `release list` tells
 * what comes of it.
 */
async function ask(context: Context, environment: string, what: Ask, which: Which): Promise<Report> {
  const access = await reach(context, environment);
  const release = chosen(await listReleases(access, context.cacheDir), environment, which);
  if (!(what === "retry" ? release.takenBack : release.underWay))
    throw new Failure(
      EXIT.usage,
      `Nothing of ${release.name} ${what === "retry" ? "was taken back" : "is on its way"}: it is ${release.phase}, on version ${standingVersion(release)}.`,
      releaseCommand(environment, "list"),
    );
  await context.steps.run(STEPS[what], async () => {
    await askOf(release, what, access, context.cacheDir);
    return { detail: `${release.namespace}/${release.name}, version ${release.update}`, value: undefined };
  });
  return {
    lines: () => ["", `  See what comes of it: ${releaseCommand(environment, "list")}`],
    json: { asked: what, release },
  };
}

const STEPS: Readonly<Record<Ask, string>> = { promote: "Promote", abort: "Abort", retry: "Retry" };

/** By what is to be done. */
export const releaseCommands = { list, ask } as const;

function chosen(releases: readonly KnownRelease[], environment: string, { service, namespace }: Which): KnownRelease {
  const named = releases.filter((one) => one.name === service && (namespace ?? one.namespace) === one.namespace);
  const [only, ...others] = named;
  if (only !== undefined && others.length === 0) return only;
  const names = (some: readonly KnownRelease[]) => some.map((one) => `${one.namespace}/${one.name}`).join(", ");
  throw new Failure(
    EXIT.usage,
    only === undefined
      ? `There is no blue-green or canary service ${JSON.stringify(service)}. There are: ${names(releases) || "none"}. One that is rolling goes back by up with the old version.`
      : `There are several services ${service}: ${names(named)}.`,
    only === undefined ? releaseCommand(environment, "list") : `Name its namespace: --namespace ${only.namespace}`,
  );
}

async function reach(context: Context, name: string): Promise<ClusterAccess> {
  const environment = readEnvironment(name);
  const rehearsal = isRehearsal(environment) ? accessTo(await clusterStatus(name, context)) : undefined;
  if (isRehearsal(environment) && rehearsal === undefined)
    throw new Failure(EXIT.failed, `The cluster of ${name} does not run: nothing is released.`, typed("up", name));
  const { kubectl } = await toolsStep(context);
  return { kubectl: kubectl.path, ...(rehearsal ?? { context: environment.cluster.context }) };
}
