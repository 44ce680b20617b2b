import type { Field } from "../../core/field.ts";
import { type Container, containersOf, runsForever } from "../../core/pods.ts";
import type { StackObject } from "../../core/stack-object.ts";
import { someKnown } from "../../core/unknown.ts";

/** The ways in which Kubernetes asks a container how it is. */
export const ACTIONS = ["httpGet", "tcpSocket", "grpc", "exec"] as const;

export const PROBES_OF_CONTAINER = ["startupProbe", "livenessProbe", "readinessProbe"] as const;

/** Whether a probe asks anything. */
export function acts(probe: Field): boolean {
  return someKnown(ACTIONS, (action) => !probe.at(action).absent);
}

/** The containers that run until somebody stops them, without those that help them: init containers and sidecars. */
export function mainContainersOf(object: StackObject): Container[] {
  return runsForever(object) ? containersOf(object).filter(({ role }) => role === "container") : [];
}
