import type * as pulumi from "@pulumi/pulumi";
import { Component } from "../../core/component.ts";
import { refuse } from "../../core/invalid.ts";
import type { Consumer, Grant, Usable } from "../../core/usage.ts";
import { refuseStoreShape } from "../shape.ts";
import { quorumProblems, quorumZoneProblems, storeProblems } from "../store.ts";
import { complete, type RedisArgs } from "./args.ts";
import { redisBackupProblems } from "./backup-problems.ts";
import { ElastiCache } from "./elasticache.ts";
import { completeElastiCache, type ElastiCacheArgs } from "./elasticache-args.ts";
import { elastiCacheProblems } from "./elasticache-plan.ts";
import { InCluster } from "./in-cluster.ts";
import type { Server } from "./server.ts";

/**
 * Redis with a primary and two replicas in three zones, run as Redis with Sentinels in the cluster or by ElastiCache on AWS:
 * consumers know one address, that of the primary. TLS throughout. Every consumer has an account that sees only the keys and
 * channels that begin with `<its name>:`.
 *
 * It is a relation itself: `uses: [cache]`.
 */
export class Redis extends Component implements Usable {
  readonly usableName: string;
  readonly endpoint: pulumi.Output<string>;
  readonly #server: Server;

  constructor(name: string, args: RedisArgs | ElastiCacheArgs, opts?: pulumi.ComponentResourceOptions) {
    const subject = `Redis "${name}"`;
    refuseStoreShape(subject, args, {});
    const onAws = args.backend === "aws";
    const problems = onAws ? elastiCacheProblems(name, completeElastiCache(args)) : redisProblems(name, args);
    refuse(subject, problems);
    super("data:Redis", name, opts, onAws ? [args.namespace] : [args.namespace, args.issuer]);
    this.usableName = name;
    this.#server = onAws
      ? new ElastiCache(name, completeElastiCache(args), this.children())
      : new InCluster(name, complete(args), this.children());
    this.endpoint = this.#server.endpoint;
    this.registerOutputs({ endpoint: this.endpoint });
  }

  grant(consumer: Consumer): Grant {
    return this.#server.grant(consumer);
  }
}

function redisProblems(name: string, args: RedisArgs) {
  const full = complete(args);
  if (full.role !== "cache" && full.role !== "store")
    return [{ field: "role", given: full.role, allowed: '"cache" or "store"' }];
  return [
    ...storeProblems(name, full),
    ...quorumProblems("replicas", full.replicas, full.replication),
    ...quorumZoneProblems(full.zones, full.replication),
    ...redisBackupProblems(name, full),
  ];
}
