import {
  clusterNames,
  clusterStatus,
  endFaults,
  type Fault,
  type FaultyCluster,
  type InjectedFault,
  injectFault,
  type KnownFault,
  listFaults,
  RefusedFault,
  untilOver,
} from "../../rehearsal/index.ts";
import type { Context } from "../context.ts";
import { readEnvironment } from "../environment.ts";
import { EXIT, Failure } from "../failure.ts";
import { accessTo } from "../ground.ts";
import type { Report } from "../report.ts";
import { faultCommand, faultLines, faultList, undoCommand } from "../view/faults.ts";
import { count, timeOfDay, typed } from "../view/format.ts";
import { requireRehearsal } from "./cluster.ts";

/** Makes a fault. It undoes itself at its end, whatever becomes of this process; with `wait` this waits for that. */
async function inject(
  context: Context,
  environment: string,
  fault: Fault,
  { wait }: { readonly wait: boolean },
): Promise<Report> {
  const { steps, interrupt } = context;
  const cluster = await runningCluster(context, environment);
  const made = await steps.run("Fault", async (tell) => {
    tell({ detail: fault.type });
    const value = await refusing(() => injectFault(cluster, fault, { signal: interrupt.asked }));
    return { detail: `${value.type} on ${value.target}`, value };
  });
  const wasUndone = wait && (await waited(context, cluster, made));
  return {
    lines: (style) => (wait ? [] : faultLines(made, environment, style)),
    json: { fault: told(wait ? { ...made, phase: "Over" } : made, environment) },
    ...(wasUndone && { exitCode: EXIT.interrupted }),
  };
}

/** Waits for the end of a fault; says whether the person ended it. */
async function waited({ steps, interrupt }: Context, cluster: FaultyCluster, fault: InjectedFault): Promise<boolean> {
  return steps.run("Until", async (tell) => {
    tell({ detail: `${timeOfDay(fault.until)}; Ctrl-C undoes it now` });
    try {
      await untilOver(cluster, fault, { signal: interrupt.asked });
      return { detail: "it came to its end, and is undone", value: false };
    } catch (error) {
      if (!interrupt.asked.aborted) throw error;
      await fault.undo();
      return { detail: "interrupted, and undone", value: true };
    }
  });
}

async function list(context: Context, environment: string): Promise<Report> {
  const faults = await listFaults(await runningCluster(context, environment));
  return {
    lines: (style) => faultList(faults, environment, style),
    json: { faults: faults.map((fault) => told(fault, environment)) },
  };
}

/** Undoes the fault of a name, or all. */
async function undo(context: Context, environment: string, name: string | undefined): Promise<Report> {
  const cluster = await runningCluster(context, environment);
  const faults = await listFaults(cluster);
  const ended = faults.filter((fault) => name === undefined || fault.name === name);
  if (name !== undefined && ended.length === 0)
    throw new Failure(
      EXIT.usage,
      `There is no fault ${name}; it may be over. There are: ${faults.map((fault) => fault.name).join(", ") || "none"}.`,
      faultCommand(environment, "list"),
    );
  await context.steps.run("Undo", async () => {
    await endFaults(
      cluster,
      ended.map((fault) => fault.name),
    );
    return { detail: ended.length === 1 ? `${ended[0]?.name}` : count(ended.length, "fault"), value: undefined };
  });
  return { lines: () => [], json: { faults: ended.map((fault) => told(fault, environment)) } };
}

/** By what is to be done. */
export const faultCommands = { inject, list, undo } as const;

function told(fault: KnownFault, environment: string) {
  const { name, type, target, phase, since, until, message } = fault;
  return { name, type, target, phase, since, until, message, undo: undoCommand(fault, environment) ?? null };
}

/** Wrong values are wrong usage. */
async function refusing<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof RefusedFault) throw new Failure(EXIT.usage, error.message, undefined, { cause: error });
    throw error;
  }
}

async function runningCluster({ cacheDir }: Context, name: string): Promise<FaultyCluster> {
  if (!(await clusterNames({ cacheDir })).includes(name)) requireRehearsal(name, readEnvironment(name));
  const status = await clusterStatus(name, { cacheDir });
  const access = accessTo(status);
  if (access) return access;
  throw new Failure(
    EXIT.failed,
    `The cluster of ${name} is ${status.phase}: there is nothing that could fail.`,
    typed(status.phase === "absent" ? "up" : "cluster start", name),
  );
}
