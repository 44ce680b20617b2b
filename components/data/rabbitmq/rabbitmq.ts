import * as pulumi from "@pulumi/pulumi";
import { Component } from "../../core/component.ts";
import { refuse } from "../../core/invalid.ts";
import { Ledger } from "../../core/ledger.ts";
import { nearest } from "../../core/names.ts";
import type { Consumer, Grant, Usable } from "../../core/usage.ts";
import { accountProblems } from "../account.ts";
import { type Credential, credential } from "../credential.ts";
import { refuseStoreShape } from "../shape.ts";
import { AmazonMq } from "./amazon-mq.ts";
import { type AmazonMqArgs, completeAmazonMq } from "./amazon-mq-args.ts";
import { ADMIN } from "./amazon-mq-plan.ts";
import { amazonMqProblems } from "./amazon-mq-problems.ts";
import { complete, type RabbitMQArgs } from "./args.ts";
import { PORTS } from "./config.ts";
import { type Access, deadLettersOf } from "./definitions.ts";
import { InCluster } from "./in-cluster.ts";
import { rabbitProblems } from "./problems.ts";
import type { Server } from "./server.ts";
import type { User } from "./setup.ts";

/** No consumer is called so: who makes queues on AWS, and whom RabbitMQ lets in from its own node alone. */
const OWN_USERS = [ADMIN, "guest"];

/** One queue, and the rights that can be had to it. */
export interface Queue {
  /** Sends to it, by the exchange of its name. */
  readonly publish: Usable;
  /** Takes messages from it. */
  readonly consume: Usable;
  /** Takes what could not be delivered, after `deliveryLimit` tries. */
  readonly deadLetters: Usable;
}

/**
 * RabbitMQ with three nodes in three zones, run by its cluster operator in the cluster or by Amazon MQ on AWS. Every queue is a quorum
 * queue: a message is confirmed when a second node has it on disk. TLS throughout, between the nodes too. Every consumer has a user of
 * its own, with rights to the queues that it declared and none to make any.
 */
export class RabbitMQ<Name extends string = string> extends Component {
  /** Host and port that consumers connect to, over TLS. */
  readonly endpoint: pulumi.Output<string>;
  readonly #name: string;
  readonly #queues: readonly string[];
  readonly #rotation: number;
  readonly #accesses: Ledger<Access>;
  readonly #users: Ledger<User>;
  readonly #credentials = new Map<string, Credential>();
  readonly #server: Server;

  constructor(name: string, args: RabbitMQArgs<Name> | AmazonMqArgs<Name>, opts?: pulumi.ComponentResourceOptions) {
    const subject = `RabbitMQ "${name}"`;
    refuseStoreShape(subject, args, { queues: "an object of objects, by name" });
    const onAws = args.backend === "aws";
    refuse(subject, onAws ? amazonMqProblems(name, completeAmazonMq(args)) : rabbitProblems(name, complete(args)));
    super("data:RabbitMQ", name, opts, onAws ? [args.namespace] : [args.namespace, args.issuer]);
    this.#name = name;
    this.#queues = Object.keys(args.queues);
    this.#rotation = args.rotation ?? 1;
    this.#accesses = new Ledger(subject);
    this.#users = new Ledger(subject);
    const declared = { accesses: this.#accesses.entries, users: this.#users.entries };
    this.#server = onAws
      ? new AmazonMq(name, completeAmazonMq(args), declared, this.children(), args.transform)
      : new InCluster(name, complete(args), declared, this.children(), args.transform);
    this.endpoint = pulumi.interpolate`${this.#server.host}:${PORTS.clients}`;
    this.registerOutputs({ endpoint: this.endpoint });
  }

  /** A queue, to be used as `broker.queue("orders").publish`. Throws on a name that was not declared. */
  queue(queue: Name): Queue {
    const known = this.#queues;
    if (!known.includes(queue)) {
      const meant = nearest(queue, known);
      throw new RangeError(
        `RabbitMQ "${this.#name}" has no queue ${JSON.stringify(queue)}; it has ${known.join(", ")}${meant ? `; did you mean ${JSON.stringify(meant)}?` : ""}`,
      );
    }
    const usable = (right: Access["right"], usableName: string): Usable => ({
      usableName,
      grant: (consumer) => this.#grant(queue, right, usableName, consumer),
    });
    return {
      publish: usable("publish", `${queue}-queue`),
      consume: usable("consume", `${queue}-queue`),
      deadLetters: usable("deadLetters", `${queue}-dead-letters`),
    };
  }

  #grant(queue: string, right: Access["right"], relation: string, consumer: Consumer): Grant {
    const { name, namespace, podLabels } = consumer;
    const { files, secret } = this.#credential(consumer);
    this.#accesses.add({ queue, right, consumer: name, namespace, podLabels });
    const target =
      right === "publish" ? { EXCHANGE: queue } : { NAME: right === "consume" ? queue : deadLettersOf(queue) };
    const { host, peers, setup } = this.#server;
    const { dependsOn: trusted, ...trust } = this.#server.trust(`${this.#name}-${name}-${relation}`, consumer);
    return {
      environment: { HOST: host, PORT: String(PORTS.clients), ...target },
      files,
      ...trust,
      peers,
      dependsOn: [setup, secret, ...trusted],
      revision: String(this.#rotation),
    };
  }

  /** A consumer has one user, however many queues it uses. */
  #credential(consumer: Consumer): Credential {
    const key = `${consumer.namespace}/${consumer.name}`;
    const known = this.#credentials.get(key);
    if (known) return known;
    const taken = this.#users.written.map(({ name }) => name);
    refuse(`RabbitMQ "${this.#name}"`, accountProblems(consumer, taken, OWN_USERS));
    const made = credential({
      name: `${this.#name}-${consumer.name}`,
      username: consumer.name,
      consumer,
      rotation: this.#rotation,
    });
    this.#users.add({ name: consumer.name, password: made.password });
    this.#credentials.set(key, made);
    return made;
  }
}
