import type * as pulumi from "@pulumi/pulumi";
import { Component } from "../../core/component.ts";
import { refuse } from "../../core/invalid.ts";
import { Ledger } from "../../core/ledger.ts";
import { nearest } from "../../core/names.ts";
import type { Consumer, Grant, Usable } from "../../core/usage.ts";
import { credential } from "../credential.ts";
import { refuseStoreShape } from "../shape.ts";
import type { Trust } from "../trust.ts";
import { complete, type PostgresArgs } from "./args.ts";
import { auditedDatabases } from "./audit-args.ts";
import { Aurora } from "./aurora.ts";
import { type AuroraArgs, completeAurora } from "./aurora-args.ts";
import { auroraProblems } from "./aurora-problems.ts";
import { eraserLogins } from "./eraser-plan.ts";
import { InCluster } from "./in-cluster.ts";
import { keeperLogins } from "./keeper-plan.ts";
import { type Access, loginRole, roleSecret } from "./plan.ts";
import { accessProblems, auroraBudget, type Budget, budgetOf, ownerConnections, postgresProblems } from "./problems.ts";
import type { Admission, Server } from "./server.ts";

/** One database of a server, and the rights that can be had to it. */
export interface Database {
  /** Makes and changes tables, reads and writes. One service has it. */
  readonly owner: Usable;
  /** Reads all tables, from a replica. */
  readonly reader: Usable;
  /** Reads its audit events, and nothing else. Refused where it keeps none. */
  readonly auditor: Usable;
}

/**
 * PostgreSQL with a primary and two replicas in three zones, run by CloudNativePG in the cluster or by Aurora on AWS. Every
 * consumer has a role of its own, which connects over TLS to its database alone, with connections cut from the server's
 * budget. With `pooler` owners connect through one that lets many of their connections share few of the server's.
 */
export class Postgres<Name extends string = string> extends Component {
  /** Host that takes writes, and its port. */
  readonly endpoint: pulumi.Output<string>;
  /** Host that answers reads from a replica. */
  readonly readerEndpoint: pulumi.Output<string>;
  readonly #name: string;
  readonly #databases: readonly Name[];
  readonly #budget: Budget & { readonly rotation: number };
  readonly #accesses: Ledger<Access>;
  /** Databases that keep audit events, which their owners write. */
  readonly #audited: readonly string[];
  readonly #server: Server;

  constructor(name: string, args: PostgresArgs<Name> | AuroraArgs<Name>, opts?: pulumi.ComponentResourceOptions) {
    const subject = `Postgres "${name}"`;
    refuseStoreShape(subject, args, { databases: "a list", "audit?": "an object", "audit.events?": "an object" });
    const onAws = args.backend === "aws";
    refuse(subject, onAws ? auroraProblems(name, completeAurora(args)) : postgresProblems(name, complete(args)));
    super("data:Postgres", name, opts, onAws ? [args.namespace] : [args.namespace, args.issuer]);
    this.#name = name;
    this.#databases = args.databases;
    this.#budget = onAws ? auroraBudget(completeAurora(args)) : budgetOf(complete(args));
    this.#audited = onAws ? [] : auditedDatabases(args).map(({ database }) => database);
    this.#accesses = new Ledger(subject);
    for (const access of onAws ? [] : [...eraserLogins(name, args), ...keeperLogins(name, args)])
      this.#accesses.add(access);
    const { entries } = this.#accesses;
    this.#server = onAws
      ? new Aurora(name, completeAurora(args), entries, this.children(), args.transform)
      : new InCluster(name, complete(args), entries, this.children(), args.transform);
    this.endpoint = this.#server.endpoint;
    this.readerEndpoint = this.#server.readerEndpoint;
    this.registerOutputs({ endpoint: this.endpoint, readerEndpoint: this.readerEndpoint });
  }

  /** A database, to be used as `postgres.database("orders").owner`. Throws on a name that was not declared. */
  database(database: Name): Database {
    const databases = this.#databases;
    if (!databases.includes(database)) {
      const meant = nearest(database, databases);
      throw new RangeError(
        `Postgres "${this.#name}" has no database ${JSON.stringify(database)}; it has ${databases.join(", ")}${meant ? `; did you mean ${JSON.stringify(meant)}?` : ""}`,
      );
    }
    const usable = (right: Access["right"]): Usable => ({
      usableName: `${database}-db`,
      grant: (consumer) => this.#grant(database, right, consumer),
    });
    return { owner: usable("owner"), reader: usable("reader"), auditor: usable("auditor") };
  }

  /**
   * Lets a consumer in with a password that it has already: that of its role on the other shards of a {@link ShardedPostgres}.
   * Gives where it connects to, and what must stand before it does.
   */
  admit(database: Name, right: Access["right"], consumer: Consumer, password: pulumi.Output<string>): Admission {
    return this.#server.admit(this.#allow(database, right, consumer), password);
  }

  /** Whom a consumer trusts to have signed for the server; `relation` names what is made for it. */
  trust(relation: string, consumer: Consumer, right: Access["right"]): Trust {
    return this.#server.trust(relation, consumer, right);
  }

  #grant(database: string, right: Access["right"], consumer: Consumer): Grant {
    const { poolSize, rotation } = this.#budget;
    const access = this.#allow(database, right, consumer);
    const name = roleSecret(this.#name, access);
    const { password, files, secret } = credential({ name, username: loginRole(access), consumer, rotation });
    const { host, port, peers, dependsOn } = this.#server.admit(access, password);
    const { dependsOn: trusted, ...trust } = this.trust(name, consumer, access.right);
    return {
      environment: {
        HOST: host,
        PORT: String(port),
        NAME: database,
        POOL_SIZE: String(poolSize),
        ...(access.right === "owner" && this.#audited.includes(database) && { AUDIT: "on" }),
      },
      files,
      ...trust,
      peers,
      dependsOn: [...dependsOn, secret, ...trusted],
      revision: String(rotation),
    };
  }

  /** Takes a consumer's share from the budget. Throws if there is not enough of it, or the right is another's. */
  #allow(database: string, right: Access["right"], consumer: Consumer): Access {
    const held = this.#budget.poolSize * consumer.maxReplicas;
    const { name, namespace, podLabels } = consumer;
    const connections = right === "owner" ? ownerConnections(this.#budget, held) : { connections: held };
    const access: Access = { database, right, consumer: name, namespace, podLabels, ...connections };
    refuse(`Postgres "${this.#name}"`, accessProblems(this.#budget, this.#accesses.written, access));
    this.#accesses.add(access);
    return access;
  }
}
