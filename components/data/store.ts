import type { Namespace } from "../cluster/namespace.ts";
import type { Problem } from "../core/invalid.ts";
import { nameProblems } from "../core/names.ts";
import { isOptOut, type OptOut } from "../core/opt-out.ts";
import { leastProblems, type Quantity } from "../core/quantity.ts";
import { isQuorum } from "../core/quorum.ts";
import { type Resources, resourceProblems } from "../core/resources.ts";
import { zoneProblems } from "../core/zones.ts";
import type { Issuer } from "../edge/issuer.ts";
import { runbooksProblems } from "../observability/runbook.ts";
import { type DeclaredArgs, declaredProblems } from "./declared.ts";

/** Where a store runs: in the cluster, or as a managed service. The code of its consumers is the same. */
export type Backend = "inCluster" | "aws";

/** What every store is given. */
export interface StoreArgs extends DeclaredArgs {
  /**
   * The other way, `aws`, has arguments of its own, and is said in the literal itself: TypeScript tells the two apart by what stands there
   * and does not see what `...store` brings. That is why this field comes first, before those that AWS refuses.
   */
  readonly backend?: "inCluster";
  readonly namespace: Namespace;
  /** Zones that its replicas are spread over; three for a quorum that survives the loss of one. */
  readonly zones: readonly string[];
  /** Signs the certificates of its servers; consumers trust nobody else. */
  readonly issuer: Issuer;
  /** Disk of each replica. It grows in place and never shrinks. */
  readonly storage?: Quantity;
  /** Of each replica. */
  readonly resources?: Resources;
  /** Steps down to one replica, without failover: it is gone for as long as its node is. */
  readonly replication?: OptOut;
  /** Keeps the data when the stack is destroyed or the store is renamed; true by default. */
  readonly retain?: boolean;
  /** Where people read `docs/runbooks`, such as `https://git.example.com/platform/docs/runbooks`: every alert leads to its section. */
  readonly runbooks?: string;
  /** Bump it to give every consumer a new password; they start anew to read it. 1 by default. */
  readonly rotation?: number;
}

/** Less is a unit forgotten: a plain number is bytes. */
const LEAST_STORAGE: Quantity = "64Mi";
/** Of an image, as registries take it. It may end in a digest. */
const TAG = /^\w[\w.-]{0,127}(@sha256:[0-9a-f]{64})?$/;

/** What is wrong with the arguments that all stores share. */
export function storeProblems(name: string, args: StoreArgs & { readonly version?: string }): Problem[] {
  const { backend = "inCluster", version, storage, resources, rotation = 1, runbooks } = args;
  const problems = [...nameProblems("name", name), ...declaredProblems(args)];
  if (backend !== "inCluster")
    problems.push({
      field: "backend",
      given: backend,
      allowed: '"inCluster" or "aws"',
    });
  if ("aws" in args) problems.push({ field: "aws", given: "an object", allowed: 'nothing, unless backend is "aws"' });
  problems.push(...zoneProblems(args.zones));
  if (storage !== undefined) problems.push(...leastProblems("storage", storage, LEAST_STORAGE));
  if (version !== undefined && !TAG.test(version))
    problems.push({ field: "version", given: version, allowed: 'the tag of an image, such as "17.5"' });
  problems.push(...runbooksProblems(runbooks));
  if (!Number.isInteger(rotation) || rotation < 1)
    problems.push({ field: "rotation", given: rotation, allowed: "a whole number of at least 1" });
  return resources === undefined ? problems : [...problems, ...resourceProblems("resources", resources)];
}

/** A problem if what has a quorum is in fewer than three zones: one of two has more than half of it. */
export function quorumZoneProblems(zones: readonly string[], replication: OptOut | undefined): Problem[] {
  if (isOptOut(replication) || zones.length >= 3) return [];
  return [{ field: "zones", given: zones, allowed: "three zones or more, or a quorum is lost with one" }];
}

/** A problem unless a number of replicas can hold a quorum, or one is stepped down to. */
export function quorumProblems(field: string, given: number, replication: OptOut | undefined): Problem[] {
  const odd = `3, 5 or 7: fewer cannot outlive the loss of one, and an even number gains nothing`;
  if (isOptOut(replication))
    return given === 1 ? [] : [{ field, given, allowed: "1, since replication is stepped down from" }];
  if (isQuorum(given)) return [];
  return [{ field, given, allowed: `${odd}; or 1 with replication: optOut("<why one is enough>")` }];
}
