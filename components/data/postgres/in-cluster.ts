import { CustomResource } from "@pulumi/kubernetes/apiextensions/customResource.js";
import { NetworkPolicy } from "@pulumi/kubernetes/networking/v1/networkPolicy.js";
import * as pulumi from "@pulumi/pulumi";
import { type Children, keeping } from "../../core/component.ts";
import { labels, selector } from "../../core/labels.ts";
import { isOptOut } from "../../core/opt-out.ts";
import type { Consumer, Destination } from "../../core/usage.ts";
import { Certificate } from "../../edge/certificate.ts";
import { StoreMonitoring } from "../../observability/store-monitoring.ts";
import { DEFAULT_ENCRYPTION } from "../backup-shape.ts";
import { basicAuth } from "../credential.ts";
import type { Bucket } from "../object-store/bucket.ts";
import { type BucketAccess, bucketAccess } from "../object-store/bucket-access.ts";
import { growsOnly } from "../shrink.ts";
import type { Trust } from "../trust.ts";
import type { CompleteArgs, PostgresArgs } from "./args.ts";
import { auditedDatabases } from "./audit-args.ts";
import { backupName, backupOf, clusterParts, objectStorePlan, originName, scheduledBackupPlan } from "./backup.ts";
import type { CompleteBackup } from "./backup-args.ts";
import type { BackupPlan } from "./backup-plan.ts";
import { Eraser } from "./eraser.ts";
import { ERASER, eraserName } from "./eraser-plan.ts";
import { completeErasure } from "./erasure-args.ts";
import { Keeper } from "./keeper.ts";
import { keptSchemas } from "./keeper-plan.ts";
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
import { makePooler } from "./pooler.ts";
import { askingPlan, poolerHost, poolerLabels, poolerOf } from "./pooler-plan.ts";
import { RestoreDrill } from "./restore-drill.ts";
import { DRILL, drillName } from "./restore-drill-plan.ts";
import type { Admission, Server } from "./server.ts";

/** The operator watches Secrets with this label, and reloads them without a restart. */
const RELOADED = { "cnpg.io/reload": "true" };

/** Where a Cluster says how large its volumes are. It may grow, and never shrinks. */
const SIZE = { asked: ["spec", "storage", "size"] };

/** Run by CloudNativePG: a commit is acknowledged when a second instance has it. */
export class InCluster implements Server {
  readonly endpoint: pulumi.Output<string>;
  readonly readerEndpoint: pulumi.Output<string>;
  readonly #name: string;
  readonly #args: CompleteArgs;
  readonly #transform: PostgresArgs["transform"];
  readonly #children: Children;
  readonly #hosts: Readonly<Record<"writer" | "reader", string>>;
  readonly #cluster: CustomResource;
  /** What consumers connect to that come through it. */
  readonly #pooler: pulumi.Resource | undefined;
  /** Makes the table that services write audit events to. */
  readonly #keeper: Keeper | undefined;

  constructor(
    name: string,
    args: CompleteArgs,
    accesses: pulumi.Output<readonly Access[]>,
    children: Children,
    transform: PostgresArgs["transform"],
  ) {
    const { instances, retain } = args;
    const namespace = args.namespace.name;
    this.#name = name;
    this.#args = args;
    this.#transform = transform;
    this.#children = children;
    // With a single instance nothing stands behind the service for replicas.
    const reader = host(name, namespace, instances > 1 ? "ro" : "r");
    this.#hosts = { writer: host(name, namespace, "rw"), reader };
    const pooler = poolerOf(args);
    const entrance = pooler ? poolerHost(name, namespace) : this.#hosts.writer;
    this.endpoint = pulumi.output(`${entrance}:${PORT}`);
    this.readerEndpoint = pulumi.output(`${reader}:${PORT}`);

    const server = new Certificate(
      `${name}-server`,
      {
        namespace: args.namespace,
        issuer: args.issuer,
        hosts: serverHosts(name, namespace, pooler !== undefined),
        usages: ["server auth"],
        secretLabels: RELOADED,
      },
      { parent: children.component },
    );
    const { backup, plan } = backupOf(name, args) ?? {};
    const places = this.#places(backup, server);
    new NetworkPolicy(
      ...children.child(name, {
        metadata: { name, namespace, labels: labels(name) },
        spec: accesses.apply((all) =>
          networkPlan(name, namespace, all, { backups: places.peers, hasPooler: pooler !== undefined }),
        ),
      }),
    );
    const asking = pooler && askingPlan(name, pooler, args.databases);
    const parts = clusterParts(name, backup, args.restore, plan);
    this.#cluster = new CustomResource(
      ...children.child(name, clusterPlan(name, args, server.secretName, accesses, parts, asking), transform?.cluster, {
        ...keeping(retain),
        dependsOn: [server, ...places.objectStores],
        hooks: { beforeUpdate: [growsOnly(`postgres-${name}`, `Postgres "${name}"`, SIZE)] },
      }),
    );
    if (backup && plan) this.#backUp(backup, plan, server);
    const databases = args.databases.map((database) => {
      const plan = databasePlan(name, namespace, database, { retain, schemas: keptSchemas(args, database) });
      const options = { ...keeping(retain), dependsOn: this.#cluster };
      return new CustomResource(...children.child(`${name}-${database}`, plan, transform?.database, options));
    });
    const before = { args, cluster: this.#cluster, accesses, watched: RELOADED };
    this.#pooler = pooler && makePooler(name, pooler, before, children, transform?.pooler);
    this.#erase(server, backup);
    this.#keeper =
      args.audit &&
      new Keeper(
        name,
        args,
        server.secretName,
        RELOADED,
        transform?.keeper,
        children.options({ dependsOn: databases }),
      );
    const watch = { ...watched(name, args), namespace: args.namespace, runbooks: args.runbooks };
    new StoreMonitoring(name, watch, { parent: children.component, dependsOn: this.#cluster });
  }

  /** Tells the plugin of the buckets that the server writes to, and began from. */
  #places(backup: CompleteBackup | undefined, server: Certificate) {
    const { restore, namespace, ...declared } = this.#args;
    const self = { name: this.#name, namespace: namespace.name, declared };
    const instances = { podLabels: podLabels(this.#name), maxReplicas: this.#args.instances + 1 };
    const peers: Destination[] = [];
    const objectStores: CustomResource[] = [];
    const place = (name: string, access: BucketAccess, how: Parameters<typeof objectStorePlan>[3]) => {
      peers.push(...access.grant.peers);
      const plan = objectStorePlan(name, self, access, how);
      const options = { dependsOn: [server, ...access.grant.dependsOn] };
      objectStores.push(new CustomResource(...this.#children.child(name, plan, this.#transform?.objectStore, options)));
    };
    if (backup) {
      const name = backupName(this.#name);
      place(name, this.#access(name, backup.to, "owner", instances, server), backup);
    }
    if (restore) {
      const name = originName(this.#name);
      place(name, this.#access(name, restore.from, "reader", instances, server), {
        encryption: restore.from.encryption ?? DEFAULT_ENCRYPTION,
      });
    }
    return { peers, objectStores };
  }

  /** Base backups by a schedule, and their drill. */
  #backUp(backup: CompleteBackup, plan: BackupPlan, server: Certificate): void {
    const { namespace } = this.#args;
    const name = this.#name;
    new CustomResource(
      ...this.#children.child(
        backupName(name),
        scheduledBackupPlan(name, namespace.name, this.#args, backup, plan),
        this.#transform?.scheduledBackup,
        { dependsOn: this.#cluster },
      ),
    );
    if (isOptOut(backup.drill)) return;
    const pods = { podLabels: selector(name, DRILL), maxReplicas: 1 };
    const access = this.#access(drillName(name), backup.to, "reader", pods, server);
    const { serverName, drill: every } = backup;
    const args = { postgres: this.#args, serverName, every, plan, access };
    new RestoreDrill(name, args, this.#transform?.drill, this.#children.options({ dependsOn: server }));
  }

  /** What deletes people's data. It runs when the databases are there. */
  #erase(server: Certificate, backup: CompleteBackup | undefined): void {
    if (this.#args.erasure === undefined) return;
    const erasure = completeErasure(this.#args.erasure);
    const name = this.#name;
    const pods = { podLabels: selector(name, ERASER), maxReplicas: 1 };
    const log = erasure.log &&
      backup && {
        access: this.#access(eraserName(name), erasure.log, "owner", pods, server),
        backup,
        encryption: erasure.log.encryption ?? backup.encryption,
      };
    const args = { postgres: this.#args, erasure, authority: server.secretName, log };
    const after = this.#children.options({ dependsOn: this.#cluster });
    new Eraser(name, args, RELOADED, this.#transform?.eraser, after);
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
    return bucketAccess(
      bucket,
      right,
      { ...pods, name, namespace: namespace.name, own: { issuer, server } },
      this.#children,
    );
  }

  admit(access: Access, password: pulumi.Output<string>): Admission {
    const namespace = this.#args.namespace.name;
    const secret = roleSecret(this.#name, access);
    basicAuth(secret, namespace, loginRole(access), password, this.#children.options(), RELOADED);
    if (access.pooled !== undefined && this.#pooler)
      return {
        host: poolerHost(this.#name, namespace),
        port: PORT,
        peers: [{ namespace, podLabels: poolerLabels(this.#name), port: PORT }],
        dependsOn: [this.#pooler, ...this.#audited(access)],
      };
    return {
      host: this.#hosts[access.right === "reader" ? "reader" : "writer"],
      port: PORT,
      peers: [{ namespace, podLabels: podLabels(this.#name), port: PORT }],
      dependsOn: [this.#cluster, ...this.#audited(access)],
    };
  }

  /** What a consumer waits for that writes or reads audit events. */
  #audited({ database, right }: Access): pulumi.Resource[] {
    const isKept = auditedDatabases(this.#args).some((one) => one.database === database);
    return this.#keeper && isKept && (right === "owner" || right === "auditor") ? [this.#keeper.ready] : [];
  }

  trust(): Trust {
    return { issuer: this.#args.issuer, dependsOn: [] };
  }
}
