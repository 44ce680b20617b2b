import type { types } from "@pulumi/kubernetes";
import { CustomResource } from "@pulumi/kubernetes/apiextensions/customResource.js";
import { Job } from "@pulumi/kubernetes/batch/v1/job.js";
import { ConfigMap } from "@pulumi/kubernetes/core/v1/configMap.js";
import { Secret } from "@pulumi/kubernetes/core/v1/secret.js";
import { ServiceAccount } from "@pulumi/kubernetes/core/v1/serviceAccount.js";
import { NetworkPolicy } from "@pulumi/kubernetes/networking/v1/networkPolicy.js";
import { PodDisruptionBudget } from "@pulumi/kubernetes/policy/v1/podDisruptionBudget.js";
import * as pulumi from "@pulumi/pulumi";
import { checksum } from "../../core/checksum.ts";
import { Component, keeping } from "../../core/component.ts";
import { refuse } from "../../core/invalid.ts";
import { labels } from "../../core/labels.ts";
import { Ledger } from "../../core/ledger.ts";
import { nearest } from "../../core/names.ts";
import type { Transform } from "../../core/transform.ts";
import type { Consumer, Grant, Usable } from "../../core/usage.ts";
import { Certificate } from "../../edge/certificate.ts";
import { type Credential, credential } from "../credential.ts";
import { StoreMonitoring } from "../monitoring/store-monitoring.ts";
import { serverAccountPlan } from "../server-account.ts";
import { type CompleteArgs, complete, type RabbitMQArgs } from "./args.ts";
import { host, internodeFiles, names, PORTS, serverHosts } from "./config.ts";
import { type Access, deadLettersOf, setupFiles, usersData } from "./definitions.ts";
import { watched } from "./monitoring.ts";
import { budgetPlan, clusterPlan, networkPlans, podLabels, setupPlan } from "./plan.ts";
import { rabbitProblems } from "./problems.ts";

/** One queue, and the rights that can be had to it. */
export interface Queue {
  /** Sends to it, by the exchange of its name. */
  readonly publish: Usable;
  /** Takes messages from it. */
  readonly consume: Usable;
  /** Takes what could not be delivered, after `deliveryLimit` tries. */
  readonly deadLetters: Usable;
}

/** A user's name and password, for the Secret that the set-up reads. */
interface User {
  readonly name: string;
  readonly password: pulumi.Output<string>;
}

/**
 * RabbitMQ with three nodes in three zones, run by its cluster operator. Every queue is a quorum queue: a message is confirmed when a
 * second node has it on disk. TLS throughout, between the nodes too. Every consumer has a user of its own, with rights to the queues
 * that it declared and none to make any.
 */
export class RabbitMQ<Name extends string = string> extends Component {
  /** Host and port that consumers connect to, over TLS. */
  readonly endpoint: string;
  readonly #name: string;
  readonly #args: CompleteArgs;
  readonly #accesses: Ledger<Access>;
  readonly #users: Ledger<User>;
  readonly #credentials = new Map<string, Credential>();
  readonly #setup: Job;

  constructor(name: string, args: RabbitMQArgs<Name>, opts?: pulumi.ComponentResourceOptions) {
    const full = complete(args);
    refuse(`RabbitMQ "${name}"`, rabbitProblems(name, full));
    super("data:RabbitMQ", name, opts, [args.namespace, args.issuer]);
    const { nodes, retain, transform } = full;
    const namespace = args.namespace.name;
    this.#name = name;
    this.#args = full;
    this.#accesses = new Ledger(`RabbitMQ "${name}"`);
    this.#users = new Ledger(`RabbitMQ "${name}"`);
    this.endpoint = `${host(name, namespace)}:${PORTS.clients}`;

    const { certificate, internode } = names(name);
    const hosts = serverHosts(name, namespace, nodes);
    const server = new Certificate(
      certificate,
      { namespace: args.namespace, issuer: args.issuer, hosts },
      { parent: this },
    );
    const files = this.#configMap(internode, internodeFiles());
    new PodDisruptionBudget(...this.child(name, budgetPlan(name, namespace)));
    const cluster = new CustomResource(
      ...this.child(name, clusterPlan(name, full), transform?.cluster, {
        ...keeping(retain),
        dependsOn: [server, files, ...this.#networks()],
      }),
    );
    this.#setup = this.#setUp(cluster, transform?.setup);
    const watch = { ...watched(name, full), namespace, runbooks: args.runbooks };
    new StoreMonitoring(name, watch, { parent: this, dependsOn: cluster });
    this.registerOutputs({ endpoint: this.endpoint });
  }

  /** A queue, to be used as `broker.queue("orders").publish`. Throws on a name that was not declared. */
  queue(queue: Name): Queue {
    const known = Object.keys(this.#args.queues);
    if (!known.includes(queue)) {
      const meant = nearest(queue, known);
      throw new RangeError(
        `RabbitMQ "${this.#name}" has no queue ${JSON.stringify(queue)}; it has ${known.join(", ")}${meant ? `; did you mean ${JSON.stringify(meant)}?` : ""}`,
      );
    }
    const usable = (right: Access["right"], usableName: string): Usable => ({
      usableName,
      grant: (consumer) => this.#grant(queue, right, consumer),
    });
    return {
      publish: usable("publish", `${queue}-queue`),
      consume: usable("consume", `${queue}-queue`),
      deadLetters: usable("deadLetters", `${queue}-dead-letters`),
    };
  }

  #grant(queue: string, right: Access["right"], consumer: Consumer): Grant {
    const { namespace, issuer, rotation } = this.#args;
    const { name, namespace: home, podLabels: pods } = consumer;
    const { files, secret } = this.#credential(consumer);
    this.#accesses.add({ queue, right, consumer: name, namespace: home, podLabels: pods });
    const target =
      right === "publish" ? { EXCHANGE: queue } : { NAME: right === "consume" ? queue : deadLettersOf(queue) };
    return {
      environment: { HOST: host(this.#name, namespace.name), PORT: String(PORTS.clients), ...target },
      files,
      issuer,
      peers: [{ namespace: namespace.name, podLabels: podLabels(this.#name), port: PORTS.clients }],
      dependsOn: [this.#setup, secret],
      revision: String(rotation),
    };
  }

  /** A consumer has one user, however many queues it uses. */
  #credential(consumer: Consumer): Credential {
    const key = `${consumer.namespace}/${consumer.name}`;
    const known = this.#credentials.get(key);
    if (known) return known;
    if (this.#users.written.some(({ name }) => name === consumer.name))
      refuse(`RabbitMQ "${this.#name}"`, [
        {
          field: "uses",
          given: key,
          allowed: "consumers of different names: the user of this name is another service's",
        },
      ]);
    const made = credential({
      name: `${this.#name}-${consumer.name}`,
      username: consumer.name,
      consumer,
      rotation: this.#args.rotation,
    });
    this.#users.add({ name: consumer.name, password: made.password });
    this.#credentials.set(key, made);
    return made;
  }

  /** The Job that makes queues, users and rights; it runs again under another name when any of them changes. */
  #setUp(cluster: CustomResource, transform: Transform<types.input.batch.v1.Job> | undefined): Job {
    const { setup, users } = names(this.#name);
    const namespace = this.#args.namespace.name;
    const { rotation } = this.#args;
    const files = this.#accesses.entries.apply((accesses) => setupFiles(this.#args, accesses));
    const passwords = this.#users.entries.apply(usersData);
    const config = this.#configMap(setup, files);
    const secret = new Secret(
      ...this.child(users, { metadata: this.#metadata(users), data: pulumi.secret(passwords) }),
    );
    const account = new ServiceAccount(...this.child(setup, serverAccountPlan(setup, namespace)));
    const id = files.apply((all) => checksum({ all, rotation }).slice(0, 8));
    return new Job(
      ...this.child(setup, setupPlan(this.#name, this.#args, pulumi.interpolate`${setup}-${id}`), transform, {
        dependsOn: [cluster, config, secret, account],
      }),
    );
  }

  #configMap(name: string, data: pulumi.Input<Record<string, string>>): ConfigMap {
    return new ConfigMap(...this.child(name, { metadata: this.#metadata(name), data }));
  }

  #networks(): NetworkPolicy[] {
    const namespace = this.#args.namespace.name;
    const plans = this.#accesses.entries.apply((all) => networkPlans(this.#name, namespace, all));
    const { setup } = names(this.#name);
    return (
      [
        [this.#name, plans.nodes],
        [setup, plans.setup],
      ] as const
    ).map(([name, spec]) => new NetworkPolicy(...this.child(name, { metadata: this.#metadata(name), spec })));
  }

  #metadata(name: string) {
    return { name, namespace: this.#args.namespace.name, labels: labels(this.#name) };
  }
}
