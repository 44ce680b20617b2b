/** What the headers begin with that say who sent a request. */
const PREFIX = "x-user-";

/** The header that a claim is passed on in: `sub` in `x-user-sub`, `realm_access.role` in `x-user-realm-access-role`. */
export function identityHeader(claim: string): string {
  return `${PREFIX}${claim.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-")}`;
}
