import { ConfigMap } from "@pulumi/kubernetes/core/v1/configMap.js";
import * as pulumi from "@pulumi/pulumi";
import { Component } from "../../core/component.ts";
import { refuse } from "../../core/invalid.ts";
import { nearest } from "../../core/names.ts";
import { transformed } from "../../core/transform.ts";
import type { Consumer, Grant, Usable } from "../../core/usage.ts";
import { credential } from "../credential.ts";
import { type Access, loginRole, roleSecret } from "../postgres/plan.ts";
import { Postgres } from "../postgres/postgres.ts";
import { refuseStoreShape } from "../shape.ts";
import type { Trust } from "../trust.ts";
import {
  type ShardedAuroraArgs,
  type ShardedPostgresArgs,
  shardArgs,
  shardBudget,
  shardedPostgresProblems,
  shardNames,
} from "./args.ts";
import { configMapPlan, distinct, SHARDS_FILE } from "./plan.ts";
import { type ShardMap, shardMap } from "./shard-map.ts";

/**
 * One store over several {@link Postgres} of one shape, in the cluster or on AWS, each of which keeps some of the keys. A shard more takes
 * its share from the others, once it is moved there: that is a reshard, which `docs/sharding.md` tells of.
 *
 * It is one relation for a consumer, `<database>-shards`: the same role and password on every shard, and the map as a file that
 * changes while it runs. So no consumer is started anew for a shard that is added.
 *
 * ```ts
 * const ledger = new ShardedPostgres("ledger", { namespace, issuer, zones, shards: 4 });
 * shop.service("accounts", { uses: [ledger.owner] });
 * shop.task("reshard", { schedule: "30 2 * * *", args: ["run", "ledger-shards"], uses: [ledger.mover] });
 * ```
 */
export class ShardedPostgres extends Component {
  /** Which shard is to keep which keys. Who keeps them at this moment, the shards know. */
  readonly map: ShardMap;
  /** Makes and changes tables, reads and writes. One service has it. */
  readonly owner: Usable;
  /** Reads all tables, from a replica of each shard. */
  readonly reader: Usable;
  /** Moves keys between shards, with the rights of an owner. */
  readonly mover: Usable;
  readonly #name: string;
  readonly #args: ShardedPostgresArgs | ShardedAuroraArgs;
  readonly #shards: ReadonlyMap<string, Postgres>;

  constructor(name: string, args: ShardedPostgresArgs | ShardedAuroraArgs, opts?: pulumi.ComponentResourceOptions) {
    const subject = `ShardedPostgres "${name}"`;
    refuseStoreShape(subject, args, {});
    refuse(subject, shardedPostgresProblems(name, args));
    const { namespace } = args;
    super("data:ShardedPostgres", name, opts, args.backend === "aws" ? [namespace] : [namespace, args.issuer]);
    this.#name = name;
    this.#args = args;
    const names = shardNames(name, args.shards);
    this.map = shardMap(names.slice(0, args.filled));
    const each = shardArgs(name, args);
    this.#shards = new Map(names.map((shard) => [shard, new Postgres(shard, each, this.childOptions())]));
    const usable = (right: Access["right"]): Usable => ({
      usableName: `${this.#database}-shards`,
      grant: (consumer) => this.#grant(right, consumer),
    });
    this.owner = usable("owner");
    this.reader = usable("reader");
    this.mover = usable("mover");
    this.registerOutputs({ map: this.map });
  }

  /** One shard, by its name in the map, such as `ledger-0`. Throws on a name that is none. */
  shard(name: string): Postgres {
    const shard = this.#shards.get(name);
    if (shard) return shard;
    const names = [...this.#shards.keys()];
    const meant = nearest(name, names);
    throw new RangeError(
      `ShardedPostgres "${this.#name}" has no shard ${JSON.stringify(name)}; it has ${names.join(", ")}${meant ? `; did you mean ${JSON.stringify(meant)}?` : ""}`,
    );
  }

  get #database(): string {
    return this.#args.database ?? this.#name;
  }

  #grant(right: Access["right"], consumer: Consumer): Grant {
    const { transform } = this.#args;
    const { rotation, poolSize } = shardBudget(this.#name, this.#args);
    const database = this.#database;
    const role = { consumer: consumer.name, database };
    const { password, files, secret } = credential({
      name: roleSecret(this.#name, role),
      username: loginRole(role),
      consumer,
      rotation,
    });
    const admissions = new Map(
      [...this.#shards].map(([shard, postgres]) => [shard, postgres.admit(database, right, consumer, password)]),
    );
    const standing = [...admissions.values()].flatMap(({ dependsOn }) => dependsOn);
    const name = `${this.#name}-${consumer.name}-shards`;
    // After the shards: nobody is sent to one that does not stand yet.
    const configMap = new ConfigMap(
      ...transformed(
        transform?.configMap,
        `${consumer.namespace}-${name}`,
        configMapPlan(name, consumer.namespace, this.map, admissions),
        pulumi.mergeOptions(consumer.opts, { dependsOn: standing }),
      ),
    );
    const { dependsOn: trusted, ...trust } = this.#trust(name, consumer, right);
    return {
      environment: { NAME: database, POOL_SIZE: String(poolSize) },
      files,
      config: { configMap: name, key: SHARDS_FILE },
      ...trust,
      peers: distinct([...admissions.values()].flatMap(({ peers }) => peers)),
      dependsOn: [...standing, secret, configMap, ...trusted],
      revision: String(rotation),
    };
  }

  /** The same authority signs for all shards. */
  #trust(relation: string, consumer: Consumer, right: Access["right"]): Trust {
    const [first = ""] = shardNames(this.#name, this.#args.shards);
    return this.shard(first).trust(relation, consumer, right);
  }
}
