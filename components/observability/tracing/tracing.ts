import { Deployment } from "@pulumi/kubernetes/apps/v1/deployment.js";
import { StatefulSet } from "@pulumi/kubernetes/apps/v1/statefulSet.js";
import { ConfigMap } from "@pulumi/kubernetes/core/v1/configMap.js";
import { Service } from "@pulumi/kubernetes/core/v1/service.js";
import { ServiceAccount } from "@pulumi/kubernetes/core/v1/serviceAccount.js";
import { NetworkPolicy } from "@pulumi/kubernetes/networking/v1/networkPolicy.js";
import { PodDisruptionBudget } from "@pulumi/kubernetes/policy/v1/podDisruptionBudget.js";
import * as pulumi from "@pulumi/pulumi";
import { Component, keeping } from "../../core/component.ts";
import { refuse } from "../../core/invalid.ts";
import { labels, selector } from "../../core/labels.ts";
import { Ledger } from "../../core/ledger.ts";
import { serverAccountPlan } from "../../core/server-account.ts";
import { refuseShape } from "../../core/shape.ts";
import { type Queryable, queryable } from "../../core/source.ts";
import type { Pods } from "../../core/usage.ts";
import { setWithClaims } from "../../data/claims.ts";
import type { Telemetry } from "../../workload/telemetry.ts";
import { OTLP_HTTP_PORT } from "../collector/config.ts";
import { StoreMonitoring } from "../store-monitoring.ts";
import { watched } from "./alerts.ts";
import { type CompleteArgs, complete, type TracingArgs } from "./args.ts";
import { QUERY_PORT } from "./jaeger-config.ts";
import { networkPlan } from "./network-plan.ts";
import {
  budgetPlan,
  collectorPlan,
  configMapPlan,
  jaegerPlan,
  PARTS,
  type Part,
  partName,
  samplerPlan,
  servicePlan,
} from "./plan.ts";
import { SHAPES, tracingProblems } from "./problems.ts";

/**
 * Where traces go: collectors that take OpenTelemetry's protocol and Zipkin's, samplers that keep each trace with an error, each slow
 * one and a share of the rest, and Jaeger, which keeps them and answers. A service is given it as `telemetry: tracing`, and what looks
 * traces up uses `tracing.query`.
 */
export class Tracing extends Component implements Telemetry {
  readonly endpoint: string;
  /** Jaeger's pages and API: `TRACES_URL` for who uses it. */
  readonly query: Queryable;
  readonly #senders: Ledger<Pods>;
  readonly #readers: Ledger<Pods>;

  constructor(name: string, args: TracingArgs, opts?: pulumi.ComponentResourceOptions) {
    refuseShape(`Tracing "${name}"`, args, SHAPES);
    const full = complete(args);
    refuse(`Tracing "${name}"`, tracingProblems(name, full));
    super("observability:Tracing", name, opts, [args.namespace]);
    const namespace = args.namespace.name;
    this.endpoint = `http://${name}.${namespace}.svc:${OTLP_HTTP_PORT}`;
    this.#senders = new Ledger(`Tracing "${name}"`);
    this.#readers = new Ledger(`Tracing "${name}"`);
    this.query = queryable(name, {
      url: `http://${partName(name, "jaeger")}.${namespace}.svc:${QUERY_PORT}`,
      at: { namespace, podLabels: selector(name, "jaeger"), port: QUERY_PORT },
      readers: this.#readers,
      dependsOn: [this.#make(name, full)],
    });
    this.registerOutputs({ endpoint: this.endpoint });
  }

  /** Lets pods send their spans. What was declared with `telemetry: tracing` is let in by itself. */
  admit({ namespace, podLabels }: Pods): void {
    this.#senders.add({ namespace, podLabels });
  }

  #make(name: string, args: CompleteArgs): StatefulSet {
    const { transform } = args;
    const network = this.#networks(name, args);
    const account = new ServiceAccount(...this.child(name, serverAccountPlan(name, args.namespace.name)));
    const before = (part: Part, ...more: pulumi.Resource[]) => {
      const config = new ConfigMap(...this.child(partName(name, part), configMapPlan(name, part, args)));
      const service = new Service(...this.child(partName(name, part), servicePlan(name, part, args)));
      new PodDisruptionBudget(...this.child(partName(name, part), budgetPlan(name, part, args)));
      return { dependsOn: [account, config, service, ...network, ...more] };
    };
    const jaeger = this.#jaeger(name, args, before("jaeger"));
    const sampler = new StatefulSet(
      ...this.child(partName(name, "sampler"), samplerPlan(name, args), transform?.sampler, before("sampler", jaeger)),
    );
    const last = before("collector", sampler);
    new Deployment(...this.child(partName(name, "collector"), collectorPlan(name, args), transform?.collector, last));
    const watch = { ...watched(name, args), namespace: args.namespace, runbooks: args.runbooks };
    new StoreMonitoring(name, watch, this.childOptions({ dependsOn: jaeger }));
    return jaeger;
  }

  /** Traces on a disk outlive the stack. */
  #jaeger(name: string, args: CompleteArgs, opts: pulumi.CustomResourceOptions): StatefulSet {
    const kept = keeping(args.retain && args.storage.kind === "badger");
    const child = this.child(partName(name, "jaeger"), jaegerPlan(name, args), args.transform?.jaeger, {
      ...opts,
      ...kept,
    });
    if (args.storage.kind !== "badger") return new StatefulSet(...child);
    return setWithClaims(`Tracing "${name}"`, child, this.childOptions(kept));
  }

  #networks(name: string, args: CompleteArgs): NetworkPolicy[] {
    const users = pulumi.all([this.#senders.entries, this.#readers.entries]);
    return PARTS.map((part) => {
      const metadata = { name: partName(name, part), namespace: args.namespace.name, labels: labels(name, part) };
      const spec = users.apply(([senders, readers]) => networkPlan(name, part, args, { senders, readers }));
      return new NetworkPolicy(...this.child(partName(name, part), { metadata, spec }));
    });
  }
}
