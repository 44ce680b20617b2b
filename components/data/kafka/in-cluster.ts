import type { types } from "@pulumi/kubernetes";
import type { StatefulSet } from "@pulumi/kubernetes/apps/v1/statefulSet.js";
import { Job } from "@pulumi/kubernetes/batch/v1/job.js";
import { ConfigMap } from "@pulumi/kubernetes/core/v1/configMap.js";
import { Secret } from "@pulumi/kubernetes/core/v1/secret.js";
import { Service } from "@pulumi/kubernetes/core/v1/service.js";
import { ServiceAccount } from "@pulumi/kubernetes/core/v1/serviceAccount.js";
import { NetworkPolicy } from "@pulumi/kubernetes/networking/v1/networkPolicy.js";
import { PodDisruptionBudget } from "@pulumi/kubernetes/policy/v1/podDisruptionBudget.js";
import * as pulumi from "@pulumi/pulumi";
import { checksum } from "../../core/checksum.ts";
import { type Children, keeping } from "../../core/component.ts";
import { labels, selector } from "../../core/labels.ts";
import { Ledger } from "../../core/ledger.ts";
import { serverAccountPlan } from "../../core/server-account.ts";
import type { Transform } from "../../core/transform.ts";
import { Certificate } from "../../edge/certificate.ts";
import { StoreMonitoring } from "../../observability/store-monitoring.ts";
import { setWithClaims } from "../claims.ts";
import type { Trust } from "../trust.ts";
import type { CompleteArgs, KafkaArgs } from "./args.ts";
import { type Access, clusterId, names, nodeFiles, PORTS, partsOf, serverHosts, setupFiles } from "./config.ts";
import { watched } from "./monitoring.ts";
import {
  bootstrapServicePlan,
  budgetPlan,
  networkPlans,
  nodesPlan,
  nodesServicePlan,
  SETUP,
  setupPlan,
} from "./plan.ts";
import type { Server } from "./server.ts";

/** A user's name and password, for the Secret that the setup reads. */
interface User {
  readonly name: string;
  readonly password: pulumi.Output<string>;
}

/** Run as Kafka itself, without ZooKeeper: nodes know each other by certificate, consumers by SCRAM. */
export class InCluster implements Server {
  readonly endpoint: pulumi.Output<string>;
  readonly peers: Server["peers"];
  readonly ownUsers: readonly string[];
  readonly setup: readonly [Job];
  readonly #name: string;
  readonly #args: CompleteArgs;
  readonly #accesses: pulumi.Output<readonly Access[]>;
  readonly #children: Children;
  readonly #users: Ledger<User>;

  constructor(
    name: string,
    args: CompleteArgs,
    accesses: pulumi.Output<readonly Access[]>,
    children: Children,
    transform: KafkaArgs["transform"],
  ) {
    const { retain } = args;
    const namespace = args.namespace.name;
    this.#name = name;
    this.#args = args;
    this.#accesses = accesses;
    this.#children = children;
    this.#users = new Ledger(`Kafka "${name}"`);
    this.endpoint = pulumi.output(`${name}.${namespace}.svc:${PORTS.clients}`);
    this.peers = [{ namespace, podLabels: selector(name, "broker"), port: PORTS.clients }];

    const { server, config } = names(name);
    const certificate = this.#certificate(server, serverHosts(name, namespace, partsOf(args)));
    const files = this.#configMap(config, "broker", nodeFiles(name, args));
    const networks = this.#networks();
    const id = clusterId(pulumi.getStack(), namespace, name);
    const account = new ServiceAccount(...children.child(name, serverAccountPlan(name, namespace)));
    const before = { ...keeping(retain), dependsOn: [certificate, files, account, ...networks] };
    const sets = partsOf(args).map((part) => {
      new Service(...children.child(names(name)[part], nodesServicePlan(name, part, args)));
      new PodDisruptionBudget(...children.child(names(name)[part], budgetPlan(name, part, namespace)));
      return setWithClaims(
        `Kafka "${name}"`,
        children.child(names(name)[part], nodesPlan(name, part, args, id), transform?.[`${part}s`], before),
        children.options(keeping(retain)),
      );
    });
    new Service(...children.child(name, bootstrapServicePlan(name, namespace), undefined, { dependsOn: sets }));
    this.ownUsers = [names(name).server, names(name).admin];
    this.setup = [this.#setUp(sets, transform?.setup)];
    const watch = { ...watched(name, args), namespace: args.namespace, runbooks: args.runbooks };
    new StoreMonitoring(name, watch, { parent: children.component, dependsOn: sets });
  }

  usernameOf(consumer: string): string {
    return consumer;
  }

  addUser(name: string, password: pulumi.Output<string>): [] {
    this.#users.add({ name, password });
    return [];
  }

  trust(): Trust {
    return { issuer: this.#args.issuer, dependsOn: [] };
  }

  /** The Job that makes topics, users and rights; it runs again under another name when any of them changes. */
  #setUp(sets: readonly StatefulSet[], transform: Transform<types.input.batch.v1.Job> | undefined): Job {
    const { setup, admin, users } = names(this.#name);
    const { rotation } = this.#args;
    const certificate = this.#certificate(admin, [admin]);
    const files = this.#accesses.apply((accesses) => setupFiles(this.#args, accesses));
    const passwords = this.#users.entries.apply((all) =>
      Object.fromEntries(all.map(({ name, password }) => [name, password])),
    );
    const config = this.#configMap(setup, SETUP, files);
    const secret = new Secret(
      ...this.#children.child(users, { metadata: this.#metadata(users, SETUP), stringData: pulumi.secret(passwords) }),
    );
    const id = files.apply((all) => checksum({ all, rotation }).slice(0, 8));
    return new Job(
      ...this.#children.child(setup, setupPlan(this.#name, this.#args, pulumi.interpolate`${setup}-${id}`), transform, {
        dependsOn: [...sets, certificate, config, secret],
      }),
    );
  }

  #certificate(name: string, hosts: readonly string[]): Certificate {
    const { namespace, issuer } = this.#args;
    const args = { namespace, issuer, hosts, commonName: name, combined: true };
    return new Certificate(name, args, { parent: this.#children.component });
  }

  #configMap(name: string, part: string, data: pulumi.Input<Record<string, string>>): ConfigMap {
    return new ConfigMap(...this.#children.child(name, { metadata: this.#metadata(name, part), data }));
  }

  #networks(): NetworkPolicy[] {
    const plans = this.#accesses.apply((all) => networkPlans(this.#name, this.#args, all));
    return ([...partsOf(this.#args), SETUP] as const).map((part) => {
      const name = `${this.#name}-${part}`;
      return new NetworkPolicy(
        ...this.#children.child(name, { metadata: this.#metadata(name, part), spec: plans[part] }),
      );
    });
  }

  #metadata(name: string, part: string) {
    return { name, namespace: this.#args.namespace.name, labels: labels(this.#name, part) };
  }
}
