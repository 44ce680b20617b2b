import { Broker } from "@pulumi/aws/mq/broker.js";
import { NetworkPolicy } from "@pulumi/kubernetes/networking/v1/networkPolicy.js";
import * as pulumi from "@pulumi/pulumi";
import { RandomPassword } from "@pulumi/random/randomPassword.js";
import { type Children, keeping } from "../../core/component.ts";
import { labels } from "../../core/labels.ts";
import type { Consumer } from "../../core/usage.ts";
import { IMAGES } from "../../images/catalogue.ts";
import { amazonRoots, authoritiesFor } from "../aws/authorities.ts";
import { watchStore } from "../aws/monitoring/watch.ts";
import { storeAddresses } from "../aws/place.ts";
import { keyOf, type Surrounded, securityGroupOf } from "../aws/surroundings.ts";
import { basicAuth, PASSWORD } from "../credential.ts";
import type { Trust } from "../trust.ts";
import type { AmazonMqArgs, CompleteAmazonMq } from "./amazon-mq-args.ts";
import { watched } from "./amazon-mq-monitoring.ts";
import { ADMIN, amazonMqPlan, MANAGEMENT_PORT } from "./amazon-mq-plan.ts";
import { names, PORTS } from "./config.ts";
import type { Server } from "./server.ts";
import { type Declared, setUp } from "./setup.ts";
import { setupNetworkPlan } from "./setup-plan.ts";

/** Erlang's image for the set-up, whatever version the nodes are of. */
const TOOLS_VERSION = IMAGES.rabbitmq.version;

/** Run by Amazon MQ. Queues, users and rights are made by the same Job as in the cluster, over the same API. */
export class AmazonMq implements Server {
  readonly host: pulumi.Output<string>;
  readonly peers: Server["peers"];
  readonly setup: pulumi.Resource;

  constructor(
    name: string,
    args: CompleteAmazonMq,
    declared: Declared,
    children: Children,
    transform: AmazonMqArgs["transform"],
  ) {
    const { aws, retain, queues, rotation } = args;
    const namespace = args.namespace.name;
    const plan = amazonMqPlan(pulumi.getStack(), name, args);
    const { id, tags } = plan;
    const surrounded: Surrounded = { name, id, title: `RabbitMQ ${name}`, aws, retain, tags };
    const key = keyOf(surrounded, children);
    const securityGroup = securityGroupOf(surrounded, [PORTS.clients, MANAGEMENT_PORT], children);
    const admin = `${name}-admin`;
    const { result: password } = new RandomPassword(...children.child(admin, PASSWORD));
    const broker = new Broker(
      ...children.child(
        name,
        plan.broker({ key, securityGroup, password: pulumi.secret(password) }),
        transform?.broker,
        keeping(retain),
      ),
    );
    this.host = broker.instances.apply(hostOf);
    this.peers = storeAddresses(aws, PORTS.clients);

    const { setup } = names(name);
    const spec = setupNetworkPlan(name, storeAddresses(aws, MANAGEMENT_PORT));
    const before = [
      broker,
      basicAuth(admin, namespace, ADMIN, password, children.options(), labels(name)),
      new NetworkPolicy(...children.child(setup, { metadata: { name: setup, namespace, labels: labels(name) }, spec })),
    ];
    const target = {
      namespace,
      version: TOOLS_VERSION,
      url: pulumi.interpolate`https://${this.host}:${MANAGEMENT_PORT}`,
      admin,
      tls: { name: "tls", configMap: { name: setup, items: [{ key: "ca.crt", path: "ca.crt" }] } },
    };
    const files = { "ca.crt": amazonRoots() };
    this.setup = setUp(name, { ...declared, queues, rotation, files, target }, before, children, transform?.setup);
    watchStore(surrounded, watched(id, args), args.runbooks, [broker], children);
  }

  trust(relation: string, consumer: Consumer): Trust {
    const { name, resource } = authoritiesFor(relation, consumer, amazonRoots());
    return { authorities: { configMap: name }, dependsOn: [resource] };
  }
}

/** The one name of all nodes, out of `amqps://<host>:5671`. */
function hostOf([first]: pulumi.Unwrap<Broker["instances"]>): string {
  return new URL(first?.endpoints[0] ?? "").hostname;
}
