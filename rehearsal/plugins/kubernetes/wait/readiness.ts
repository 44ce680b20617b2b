import type { Scope } from "../client/informer.ts";
import type { JsonObject, KubeObject } from "../object.ts";
import { conditionOf, numberAt, textAt } from "../object.ts";

/** Whether an object is what it should be by now, and if not, why. */
export type Readiness = Ready | NotReady;

export interface Ready {
  readonly ready: true;
  /** Something that the reader should know all the same. */
  readonly warning?: string;
}

export interface NotReady {
  readonly ready: false;
  /** What is being waited for, such as `2 of 3 pods are available`. */
  readonly waitingFor: string;
  /** What stands in the way, one sentence each: the pod that cannot be scheduled, the image that cannot be pulled. */
  readonly problems: readonly string[];
  /** It will not become ready by waiting. */
  readonly failed?: boolean;
  /** Good enough if nothing changes for this long, in milliseconds, with the warning that then applies. */
  readonly settles?: { readonly afterMs: number; readonly warning: string };
}

/** When an object of some kind is ready. */
export interface Rule {
  /** What else to look at, by a name of the rule's own choice. */
  readonly related?: (object: KubeObject) => Readonly<Record<string, Scope>>;
  /** A pure function of what is seen. */
  readonly judge: (object: KubeObject, seen: Seen) => Readiness;
}

/** Related objects by the names that the rule gave them. */
export type Seen = (name: string) => readonly KubeObject[];

export const READY: Ready = { ready: true };

export function waiting(waitingFor: string, problems: readonly string[] = []): NotReady {
  return { ready: false, waitingFor, problems };
}

export function failed(waitingFor: string, problems: readonly string[]): NotReady {
  return { ready: false, waitingFor, problems, failed: true };
}

/** The controller has not seen the newest version of the object yet: its status tells of an older one. */
export function isStale(object: KubeObject): boolean {
  const generation = numberAt(object, "metadata", "generation");
  return generation !== undefined && (numberAt(object, "status", "observedGeneration") ?? 0) < generation;
}

/** The same, for an object whose controller may not say which version it has seen. */
export function isKnownStale(object: KubeObject): boolean {
  return numberAt(object, "status", "observedGeneration") !== undefined && isStale(object);
}

/** `[Reason] message` of a condition with this status, if the object has one. */
export function conditionProblem(object: JsonObject, type: string, status: "True" | "False"): string[] {
  const condition = conditionOf(object, type);
  if (condition === undefined || condition.status !== status) return [];
  return [`[${textAt(condition, "reason") ?? type}] ${textAt(condition, "message") ?? ""}`.trim()];
}
