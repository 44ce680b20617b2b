import type { Field } from "../../core/field.ts";
import { podOf } from "../../core/pods.ts";
import type { StackObject } from "../../core/stack-object.ts";

/** What Kubernetes gives where nothing is said (v1.36, core/v1 PodSpec). */
const DEFAULT_GRACE_SECONDS = 30;

/** How many seconds a pod has from the first signal to the kill; the time of its preStop hooks is part of it. */
export function graceOf(object: StackObject): number {
  return podOf(object).spec.at("terminationGracePeriodSeconds").number() ?? DEFAULT_GRACE_SECONDS;
}

const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600 };

/** How long a preStop hook pauses, where that can be read: its own `sleep`, or the command of that name. */
export function pauseOf(hook: Field): number {
  const own = hook.at("sleep", "seconds").number() ?? 0;
  const words = hook
    .at("exec", "command")
    .items()
    .map((word) => word.text() ?? "");
  const pauses = words.join(" ").matchAll(/\bsleep\s+(\d+(?:\.\d+)?)([smh])?(?![\w.$])/g);
  return (
    own +
    Array.from(pauses, ([, number, unit]) => Number(number) * (SECONDS[unit ?? "s"] ?? 1)).reduce(
      (sum, pause) => sum + pause,
      0,
    )
  );
}
