import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Ground } from "./ground.ts";
import { ZONES } from "./ground.ts";
import { residentMemory } from "./memory.ts";
import type { ComponentsInput } from "./programs/components.ts";
import type { RawInput } from "./programs/raw.ts";
import { BenchProject, type Measured } from "./project.ts";
import { rawResources } from "./raw-resources.ts";
import { Samples } from "./statistics.ts";

/** Kubernetes resources that a service of the bench's program has, and what its program has besides. */
const PER_SERVICE = 7;
const BESIDES = 11;

const POLICIES = join(import.meta.dirname, "..", "..", "policies");
const PACK = ["--policy-pack", POLICIES, "--policy-pack-config", join(POLICIES, "config", "local.json")];

export interface Results {
  readonly resources: number;
  readonly runs: number;
  /** Milliseconds, by `<program> <operation>`. */
  readonly times: Samples;
  /** Bytes, by `<program> <role>` and `cluster`. */
  readonly memory: Samples;
}

export interface MeasureOptions {
  /** How many resources there should be, about. */
  readonly resources: number;
  readonly runs: number;
  readonly signal: AbortSignal;
  tell(line: string): void;
}

/**
 * Measures both programs in turn, run after run, so that a machine that gets busier or hotter does so for both. The raw
 * program has the very resources of the components' program, read from the state of a first `up` that is not counted.
 */
export async function measure(ground: Ground, { resources, runs, signal, tell }: MeasureOptions): Promise<Results> {
  const { cluster, home, dir } = ground;
  const services = Math.max(1, Math.round((resources - BESIDES) / PER_SERVICE));
  const input: ComponentsInput = { context: cluster.context, zones: ZONES, services };
  const components = new BenchProject(dir, "components", home, { ...input }, signal);
  const file = join(dir, "resources.json");
  const rawInput: RawInput = { context: cluster.context, resources: file };
  const raw = new BenchProject(dir, "raw", home, { ...rawInput }, signal);
  const empty = new BenchProject(dir, "empty", home, {}, signal);
  for (const project of [components, raw, empty]) await project.init();

  tell(`warming up: ${services} services`);
  await components.up();
  const list = rawResources(await components.state());
  writeFileSync(file, JSON.stringify(list));
  await components.destroy();

  const [times, memory] = [new Samples(), new Samples()];
  const time = async (name: string, operation: Promise<Measured>) => {
    tell(`${name} …`);
    const measured = await operation;
    times.add(name, measured.milliseconds);
    tell(`${name}: ${(measured.milliseconds / 1_000).toFixed(2)} s`);
    return measured;
  };
  for (let run = 1; run <= runs; run++) {
    tell(`run ${run} of ${runs}, ${list.length} resources`);
    await time("engine version", empty.pulumi("version"));
    await time("empty preview", empty.preview());
    await time("empty preview with pack", empty.preview(...PACK));
    // Each run begins with the other program, so that neither always finds what the other has warmed.
    const turns = [["raw", raw] as const, ["components", components] as const];
    for (const [name, project] of run % 2 ? turns : turns.toReversed()) {
      await time(`${name} preview`, project.preview());
      if (project === components) await time("components preview with pack", project.preview(...PACK));
      const { memory: peaks } = await time(`${name} up`, project.up());
      memory.add(`${name} total`, peaks.total);
      for (const [role, bytes] of peaks.byRole) memory.add(`${name} ${role}`, bytes);
      memory.add("cluster", residentMemory(cluster.pid));
      await time(`${name} up again`, project.up());
      await time(`${name} destroy`, project.destroy());
    }
  }
  return { resources: list.length, runs, times, memory };
}
