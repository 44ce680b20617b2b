import { refuseShape, type Shapes } from "../core/shape.ts";

/** What every store may be given that is looked into. */
const OPTIONAL: Shapes = {
  "aws?": "an object",
  "backup?": "an object",
  "erasure?": "an object",
  "objectives?": "an object",
  "rates?": "an object",
  "replication?": "an object",
  "resources?": "an object",
  "restore?": "an object",
  "transform?": "an object",
};
const IN_CLUSTER: Shapes = { zones: "a list", issuer: "an object" };

/**
 * Throws InvalidArgsError if arguments are not of the shape that a store looks into. `own` is what this kind of store must be given.
 */
export function refuseStoreShape(subject: string, args: unknown, own: Shapes): void {
  const isOnAws = (args as { readonly backend?: unknown } | null | undefined)?.backend === "aws";
  refuseShape(subject, args, { namespace: "an object", ...(isOnAws ? {} : IN_CLUSTER), ...own, ...OPTIONAL });
}
