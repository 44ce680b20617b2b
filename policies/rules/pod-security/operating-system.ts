import { podOf } from "../../core/pods.ts";
import type { StackObject } from "../../core/stack-object.ts";

/** Whether a pod says that it is for Windows nodes: the API server then refuses the settings that only Linux has. */
export function isWindows(object: StackObject): boolean {
  return podOf(object).spec.at("os", "name").text() === "windows";
}
