import { makesPods, podOf } from "../../core/pods.ts";
import type { StackObject } from "../../core/stack-object.ts";

/**
 * Whether a pod's users are not the node's: root in there is nobody outside. The pod security standards ask less of
 * such pods since v1.35. What an operator makes of an object is not known.
 */
export function hasOwnUsers(object: StackObject): boolean {
  return makesPods(object) && podOf(object).spec.at("hostUsers").boolean() === false;
}
