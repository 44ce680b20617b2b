import type { Problem } from "./invalid.ts";
import { isServiceUrl, SERVICE_URL } from "./service-url.ts";

const SHAPE = /^https:\/\/[^\s/@?#]+(\/[^\s?#@]*)?$/;

/**
 * A problem unless a text is the address of what stands outside of the cluster, over TLS, or where it `mayBeService`, over plain http, that of a
 * Service of it. What was given is not repeated: it may have a password in it.
 */
export function addressProblems(field: string, given: string, mayBeService = false): Problem[] {
  if (SHAPE.test(given) || (mayBeService && isServiceUrl(given))) return [];
  const allowed = "an https:// address without a user, a query or a fragment";
  return [{ field, given: "<something else>", allowed: mayBeService ? `${allowed}, or ${SERVICE_URL}` : allowed }];
}
