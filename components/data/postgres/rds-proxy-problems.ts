import type { Problem } from "../../core/invalid.ts";
import type { CompleteAurora } from "./aurora-args.ts";
import { type Access, RESERVED_CONNECTIONS } from "./plan.ts";
import { type CompleteRdsProxy, completeRdsProxy, IN_CLUSTER_ONLY } from "./rds-proxy-args.ts";
import { MOST_OWNERS, sharedConnections } from "./rds-proxy-plan.ts";

/** Everything that is wrong with an Aurora's pooler. */
export function rdsProxyProblems({ pooler, connections }: Pick<CompleteAurora, "pooler" | "connections">): Problem[] {
  if (pooler === undefined) return [];
  if (typeof pooler !== "object" || pooler === null)
    return [{ field: "pooler", given: pooler, allowed: "an object, of which every field may be left out: {}" }];
  const given = pooler as Readonly<Record<string, unknown>>;
  const foreign = Object.entries(IN_CLUSTER_ONLY)
    .filter(([field]) => given[field] !== undefined)
    .map(([field, allowed]) => ({
      field: `pooler.${field}`,
      given: typeof given[field] === "object" ? "an object" : given[field],
      allowed: `${allowed}, with backend "aws"`,
    }));
  return [...foreign, ...shareProblems(completeRdsProxy(pooler), connections)];
}

/** A problem unless the share is whole percents, of one connection at least, that leave those that are reserved. */
function shareProblems(pooler: CompleteRdsProxy, connections: number): Problem[] {
  const { share } = pooler;
  const field = "pooler.share";
  if (!Number.isInteger(share) || share < 1 || share > 100)
    return [{ field, given: share, allowed: "whole percents of connections, from 1 to 100" }];
  const shared = sharedConnections(pooler, connections);
  if ((connections * share) / 100 >= 1 && shared <= connections - RESERVED_CONNECTIONS) return [];
  const most = Math.floor((100 * (connections - RESERVED_CONNECTIONS)) / connections);
  const allowed = `what is one connection at least, and leaves the ${RESERVED_CONNECTIONS} of ${connections} that are reserved: at most ${most}; or raise connections`;
  return [{ field, given: share, allowed }];
}

/** A problem if one owner more would be one too many for the proxy. */
export function ownersProblems(granted: readonly Access[], access: Access): Problem[] {
  const owners = granted.filter(({ pooled }) => pooled !== undefined).length;
  if (access.pooled === undefined || owners < MOST_OWNERS) return [];
  const allowed =
    `an owner of one of the first ${MOST_OWNERS} databases: the pooler's role can be told no more secrets to read; put databases on another ` +
    "Postgres, or leave pooler out";
  return [{ field: `uses of ${access.consumer}`, given: `${access.database}.owner`, allowed }];
}

/** Where the connections of a server with a proxy are, and how there are more. */
export function sharedSums(pooler: CompleteRdsProxy, connections: number, taken: number): string {
  return (
    `the pooler has ${pooler.share} %, ${sharedConnections(pooler, connections)}, other consumers ${taken}, and ${RESERVED_CONNECTIONS} are reserved; ` +
    "lower pooler.share, scaling.max or poolSize, or raise connections"
  );
}
