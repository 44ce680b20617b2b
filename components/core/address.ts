import { isIP } from "node:net";
import type { Problem } from "./invalid.ts";
import type { Destination } from "./usage.ts";

/** What {@link isAddress} takes, as the end of the sentence "allowed: …". */
export const ADDRESS = "an https:// address without a user, a query or a fragment";

/** Whether a text is an address by TLS that has nothing secret in it: no user, no query and no fragment. */
export function isAddress(given: unknown): given is string {
  if (typeof given !== "string" || !/^https:\/\/[^\s/@?#\\]+(\/[^\s?#]*)?$/.test(given)) return false;
  const port = URL.parse(given)?.port;
  return port !== undefined && port !== "0";
}

/** A problem unless it is such an address. What was given is not repeated: a key may be in it. */
export function addressProblems(field: string, given: unknown, allowed = ADDRESS): Problem[] {
  return isAddress(given) ? [] : [{ field, given: unsaid(given), allowed }];
}

/** What stands for something given that may be a secret, or have one in it. */
export function unsaid(given: unknown): unknown {
  return given === undefined || given === null ? given : "<something else>";
}

/** The port of an address that {@link isAddress} takes. */
export function portOf(address: string): number {
  return Number(new URL(address).port || 443);
}

/** What is wrong with where pods may send to; each of them is an object. A block that is only known later is not looked at. */
export function destinationProblems(field: string, at: readonly Destination[] | undefined, why: string): Problem[] {
  if (at === undefined || at.length === 0) return [{ field, given: at, allowed: why }];
  return at.flatMap((to, index) => [
    ...("cidr" in to ? cidrProblems(`${field}[${index}].cidr`, to.cidr) : podsProblems(`${field}[${index}]`, to)),
    ...(Number.isInteger(to.port) && to.port >= 1 && to.port <= 65_535
      ? []
      : [{ field: `${field}[${index}].port`, given: to.port, allowed: "a port: a whole number from 1 to 65535" }]),
  ]);
}

/** A problem unless it is a block of addresses, as far as it is known. */
export function cidrProblems(field: string, given: unknown): Problem[] {
  const isLater = typeof given === "object" && given !== null;
  return isLater || isCidr(given) ? [] : [{ field, given, allowed: 'a block of addresses such as "10.0.8.0/22"' }];
}

function isCidr(given: unknown): boolean {
  const [, address = "", bits] = (typeof given === "string" && /^([^/]+)\/(\d{1,3})$/.exec(given)) || [];
  const longest = { 4: 32, 6: 128 }[isIP(address)];
  return longest !== undefined && Number(bits) <= longest;
}

function podsProblems(
  field: string,
  { namespace, podLabels }: Extract<Destination, { readonly namespace: string }>,
): Problem[] {
  if (typeof namespace === "string" && typeof podLabels === "object" && podLabels !== null) return [];
  return [{ field, given: { namespace, podLabels }, allowed: "{ cidr, port }, or { namespace, podLabels, port }" }];
}
