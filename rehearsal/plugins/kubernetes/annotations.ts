import { annotationsOf, type JsonObject } from "./object.ts";

/** The annotations by which a program steers the provider, with the meaning that Pulumi documents for them. */
export const AUTONAMED = "pulumi.com/autonamed";
export const SKIP_AWAIT = "pulumi.com/skipAwait";
export const WAIT_FOR = "pulumi.com/waitFor";
const TIMEOUT_SECONDS = "pulumi.com/timeoutSeconds";
export const REPLACE_UNREADY = "pulumi.com/replaceUnready";
export const PATCH_FORCE = "pulumi.com/patchForce";
export const PATCH_FIELD_MANAGER = "pulumi.com/patchFieldManager";
const DELETION_PROPAGATION = "pulumi.com/deletionPropagationPolicy";
/** What `kubectl apply` leaves on objects: everything it was given, in clear. */
export const LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";

/** How long to wait for a resource without any other word, in seconds: as the official provider. */
const DEFAULT_TIMEOUT = 600;

export function isTrue(object: JsonObject, annotation: string): boolean {
  return annotationsOf(object)[annotation] === "true";
}

/** Seconds to wait: the resource's `customTimeouts`, else its annotation, else ten minutes. */
export function timeoutOf(object: JsonObject, customTimeout: number | undefined): number {
  const annotated = Number.parseInt(annotationsOf(object)[TIMEOUT_SECONDS] ?? "", 10);
  return customTimeout ?? (annotated > 0 ? annotated : DEFAULT_TIMEOUT);
}

/** How the API server treats what belongs to a deleted object. */
export function propagationOf(object: JsonObject): "Foreground" | "Background" | "Orphan" {
  switch (annotationsOf(object)[DELETION_PROPAGATION]?.toLowerCase()) {
    case "background":
      return "Background";
    case "orphan":
      return "Orphan";
    default:
      return "Foreground";
  }
}
