import type { StatefulSet } from "@pulumi/kubernetes/apps/v1/statefulSet.js";
import { ConfigMap } from "@pulumi/kubernetes/core/v1/configMap.js";
import { Service } from "@pulumi/kubernetes/core/v1/service.js";
import { ServiceAccount } from "@pulumi/kubernetes/core/v1/serviceAccount.js";
import { NetworkPolicy } from "@pulumi/kubernetes/networking/v1/networkPolicy.js";
import { PodDisruptionBudget } from "@pulumi/kubernetes/policy/v1/podDisruptionBudget.js";
import * as pulumi from "@pulumi/pulumi";
import { type Children, keeping } from "../../core/component.ts";
import { labels, selector } from "../../core/labels.ts";
import { Ledger } from "../../core/ledger.ts";
import { serverAccountPlan } from "../../core/server-account.ts";
import { type Queryable, queryable } from "../../core/source.ts";
import type { Peer, Pods } from "../../core/usage.ts";
import { setWithClaims } from "../../data/claims.ts";
import { type BucketAccess, bucketAccess } from "../../data/object-store/bucket-access.ts";
import { StoreMonitoring } from "../store-monitoring.ts";
import { tenantsConfig } from "../tenants.ts";
import { watchedLoki } from "./alerts.ts";
import type { LokiArgs } from "./args.ts";
import { LOKI_PORTS, type LokiBucket, lokiConfig } from "./loki-config.ts";
import {
  lokiBudget,
  lokiHosts,
  lokiIntake,
  lokiNetworkPlan,
  lokiParts,
  lokiPlan,
  lokiServices,
  partName,
} from "./loki-plan.ts";
import type { LokiPart } from "./needs.ts";

/** Keeps logs and answers questions about them. */
export class Loki {
  readonly sets: readonly StatefulSet[];
  /** Where it takes logs by OpenTelemetry's protocol. */
  readonly takesAt: string;
  /** The pods that take logs. */
  readonly writers: readonly Peer[];
  /** Its API. */
  readonly query: Queryable;
  readonly #users: Ledger<Pods>;

  constructor(name: string, args: LokiArgs, children: Children) {
    const namespace = args.namespace.name;
    const parts = lokiParts(args);
    const hosts = lokiHosts(name, args);
    const part = (target: LokiPart["target"]) => (parts.length === 1 ? "all" : target);
    const at = (target: LokiPart["target"]) => {
      return { namespace, podLabels: selector(name, part(target)), port: LOKI_PORTS.http };
    };
    this.takesAt = lokiIntake(hosts.write);
    this.writers = [at("write")];
    this.#users = new Ledger(`Logging "${name}"`);

    const account = new ServiceAccount(...children.child(`${name}-loki`, serverAccountPlan(`${name}-loki`, namespace)));
    const access = this.#access(name, args, children);
    const metadata = { name: `${name}-loki`, namespace, labels: labels(name) };
    const data = {
      "config.json": this.#bucket(access).apply((bucket) =>
        JSON.stringify(lokiConfig(hosts.peers, hosts.backend, bucket), null, 2),
      ),
      "tenants.json": JSON.stringify(tenantsConfig(args), null, 2),
    };
    const config = new ConfigMap(...children.child(`${name}-loki`, { metadata, data }));
    const peers = access?.grant.peers ?? [];
    const spec = this.#users.entries.apply((users) => lokiNetworkPlan(name, namespace, users, peers));
    const network = new NetworkPolicy(...children.child(`${name}-loki`, { metadata, spec }));
    const services = lokiServices(name, parts, namespace).map(
      (plan) => new Service(...children.child((plan.metadata as { name: string }).name, plan)),
    );
    const kept = keeping(args.retain);
    const dependsOn = [account, config, network, ...services, ...(access?.grant.dependsOn ?? [])];
    this.sets = parts.map((one) => {
      const of = partName(name, one);
      new PodDisruptionBudget(...children.child(of, lokiBudget(name, one, namespace)));
      const plan = lokiPlan(name, one, args, { config: `${name}-loki`, access });
      const child = children.child(of, plan, args.transform?.loki, { ...kept, dependsOn });
      return setWithClaims(`Logging "${name}"`, child, children.options(kept));
    });
    this.query = queryable(name, {
      url: `http://${hosts.read}:${LOKI_PORTS.http}`,
      at: at("read"),
      readers: this.#users,
      dependsOn: this.sets,
    });
    const watch = { ...watchedLoki(name, args), namespace: args.namespace, runbooks: args.runbooks };
    new StoreMonitoring(`${name}-loki`, watch, children.options());
  }

  /** Lets pods in. */
  admit(pods: Pods): void {
    this.#users.add(pods);
  }

  #access(name: string, { namespace, store }: LokiArgs, children: Children): BucketAccess | undefined {
    if (store.bucket === undefined) return undefined;
    const pods = { name: `${name}-loki`, namespace: namespace.name, podLabels: selector(name), maxReplicas: 9 };
    return bucketAccess(store.bucket, "owner", pods, children);
  }

  #bucket(access: BucketAccess | undefined): pulumi.Output<LokiBucket | undefined> {
    if (access === undefined) return pulumi.output(undefined);
    const { ENDPOINT: endpoint, REGION: region } = access.grant.environment;
    return pulumi.output({ endpoint, region }).apply((known) => {
      return { ...known, name: access.bucketName, ownAuthority: access.authority !== undefined };
    });
  }
}
