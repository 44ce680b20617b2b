import { podOf } from "../../core/pods.ts";
import type { StackObject } from "../../core/stack-object.ts";

/**
 * Whether a pod's users are not the node's: root in there is nobody outside. The pod security standards ask less of
 * such pods since v1.35.
 */
export function hasOwnUsers(object: StackObject): boolean {
  return podOf(object).spec.at("hostUsers").boolean() === false;
}
