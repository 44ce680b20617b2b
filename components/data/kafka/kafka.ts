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
import { Component, keeping } from "../../core/component.ts";
import { refuse } from "../../core/invalid.ts";
import { labels, selector } from "../../core/labels.ts";
import { Ledger } from "../../core/ledger.ts";
import { nearest } from "../../core/names.ts";
import type { Transform } from "../../core/transform.ts";
import type { Consumer, Grant, Usable } from "../../core/usage.ts";
import { Certificate } from "../../edge/certificate.ts";
import { setWithClaims } from "../claims.ts";
import { type Credential, credential } from "../credential.ts";
import { serverAccountPlan } from "../server-account.ts";
import { type CompleteArgs, complete, type KafkaArgs } from "./args.ts";
import { type Access, clusterId, names, nodeFiles, PORTS, partsOf, serverHosts, setupFiles } from "./config.ts";
import {
  bootstrapServicePlan,
  budgetPlan,
  networkPlans,
  nodesPlan,
  nodesServicePlan,
  SETUP,
  setupPlan,
} from "./plan.ts";
import { kafkaProblems } from "./problems.ts";

/** One topic, and the two rights that can be had to it. */
export interface Topic {
  readonly publish: Usable;
  readonly consume: Usable;
}

/** A user's name and password, for the Secret that the setup reads. */
interface User {
  readonly name: string;
  readonly password: pulumi.Output<string>;
}

/**
 * Kafka without ZooKeeper: three controllers and three brokers in three zones (or brokers alone, `combined`). Every record
 * has a copy in each zone, and a write is acknowledged when two have it. TLS throughout; nodes know each other by
 * certificate, consumers by SCRAM. Every consumer has a user of its own, with rights to the topics it declared; its consumer
 * groups begin with its name.
 *
 * A right to a topic that is no longer declared ends with the user's last relation, not before.
 */
export class Kafka<Name extends string = string> extends Component {
  readonly endpoint: string;
  readonly #name: string;
  readonly #args: CompleteArgs;
  readonly #accesses: Ledger<Access>;
  readonly #users: Ledger<User>;
  readonly #credentials = new Map<string, Credential>();
  readonly #setup: Job;

  constructor(name: string, args: KafkaArgs<Name>, opts?: pulumi.ComponentResourceOptions) {
    const full = complete(args);
    refuse(`Kafka "${name}"`, kafkaProblems(name, full));
    super("data:Kafka", name, opts, [args.namespace, args.issuer]);
    const { transform, retain } = full;
    const namespace = args.namespace.name;
    this.#name = name;
    this.#args = full;
    this.#accesses = new Ledger(`Kafka "${name}"`);
    this.#users = new Ledger(`Kafka "${name}"`);
    this.endpoint = `${name}.${namespace}.svc:${PORTS.clients}`;

    const { server, config } = names(name);
    const certificate = this.#certificate(server, serverHosts(name, namespace, partsOf(full)));
    const files = this.#configMap(config, "broker", nodeFiles(name, full));
    const networks = this.#networks();
    const id = clusterId(pulumi.getStack(), namespace, name);
    const account = new ServiceAccount(...this.child(name, serverAccountPlan(name, namespace)));
    const before = { ...keeping(retain), dependsOn: [certificate, files, account, ...networks] };
    const sets = partsOf(full).map((part) => {
      new Service(...this.child(names(name)[part], nodesServicePlan(name, part, full)));
      new PodDisruptionBudget(...this.child(names(name)[part], budgetPlan(name, part, namespace)));
      return setWithClaims(
        `Kafka "${name}"`,
        this.child(names(name)[part], nodesPlan(name, part, full, id), transform?.[`${part}s`], before),
        this.childOptions(keeping(retain)),
      );
    });
    new Service(...this.child(name, bootstrapServicePlan(name, namespace), undefined, { dependsOn: sets }));
    this.#setup = this.#setUp(sets, transform?.setup);
    this.registerOutputs({ endpoint: this.endpoint });
  }

  /** A topic, to be used as `kafka.topic("orders").publish`. Throws on a name that was not declared. */
  topic(topic: Name): Topic {
    const known = Object.keys(this.#args.topics);
    if (!known.includes(topic)) {
      const meant = nearest(topic, known);
      throw new RangeError(
        `Kafka "${this.#name}" has no topic ${JSON.stringify(topic)}; it has ${known.join(", ")}${meant ? `; did you mean ${JSON.stringify(meant)}?` : ""}`,
      );
    }
    const usable = (right: Access["right"]): Usable => ({
      usableName: `${topic}-topic`,
      grant: (consumer) => this.#grant(topic, right, consumer),
    });
    return { publish: usable("publish"), consume: usable("consume") };
  }

  #grant(topic: string, right: Access["right"], consumer: Consumer): Grant {
    const { namespace, issuer, rotation } = this.#args;
    const { name, namespace: home, podLabels } = consumer;
    const { files, secret } = this.#credential(consumer);
    this.#accesses.add({ topic, right, consumer: name, namespace: home, podLabels });
    return {
      environment: {
        BROKERS: this.endpoint,
        NAME: topic,
        ...(right === "consume" ? { GROUP: name } : {}),
      },
      files,
      issuer,
      peers: [{ namespace: namespace.name, podLabels: selector(this.#name, "broker"), port: PORTS.clients }],
      dependsOn: [this.#setup, secret],
      revision: String(rotation),
    };
  }

  /** A consumer has one user, however many topics it uses. */
  #credential(consumer: Consumer): Credential {
    const key = `${consumer.namespace}/${consumer.name}`;
    const known = this.#credentials.get(key);
    if (known) return known;
    const twin = this.#users.written.some(({ name }) => name === consumer.name);
    if (twin)
      refuse(`Kafka "${this.#name}"`, [
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

  /** The Job that makes topics, users and rights; it runs again under another name when any of them changes. */
  #setUp(sets: readonly StatefulSet[], transform: Transform<types.input.batch.v1.Job> | undefined): Job {
    const { setup, admin, users } = names(this.#name);
    const { rotation } = this.#args;
    const certificate = this.#certificate(admin, [admin]);
    const files = this.#accesses.entries.apply((accesses) => setupFiles(this.#args, accesses));
    const passwords = this.#users.entries.apply((all) =>
      Object.fromEntries(all.map(({ name, password }) => [name, password])),
    );
    const config = this.#configMap(setup, SETUP, files);
    const secret = new Secret(
      ...this.child(users, { metadata: this.#metadata(users, SETUP), stringData: pulumi.secret(passwords) }),
    );
    const id = files.apply((all) => checksum({ all, rotation }).slice(0, 8));
    return new Job(
      ...this.child(setup, setupPlan(this.#name, this.#args, pulumi.interpolate`${setup}-${id}`), transform, {
        dependsOn: [...sets, certificate, config, secret],
      }),
    );
  }

  #certificate(name: string, hosts: readonly string[]): Certificate {
    const { namespace, issuer } = this.#args;
    const args = { namespace, issuer, hosts, commonName: name, combined: true };
    return new Certificate(name, args, { parent: this });
  }

  #configMap(name: string, part: string, data: pulumi.Input<Record<string, string>>): ConfigMap {
    return new ConfigMap(...this.child(name, { metadata: this.#metadata(name, part), data }));
  }

  #networks(): NetworkPolicy[] {
    const plans = this.#accesses.entries.apply((all) => networkPlans(this.#name, this.#args, all));
    return ([...partsOf(this.#args), SETUP] as const).map((part) => {
      const name = `${this.#name}-${part}`;
      return new NetworkPolicy(...this.child(name, { metadata: this.#metadata(name, part), spec: plans[part] }));
    });
  }

  #metadata(name: string, part: string) {
    return { name, namespace: this.#args.namespace.name, labels: labels(this.#name, part) };
  }
}
