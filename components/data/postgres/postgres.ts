import { CustomResource } from "@pulumi/kubernetes/apiextensions/customResource.js";
import { NetworkPolicy } from "@pulumi/kubernetes/networking/v1/networkPolicy.js";
import type * as pulumi from "@pulumi/pulumi";
import { Component, keeping } from "../../core/component.ts";
import { refuse } from "../../core/invalid.ts";
import { labels, selector } from "../../core/labels.ts";
import { Ledger } from "../../core/ledger.ts";
import { nearest } from "../../core/names.ts";
import { isOptOut } from "../../core/opt-out.ts";
import type { Consumer, Grant, Peer, Usable } from "../../core/usage.ts";
import { Certificate } from "../../edge/certificate.ts";
import { certificatePlan, certificateSecret } from "../../edge/certificate-plan.ts";
import { basicAuth, credential } from "../credential.ts";
import { StoreMonitoring } from "../monitoring/store-monitoring.ts";
import type { Bucket } from "../object-store/bucket.ts";
import { growsOnly } from "../shrink.ts";
import { type CompleteArgs, complete, type PostgresArgs } from "./args.ts";
import {
  type BucketAccess,
  backupName,
  backupOf,
  clusterParts,
  objectStorePlan,
  originName,
  scheduledBackupPlan,
} from "./backup.ts";
import type { CompleteBackup } from "./backup-args.ts";
import type { BackupPlan } from "./backup-plan.ts";
import { watched } from "./monitoring.ts";
import {
  type Access,
  clusterPlan,
  databasePlan,
  host,
  loginRole,
  networkPlan,
  PORT,
  podLabels,
  roleSecret,
  serverHosts,
} from "./plan.ts";
import { accessProblems, postgresProblems } from "./problems.ts";
import { RestoreDrill } from "./restore-drill.ts";
import { DRILL, drillName } from "./restore-drill-plan.ts";

/** Where a Cluster says how large its volumes are. It may grow, and never shrinks. */
const SIZE = { asked: ["spec", "storage", "size"] };

/** One database of a server, and the two rights that can be had to it. */
export interface Database {
  /** Makes and changes tables, reads and writes. One service has it. */
  readonly owner: Usable;
  /** Reads all tables, from a replica. */
  readonly reader: Usable;
}

/** Where a consumer that was let in connects to. */
export interface Admission extends Pick<Grant, "peers" | "dependsOn"> {
  readonly host: string;
  readonly port: number;
}

/** The operator watches Secrets with this label, and reloads them without a restart. */
const RELOADED = { "cnpg.io/reload": "true" };

/**
 * PostgreSQL with a primary and two replicas in three zones, run by CloudNativePG. A commit is acknowledged when a
 * second instance has it. Every consumer has a role of its own, which connects over TLS to its database alone, with
 * connections cut from the server's budget.
 */
export class Postgres<Name extends string = string> extends Component {
  /** Host that takes writes, and its port. */
  readonly endpoint: string;
  /** Host that answers reads from a replica. */
  readonly readerEndpoint: string;
  readonly #name: string;
  readonly #args: CompleteArgs;
  readonly #accesses: Ledger<Access>;
  readonly #cluster: CustomResource;

  constructor(name: string, args: PostgresArgs<Name>, opts?: pulumi.ComponentResourceOptions) {
    const full = complete(args);
    refuse(`Postgres "${name}"`, postgresProblems(name, full));
    super("data:Postgres", name, opts, [args.namespace, args.issuer]);
    const { instances, retain, transform } = full;
    const namespace = args.namespace.name;
    this.#name = name;
    this.#args = full;
    this.#accesses = new Ledger(`Postgres "${name}"`);
    this.endpoint = `${host(name, namespace, "rw")}:${PORT}`;
    // With a single instance nothing stands behind the service for replicas.
    this.readerEndpoint = `${host(name, namespace, instances > 1 ? "ro" : "r")}:${PORT}`;

    const server = new Certificate(
      `${name}-server`,
      {
        namespace: args.namespace,
        issuer: args.issuer,
        hosts: serverHosts(name, namespace),
        usages: ["server auth"],
        secretLabels: RELOADED,
      },
      { parent: this },
    );
    const { backup, plan } = backupOf(name, full) ?? {};
    const places = this.#places(backup, server);
    const { entries } = this.#accesses;
    new NetworkPolicy(
      ...this.child(name, {
        metadata: { name, namespace, labels: labels(name) },
        spec: entries.apply((accesses) => networkPlan(name, namespace, accesses, places.peers)),
      }),
    );
    const parts = clusterParts(name, backup, full.restore, plan);
    this.#cluster = new CustomResource(
      ...this.child(name, clusterPlan(name, full, server.secretName, entries, parts), transform?.cluster, {
        ...keeping(retain),
        dependsOn: [server, ...places.objectStores],
        hooks: { beforeUpdate: [growsOnly(`postgres-${name}`, `Postgres "${name}"`, SIZE)] },
      }),
    );
    if (backup && plan) this.#backUp(backup, plan, server);
    for (const database of full.databases)
      new CustomResource(
        ...this.child(`${name}-${database}`, databasePlan(name, namespace, database, retain), transform?.database, {
          ...keeping(retain),
          dependsOn: this.#cluster,
        }),
      );
    const watch = { ...watched(name, full), namespace, runbooks: full.runbooks };
    new StoreMonitoring(name, watch, { parent: this, dependsOn: this.#cluster });
    this.registerOutputs({ endpoint: this.endpoint, readerEndpoint: this.readerEndpoint });
  }

  /** A database, to be used as `postgres.database("orders").owner`. Throws on a name that was not declared. */
  database(database: Name): Database {
    const { databases } = this.#args;
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
    return { owner: usable("owner"), reader: usable("reader") };
  }

  /**
   * Lets a consumer in with a password that it has already: that of its role on the other shards of a {@link ShardedPostgres}.
   * Gives where it connects to, and what must stand before it does.
   */
  admit(database: Name, right: Access["right"], consumer: Consumer, password: pulumi.Output<string>): Admission {
    return this.#admit(this.#allow(database, right, consumer), password);
  }

  /** Tells the plugin of the buckets that the server writes to, and began from. */
  #places(backup: CompleteBackup | undefined, server: Certificate) {
    const { restore, namespace, ...declared } = this.#args;
    const self = { name: this.#name, namespace: namespace.name, declared };
    const instances = { podLabels: podLabels(this.#name), maxReplicas: this.#args.instances + 1 };
    const peers: Peer[] = [];
    const objectStores: CustomResource[] = [];
    const place = (name: string, access: BucketAccess, how: Parameters<typeof objectStorePlan>[3]) => {
      peers.push(...access.grant.peers);
      const plan = objectStorePlan(name, self, access, how);
      const options = { dependsOn: [server, ...access.grant.dependsOn] };
      objectStores.push(new CustomResource(...this.child(name, plan, this.#args.transform?.objectStore, options)));
    };
    if (backup) {
      const name = backupName(this.#name);
      place(name, this.#access(name, backup.to, "owner", instances, server), backup);
    }
    if (restore) {
      const name = originName(this.#name);
      place(name, this.#access(name, restore.from, "reader", instances, server), { encryption: "AES256" });
    }
    return { peers, objectStores };
  }

  /** Base backups by a schedule, and their drill. */
  #backUp(backup: CompleteBackup, plan: BackupPlan, server: Certificate): void {
    const { namespace, transform } = this.#args;
    const name = this.#name;
    new CustomResource(
      ...this.child(
        backupName(name),
        scheduledBackupPlan(name, namespace.name, this.#args, backup, plan),
        transform?.scheduledBackup,
        { dependsOn: this.#cluster },
      ),
    );
    if (isOptOut(backup.drill)) return;
    const pods = { podLabels: selector(name, DRILL), maxReplicas: 1 };
    const access = this.#access(drillName(name), backup.to, "reader", pods, server);
    const { serverName, drill: every } = backup;
    const args = { postgres: this.#args, serverName, every, plan, access };
    new RestoreDrill(name, args, transform?.drill, this.childOptions({ dependsOn: server }));
  }

  /** Has one right to a bucket granted to pods of this Postgres. */
  #access(
    name: string,
    bucket: Bucket,
    right: "owner" | "reader",
    pods: Pick<Consumer, "podLabels" | "maxReplicas">,
    server: Certificate,
  ): BucketAccess {
    const { namespace, issuer } = this.#args;
    const grant = bucket[right].grant({ ...pods, name, namespace: namespace.name, opts: this.childOptions() });
    if (grant.issuer === undefined) return { bucketName: bucket.bucketName, grant };
    if (grant.issuer.ref.name === issuer.ref.name)
      return { bucketName: bucket.bucketName, grant, authority: server.secretName };
    const identity = certificatePlan({
      name: `${name}-${grant.issuer.ref.name}`,
      namespace: namespace.name,
      issuer: grant.issuer.ref,
      dnsNames: [name],
      duration: "30d",
      usages: ["client auth"],
    });
    const certificate = new CustomResource(
      ...this.child(identity.metadata.name, identity, undefined, { dependsOn: grant.issuer }),
    );
    return {
      bucketName: bucket.bucketName,
      grant: { ...grant, dependsOn: [...grant.dependsOn, certificate] },
      authority: certificateSecret(identity.metadata.name),
    };
  }

  #grant(database: string, right: Access["right"], consumer: Consumer): Grant {
    const { poolSize, rotation, issuer } = this.#args;
    const access = this.#allow(database, right, consumer);
    const name = roleSecret(this.#name, access);
    const { password, files, secret } = credential({ name, username: loginRole(access), consumer, rotation });
    const { host, port, peers, dependsOn } = this.#admit(access, password);
    return {
      environment: { HOST: host, PORT: String(port), NAME: database, POOL_SIZE: String(poolSize) },
      files,
      issuer,
      peers,
      dependsOn: [...dependsOn, secret],
      revision: String(rotation),
    };
  }

  /** Takes a consumer's share from the budget. Throws if there is not enough of it, or the right is another's. */
  #allow(database: string, right: Access["right"], consumer: Consumer): Access {
    const connections = this.#args.poolSize * consumer.maxReplicas;
    const { name, namespace, podLabels } = consumer;
    const access: Access = { database, right, consumer: name, namespace, podLabels, connections };
    refuse(`Postgres "${this.#name}"`, accessProblems(this.#args, this.#accesses.written, access));
    this.#accesses.add(access);
    return access;
  }

  #admit(access: Access, password: pulumi.Output<string>): Admission {
    const namespace = this.#args.namespace.name;
    const secret = roleSecret(this.#name, access);
    basicAuth(secret, namespace, loginRole(access), password, this.childOptions(), RELOADED);
    const [host = ""] = (access.right === "reader" ? this.readerEndpoint : this.endpoint).split(":");
    return {
      host,
      port: PORT,
      peers: [{ namespace, podLabels: podLabels(this.#name), port: PORT }],
      dependsOn: [this.#cluster],
    };
  }
}
