import type * as pulumi from "@pulumi/pulumi";
import { Component } from "../../core/component.ts";
import { refuse } from "../../core/invalid.ts";
import { Ledger } from "../../core/ledger.ts";
import { nearest } from "../../core/names.ts";
import type { Consumer, Grant, Usable } from "../../core/usage.ts";
import { accountProblems } from "../account.ts";
import { type Credential, credential } from "../credential.ts";
import { refuseStoreShape } from "../shape.ts";
import { complete, type KafkaArgs } from "./args.ts";
import type { Access } from "./config.ts";
import { InCluster } from "./in-cluster.ts";
import { Msk } from "./msk.ts";
import { completeMsk, type MskArgs } from "./msk-args.ts";
import { mskProblems } from "./msk-problems.ts";
import { kafkaProblems } from "./problems.ts";
import type { Server } from "./server.ts";
import { Strimzi } from "./strimzi.ts";

/** One topic, and the two rights that can be had to it. */
export interface Topic {
  readonly publish: Usable;
  readonly consume: Usable;
}

/** A consumer's user. */
interface User {
  readonly consumer: string;
  readonly credential: Credential;
  readonly dependsOn: readonly pulumi.Resource[];
}

/**
 * Kafka with three brokers in three zones, run as Kafka in the cluster (and three controllers, or brokers alone, `combined`), there by
 * Strimzi's operator (`operator: "strimzi"`, which no rehearsal can run), or by MSK on AWS. Every record has a copy in each zone, and a
 * write is acknowledged when two have it. TLS throughout. Every consumer has a user of its own, with rights to the topics it declared; its
 * consumer groups begin with its name.
 *
 * A right to a topic that is no longer declared ends with the user's last relation, not before; with Strimzi it ends at once.
 */
export class Kafka<Name extends string = string> extends Component {
  readonly endpoint: pulumi.Output<string>;
  readonly #name: string;
  readonly #topics: readonly string[];
  readonly #rotation: number;
  readonly #accesses: Ledger<Access>;
  readonly #users = new Map<string, User>();
  readonly #server: Server;

  constructor(name: string, args: KafkaArgs<Name> | MskArgs<Name>, opts?: pulumi.ComponentResourceOptions) {
    const subject = `Kafka "${name}"`;
    refuseStoreShape(subject, args, { topics: "an object of objects, by name" });
    const onAws = args.backend === "aws";
    refuse(subject, onAws ? mskProblems(name, completeMsk(args)) : kafkaProblems(name, complete(args)));
    super("data:Kafka", name, opts, onAws ? [args.namespace] : [args.namespace, args.issuer]);
    this.#name = name;
    this.#topics = Object.keys(args.topics);
    this.#rotation = args.rotation ?? 1;
    this.#accesses = new Ledger(subject);
    const { entries } = this.#accesses;
    if (onAws) this.#server = new Msk(name, completeMsk(args), entries, this.children(), args.transform);
    else {
      const Run = args.operator === "strimzi" ? Strimzi : InCluster;
      this.#server = new Run(name, complete(args), entries, this.children(), args.transform);
    }
    this.endpoint = this.#server.endpoint;
    this.registerOutputs({ endpoint: this.endpoint });
  }

  /** A topic, to be used as `kafka.topic("orders").publish`. Throws on a name that was not declared. */
  topic(topic: Name): Topic {
    const known = this.#topics;
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
    const { name, namespace, podLabels } = consumer;
    const { credential, dependsOn } = this.#user(consumer);
    this.#accesses.add({ topic, right, consumer: name, namespace, podLabels });
    const { dependsOn: trusted, ...trust } = this.#server.trust(`${this.#name}-${name}-${topic}`, consumer);
    return {
      environment: {
        BROKERS: this.endpoint,
        NAME: topic,
        ...(right === "consume" ? { GROUP: name } : {}),
      },
      files: credential.files,
      ...trust,
      peers: this.#server.peers,
      dependsOn: [...this.#server.setup, credential.secret, ...dependsOn, ...trusted],
      revision: String(this.#rotation),
    };
  }

  /** A consumer has one user, however many topics it uses. */
  #user(consumer: Consumer): User {
    const { name, namespace } = consumer;
    const key = `${namespace}/${name}`;
    const known = this.#users.get(key);
    if (known) return known;
    const taken = [...this.#users.values()].map((user) => user.consumer);
    refuse(`Kafka "${this.#name}"`, accountProblems(consumer, taken, this.#server.ownUsers));
    const username = this.#server.usernameOf(name);
    const own = { name: `${this.#name}-${name}`, username, consumer, rotation: this.#rotation };
    const made = credential(own);
    const user = { consumer: name, credential: made, dependsOn: this.#server.addUser(name, made.password) };
    this.#users.set(key, user);
    return user;
  }
}
