import { Deployment } from "@pulumi/kubernetes/apps/v1/deployment.js";
import { ConfigMap } from "@pulumi/kubernetes/core/v1/configMap.js";
import { Secret } from "@pulumi/kubernetes/core/v1/secret.js";
import { Service } from "@pulumi/kubernetes/core/v1/service.js";
import { ServiceAccount } from "@pulumi/kubernetes/core/v1/serviceAccount.js";
import { NetworkPolicy } from "@pulumi/kubernetes/networking/v1/networkPolicy.js";
import { PodDisruptionBudget } from "@pulumi/kubernetes/policy/v1/podDisruptionBudget.js";
import * as pulumi from "@pulumi/pulumi";
import { RandomPassword } from "@pulumi/random/randomPassword.js";
import { type Children, keeping } from "../../core/component.ts";
import { refuse } from "../../core/invalid.ts";
import { labels, selector } from "../../core/labels.ts";
import { Ledger } from "../../core/ledger.ts";
import { serverAccountPlan } from "../../core/server-account.ts";
import type { Consumer, Grant, Pods } from "../../core/usage.ts";
import { Certificate } from "../../edge/certificate.ts";
import { StoreMonitoring } from "../../observability/store-monitoring.ts";
import { accountProblems } from "../account.ts";
import { setWithClaims } from "../claims.ts";
import { credential, PASSWORD } from "../credential.ts";
import { bucketAccess } from "../object-store/bucket-access.ts";
import type { CompleteArgs } from "./args.ts";
import { RedisBackup } from "./backup.ts";
import { ACCOUNTS, type BackupPart } from "./backup-jobs.ts";
import { redisBackupOf } from "./backup-plan.ts";
import { consumerAcl, keyPrefix, OWN_USERS, PORT, serverFiles, usersAcl } from "./config.ts";
import { exporterSecret } from "./exporter.ts";
import { watched } from "./monitoring.ts";
import {
  budgetPlan,
  names,
  nodesServicePlan,
  proxyNetworkPlan,
  SERVER,
  serverHosts,
  serversNetworkPlan,
  serversPlan,
} from "./plan.ts";
import { ADMIN_PORT } from "./proxy-config.ts";
import { PROXY, proxyFiles, proxyPlan, proxyServicePlan } from "./proxy-plan.ts";
import type { Server } from "./server.ts";

/** A consumer's line in the ACL file; it holds a digest of the password and is a secret all the same. */
interface Account {
  readonly consumer: string;
  readonly line: pulumi.Output<string>;
}

/**
 * Run as Redis itself, watched by Sentinels that replace a lost primary, behind proxies that always lead to the primary:
 * consumers know one address and need no Sentinel client.
 */
export class InCluster implements Server {
  readonly endpoint: pulumi.Output<string>;
  readonly #name: string;
  readonly #host: string;
  readonly #children: Children;
  readonly #args: CompleteArgs;
  readonly #consumers: Ledger<Pods>;
  readonly #accounts: Ledger<Account>;
  readonly #proxy: Deployment;

  constructor(name: string, args: CompleteArgs, children: Children) {
    const { retain, transform } = args;
    const namespace = args.namespace.name;
    const { server } = names(name);
    const saved = redisBackupOf(name, args);
    this.#name = name;
    this.#args = args;
    this.#children = children;
    this.#host = `${name}.${namespace}.svc`;
    this.endpoint = pulumi.output(`${this.#host}:${PORT}`);
    this.#consumers = new Ledger(`Redis "${name}"`);
    this.#accounts = new Ledger(`Redis "${name}"`);

    const certificate = new Certificate(
      server,
      { namespace: args.namespace, issuer: args.issuer, hosts: serverHosts(name, namespace) },
      { parent: children.component },
    );
    const files = this.#files(names(name).config, SERVER, serverFiles(name, args));
    const secrets = this.#secrets(saved !== undefined);
    new Service(...children.child(names(name).nodes, nodesServicePlan(name, namespace)));
    const network = this.#networks(saved !== undefined);
    const account = new ServiceAccount(...children.child(name, serverAccountPlan(name, namespace)));
    const statefulSet = setWithClaims(
      `Redis "${name}"`,
      children.child(server, serversPlan(name, args), transform?.servers, {
        ...keeping(retain),
        dependsOn: [certificate, files, account, ...secrets, ...network],
      }),
      children.options(keeping(retain)),
    );
    const proxyConfig = this.#files(`${name}-${PROXY}`, PROXY, proxyFiles(name, args));
    this.#proxy = new Deployment(
      ...children.child(`${name}-${PROXY}`, proxyPlan(name, args), transform?.proxy, {
        dependsOn: [proxyConfig, statefulSet],
      }),
    );
    new Service(...children.child(name, proxyServicePlan(name, namespace), undefined, { dependsOn: this.#proxy }));
    for (const part of [SERVER, PROXY])
      new PodDisruptionBudget(...children.child(`${name}-${part}`, budgetPlan(name, part, namespace)));
    if (saved) this.#backUp(saved, certificate, statefulSet);
    const watch = { ...watched(name, args), namespace: args.namespace, runbooks: args.runbooks };
    new StoreMonitoring(name, watch, { parent: children.component, dependsOn: statefulSet });
  }

  grant(consumer: Consumer): Grant {
    const { namespace, issuer, rotation } = this.#args;
    const { name: username, namespace: home, podLabels } = consumer;
    const name = `${this.#name}-${username}`;
    const taken = this.#accounts.written.map((account) => account.consumer);
    refuse(`Redis "${this.#name}"`, accountProblems(consumer, taken, OWN_USERS));
    const { password, files, secret } = credential({ name, username, consumer, rotation });
    this.#consumers.add({ namespace: home, podLabels });
    this.#accounts.add({ consumer: username, line: password.apply((value) => consumerAcl(username, value)) });
    return {
      environment: { HOST: this.#host, PORT: String(PORT), KEY_PREFIX: keyPrefix(username) },
      files,
      issuer,
      peers: [{ namespace: namespace.name, podLabels: selector(this.#name, PROXY), port: PORT }],
      dependsOn: [this.#proxy, secret],
      revision: String(rotation),
    };
  }

  /** Snapshots, their drill, and what restores one. */
  #backUp(
    { backup, plan }: NonNullable<ReturnType<typeof redisBackupOf>>,
    server: Certificate,
    after: pulumi.Resource,
  ): void {
    const { namespace, issuer } = this.#args;
    const name = this.#name;
    const to = (part: BackupPart, right: "owner" | "reader") => {
      const pods = { name: `${name}-${part}`, podLabels: selector(name, part), maxReplicas: 1 };
      return bucketAccess(
        backup.to,
        right,
        { ...pods, namespace: namespace.name, own: { issuer, server } },
        this.#children,
      );
    };
    const access = {
      backup: to("backup", "owner"),
      "restore-drill": to("restore-drill", "reader"),
      restore: to("restore", "reader"),
    };
    const options = this.#children.options({ dependsOn: after });
    new RedisBackup(name, { redis: this.#args, backup, plan, access }, this.#args.transform?.backup, options);
  }

  #files(name: string, part: string, data: Record<string, string>): ConfigMap {
    const metadata = { name, namespace: this.#args.namespace.name, labels: labels(this.#name, part) };
    return new ConfigMap(...this.#children.child(name, { metadata, data }));
  }

  /** The passwords of the servers and of what reads their metrics, and the ACL file with them and every consumer's. */
  #secrets(saved: boolean): Secret[] {
    const { internal, users, metrics } = names(this.#name);
    const keepers = { rotation: String(this.#args.rotation) };
    const password = (name: string) =>
      new RandomPassword(...this.#children.child(name, { ...PASSWORD, keepers })).result;
    const accounts = Object.entries(saved ? ACCOUNTS : {}).map(([part, user]) => {
      return { user, secret: `${this.#name}-${part}`, password: password(`${this.#name}-${part}`) };
    });
    const own = {
      internal: password(internal),
      metrics: password(metrics),
      ...Object.fromEntries(accounts.map(({ user, password: own }) => [user, own])),
    };
    const acl = pulumi.all([pulumi.output(own), this.#accounts.entries]).apply(([passwords, accounts]) =>
      usersAcl(
        passwords,
        accounts.map(({ line }) => line),
      ),
    );
    const secret = (name: string, stringData: pulumi.Input<Record<string, pulumi.Input<string>>>) =>
      new Secret(
        ...this.#children.child(name, {
          metadata: { name, namespace: this.#args.namespace.name, labels: labels(this.#name, SERVER) },
          stringData,
        }),
      );
    return [
      secret(internal, { password: pulumi.secret(own.internal) }),
      secret(metrics, pulumi.secret(own.metrics.apply(exporterSecret))),
      ...accounts.map((of) => secret(of.secret, { password: pulumi.secret(of.password) })),
      secret(users, { "users.acl": pulumi.secret(acl) }),
    ];
  }

  #networks(saved: boolean): NetworkPolicy[] {
    const name = this.#name;
    const namespace = this.#args.namespace.name;
    const proxy = { namespace, podLabels: selector(name, PROXY) };
    const policy = (part: string, spec: pulumi.Input<ReturnType<typeof proxyNetworkPlan>>) =>
      new NetworkPolicy(
        ...this.#children.child(`${name}-${part}`, {
          metadata: { name: `${name}-${part}`, namespace, labels: labels(name, part) },
          spec,
        }),
      );
    const consumers = this.#consumers.entries;
    return [
      policy(SERVER, serversNetworkPlan(name, namespace, proxy, saved ? Object.keys(ACCOUNTS) : [])),
      policy(
        PROXY,
        consumers.apply((all) => proxyNetworkPlan(name, namespace, PROXY, ADMIN_PORT, all)),
      ),
    ];
  }
}
