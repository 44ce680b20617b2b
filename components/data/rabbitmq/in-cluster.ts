import { CustomResource } from "@pulumi/kubernetes/apiextensions/customResource.js";
import { ConfigMap } from "@pulumi/kubernetes/core/v1/configMap.js";
import { NetworkPolicy } from "@pulumi/kubernetes/networking/v1/networkPolicy.js";
import { PodDisruptionBudget } from "@pulumi/kubernetes/policy/v1/podDisruptionBudget.js";
import * as pulumi from "@pulumi/pulumi";
import { type Children, keeping } from "../../core/component.ts";
import { labels } from "../../core/labels.ts";
import { Certificate } from "../../edge/certificate.ts";
import { StoreMonitoring } from "../../observability/store-monitoring.ts";
import type { Trust } from "../trust.ts";
import type { CompleteArgs, RabbitMQArgs } from "./args.ts";
import { host, internodeFiles, names, PORTS, serverHosts } from "./config.ts";
import { watched } from "./monitoring.ts";
import { budgetPlan, clusterPlan, networkPlans, podLabels, setupTarget } from "./plan.ts";
import type { Server } from "./server.ts";
import { type Declared, setUp } from "./setup.ts";

/** Run by RabbitMQ's cluster operator; nodes know each other by certificate, consumers by password. */
export class InCluster implements Server {
  readonly host: pulumi.Output<string>;
  readonly peers: Server["peers"];
  readonly setup: pulumi.Resource;
  readonly #args: CompleteArgs;

  constructor(
    name: string,
    args: CompleteArgs,
    declared: Declared,
    children: Children,
    transform: RabbitMQArgs["transform"],
  ) {
    const { nodes, retain, issuer, queues, rotation } = args;
    const namespace = args.namespace.name;
    const { certificate, internode, setup } = names(name);
    this.#args = args;
    this.host = pulumi.output(host(name, namespace));
    this.peers = [{ namespace, podLabels: podLabels(name), port: PORTS.clients }];

    const metadata = (resource: string) => ({ name: resource, namespace, labels: labels(name) });
    const server = new Certificate(
      certificate,
      { namespace: args.namespace, issuer, hosts: serverHosts(name, namespace, nodes) },
      { parent: children.component },
    );
    const files = new ConfigMap(
      ...children.child(internode, { metadata: metadata(internode), data: internodeFiles() }),
    );
    new PodDisruptionBudget(...children.child(name, budgetPlan(name, namespace)));
    const plans = declared.accesses.apply((all) => networkPlans(name, namespace, all));
    const specs = { [name]: plans.nodes, [setup]: plans.setup };
    const networks = Object.entries(specs).map(
      ([policy, spec]) => new NetworkPolicy(...children.child(policy, { metadata: metadata(policy), spec })),
    );
    const cluster = new CustomResource(
      ...children.child(name, clusterPlan(name, args), transform?.cluster, {
        ...keeping(retain),
        dependsOn: [server, files, ...networks],
      }),
    );
    const target = setupTarget(name, args);
    this.setup = setUp(name, { ...declared, queues, rotation, target }, [cluster], children, transform?.setup);
    const watch = { ...watched(name, args), namespace: args.namespace, runbooks: args.runbooks };
    new StoreMonitoring(name, watch, { parent: children.component, dependsOn: cluster });
  }

  trust(): Trust {
    return { issuer: this.#args.issuer, dependsOn: [] };
  }
}
