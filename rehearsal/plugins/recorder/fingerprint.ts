import { createHash } from "node:crypto";
import type { PropertyMap } from "../rpc/index.ts";
import { printableMap } from "./printable.ts";

/** What every made-up value starts with, so that nobody takes it for a real one. */
export const MARK = "recorded";

/**
 * 12 hexadecimal digits that stay the same for the same resource with the same inputs. Values of secrets have no part
 * in them: from a short fingerprint a weak secret could be guessed.
 */
export function fingerprint(urn: string, inputs: PropertyMap): string {
  return createHash("sha256")
    .update(urn)
    .update(JSON.stringify(printableMap(inputs)))
    .digest("hex")
    .slice(0, 12);
}
