import type { Plugin } from "../rehearsal/index.ts";
import { OUR_PLUGINS } from "../rehearsal/plugins/index.ts";
import { EXIT, Failure } from "./failure.ts";

/** Packages whose plugin of ours writes down what it is asked for, and deploys nothing. */
export const RECORDERS: ReadonlySet<string> = new Set(
  OUR_PLUGINS.filter(({ main }) => main.includes("/recorder/")).map(({ name }) => name),
);

/**
 * Outside a rehearsal, what is only recorded must not look as if it were deployed, or deleted. `used` are the packages of the
 * stack, those of remote components included.
 */
export function refuseRecording(environment: string, used: ReadonlySet<string>, plugins: readonly Plugin[]): void {
  const recorder = plugins.find(({ name, origin }) => origin === "ours" && RECORDERS.has(name) && used.has(name));
  if (!recorder) return;
  throw new Failure(
    EXIT.toolMissing,
    `${environment} uses ${recorder.name}, and this machine has only a plugin that records what it is asked for.`,
    `pulumi plugin install resource ${recorder.name} v${recorder.version}`,
  );
}
