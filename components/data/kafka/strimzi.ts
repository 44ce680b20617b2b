import { CustomResource } from "@pulumi/kubernetes/apiextensions/customResource.js";
import { ConfigMap } from "@pulumi/kubernetes/core/v1/configMap.js";
import { Secret } from "@pulumi/kubernetes/core/v1/secret.js";
import { NetworkPolicy } from "@pulumi/kubernetes/networking/v1/networkPolicy.js";
import * as pulumi from "@pulumi/pulumi";
import { OPTIONAL_OPERATORS } from "../../cluster/operators/index.ts";
import { type Children, keeping } from "../../core/component.ts";
import { labels } from "../../core/labels.ts";
import { Certificate } from "../../edge/certificate.ts";
import { StoreMonitoring } from "../../observability/store-monitoring.ts";
import { growsOnly } from "../shrink.ts";
import type { Trust } from "../trust.ts";
import type { CompleteArgs, KafkaArgs } from "./args.ts";
import { type Access, names, PORTS, partsOf } from "./config.ts";
import { exporterConfig } from "./exporter.ts";
import { watched } from "./monitoring.ts";
import type { Server } from "./server.ts";
import { strimziNetworks } from "./strimzi-network.ts";
import {
  EXPORTER_FILE,
  kafkaPlan,
  passwordKey,
  passwordSecret,
  poolPlan,
  strimziHosts,
  strimziPlaces,
  strimziPods,
  topicPlan,
  userName,
  userPlan,
} from "./strimzi-plan.ts";
import { declaredTopics } from "./topics.ts";

/** The size of a pool's volumes. A pool does not say what they have, so what was asked for last counts. */
const SIZE = { asked: ["spec", "storage", "volumes", "0", "size"] };

/** Run by Strimzi's operator, which makes nodes, topics, users and rights out of custom resources. */
export class Strimzi implements Server {
  readonly endpoint: pulumi.Output<string>;
  readonly peers: Server["peers"];
  readonly ownUsers = [];
  readonly setup: readonly CustomResource[];
  readonly #name: string;
  readonly #args: CompleteArgs;
  readonly #accesses: pulumi.Output<readonly Access[]>;
  readonly #children: Children;
  readonly #cluster: CustomResource;

  constructor(
    name: string,
    args: CompleteArgs,
    accesses: pulumi.Output<readonly Access[]>,
    children: Children,
    transform: KafkaArgs["transform"],
  ) {
    const { issuer } = args;
    const namespace = args.namespace.name;
    const kept = keeping(args.retain);
    const { server, config } = names(name);
    this.#name = name;
    this.#args = args;
    this.#accesses = accesses;
    this.#children = children;
    const [first, each] = strimziHosts(name, namespace);
    this.endpoint = pulumi.output(`${first}:${PORTS.clients}`);
    this.peers = [
      { namespace, podLabels: { ...strimziPods(name), "strimzi.io/broker-role": "true" }, port: PORTS.clients },
    ];

    const certificate = new Certificate(
      server,
      { namespace: args.namespace, issuer, hosts: [first, each] },
      { parent: children.component },
    );
    const exporter = { metadata: this.#metadata(config), data: { [EXPORTER_FILE]: exporterConfig() } };
    const pools = partsOf(args).map((part) => {
      const pool = names(name)[part];
      const hooks = { beforeUpdate: [growsOnly(pool, `Kafka "${name}"`, SIZE)] };
      return new CustomResource(
        ...children.child(pool, poolPlan(name, part, args), transform?.pools, { ...kept, hooks }),
      );
    });
    this.#cluster = new CustomResource(
      ...children.child(name, kafkaPlan(name, args), transform?.cluster, {
        ...kept,
        dependsOn: [certificate, new ConfigMap(...children.child(config, exporter)), ...this.#networks(), ...pools],
      }),
    );
    this.setup = declaredTopics(args).map((topic) => {
      const plan = topicPlan(name, args, topic);
      return new CustomResource(
        ...children.child(plan.metadata.name, plan, undefined, { ...kept, dependsOn: this.#cluster }),
      );
    });
    const watch = { ...watched(name, args, strimziPlaces(name)), namespace: args.namespace, runbooks: args.runbooks };
    new StoreMonitoring(name, watch, { parent: children.component, dependsOn: this.#cluster });
  }

  usernameOf(consumer: string): string {
    return userName(this.#name, consumer);
  }

  addUser(consumer: string, password: pulumi.Output<string>): [CustomResource] {
    const { rotation } = this.#args;
    const user = userPlan(this.#name, consumer, this.#args, []);
    const spec = this.#accesses.apply((all) => userPlan(this.#name, consumer, this.#args, all).spec);
    const name = passwordSecret(user.metadata.name);
    const value = pulumi.secret(password.apply((text) => Buffer.from(text).toString("base64")));
    const secret = { metadata: this.#metadata(name), data: { [passwordKey(rotation)]: value } };
    const dependsOn = [this.#cluster, new Secret(...this.#children.child(name, secret))];
    return [
      new CustomResource(...this.#children.child(user.metadata.name, { ...user, spec }, undefined, { dependsOn })),
    ];
  }

  trust(): Trust {
    return { issuer: this.#args.issuer, dependsOn: [] };
  }

  #networks(): NetworkPolicy[] {
    const operator = OPTIONAL_OPERATORS.strimzi.namespace;
    const namespace = this.#args.namespace.name;
    const plans = this.#accesses.apply((all) => strimziNetworks(this.#name, namespace, operator, all));
    return (["nodes", "entities"] as const).map((part) => {
      const name = `${this.#name}-${part}`;
      return new NetworkPolicy(...this.#children.child(name, { metadata: this.#metadata(name), spec: plans[part] }));
    });
  }

  #metadata(name: string) {
    return { name, namespace: this.#args.namespace.name, labels: labels(this.#name) };
  }
}
