import { DaemonSet } from "@pulumi/kubernetes/apps/v1/daemonSet.js";
import { ConfigMap } from "@pulumi/kubernetes/core/v1/configMap.js";
import { ServiceAccount } from "@pulumi/kubernetes/core/v1/serviceAccount.js";
import { NetworkPolicy } from "@pulumi/kubernetes/networking/v1/networkPolicy.js";
import type * as pulumi from "@pulumi/pulumi";
import { Component } from "../../core/component.ts";
import { refuse } from "../../core/invalid.ts";
import { selector } from "../../core/labels.ts";
import { serverAccountPlan } from "../../core/server-account.ts";
import { refuseShape } from "../../core/shape.ts";
import type { Queryable } from "../../core/source.ts";
import type { Peer, Pods } from "../../core/usage.ts";
import { StoreMonitoring } from "../store-monitoring.ts";
import {
  AGENT,
  AGENTS_HOME,
  agentConfigMap,
  agentFile,
  agentName,
  agentNetworkPlan,
  agentPlan,
  metadataOf,
} from "./agent-plan.ts";
import { watchedAgents } from "./alerts.ts";
import { type CompleteArgs, complete, type LoggingArgs } from "./args.ts";
import { Loki } from "./loki.ts";
import { lokiHosts } from "./loki-plan.ts";
import { loggingProblems, SHAPES } from "./problems.ts";

/** Where records are written to, by OpenTelemetry's protocol over HTTP. */
export interface LogIntake {
  /** Its address, to which `/v1/logs` is added. */
  readonly endpoint: string;
  /** What `X-Scope-OrgID` must say. */
  readonly tenant: string;
  readonly peers: readonly Peer[];
  readonly dependsOn: readonly pulumi.Resource[];
}

/**
 * Where logs go: an agent on every node reads what containers write, drops what is personal, tells lines of JSON by their traces, and
 * sends them under their tenant's name to Loki, or to what stands elsewhere. Services do nothing for it but write to stdout.
 */
export class Logging extends Component {
  /** Loki's API, as `LOGS_URL` for who uses it; a request names its tenants, `shop|platform`, in `X-Scope-OrgID`. None without a Loki. */
  readonly query: Queryable | undefined;
  readonly #loki: Loki | undefined;
  readonly #records: readonly string[];
  readonly #name: string;

  constructor(name: string, args: LoggingArgs, opts?: pulumi.ComponentResourceOptions) {
    refuseShape(`Logging "${name}"`, args, SHAPES);
    const full = complete(args);
    refuse(`Logging "${name}"`, loggingProblems(name, full));
    super("observability:Logging", name, opts, [args.namespace]);
    const loki =
      full.store.kind === "loki" ? new Loki(name, { ...full, store: full.store }, this.children()) : undefined;
    this.query = loki?.query;
    this.#loki = loki;
    this.#records = Object.keys(full.records);
    this.#name = name;
    this.#agents(name, full, loki);
    this.registerOutputs({});
  }

  /**
   * Where records of a tenant of `records` are written to, which lets these pods in.
   *
   * @throws RangeError if there is no such tenant.
   */
  intake(tenant: string, pods: Pods): LogIntake {
    const loki = this.#loki;
    if (loki === undefined || !this.#records.includes(tenant))
      throw new RangeError(
        `Logging "${this.#name}" keeps no records of ${JSON.stringify(tenant)}; it keeps those of ${this.#records.join(", ") || "nobody"}; say records: { ${tenant}: "400d" }`,
      );
    loki.admit(pods);
    return { endpoint: loki.takesAt, tenant, peers: loki.writers, dependsOn: loki.sets };
  }

  #agents(name: string, args: CompleteArgs, loki: Loki | undefined): void {
    const { write } = lokiHosts(name, args);
    const config = agentFile(name, args, write);
    const agents = agentName(name);
    loki?.admit({ namespace: AGENTS_HOME, podLabels: selector(name, AGENT) });
    const spec = agentNetworkPlan(name, args.store.kind === "loki" ? (loki?.writers ?? []) : args.store.at);
    const before = [
      new ServiceAccount(...this.child(agents, serverAccountPlan(agents, AGENTS_HOME))),
      new ConfigMap(...this.child(agents, agentConfigMap(name, config))),
      new NetworkPolicy(...this.child(agents, { metadata: metadataOf(name), spec })),
      ...(loki?.sets ?? []),
    ];
    const plan = agentPlan(name, args, config);
    new DaemonSet(...this.child(agents, plan, args.transform?.agent, { dependsOn: before }));
    const watch = { ...watchedAgents(name), namespace: args.namespace, podsIn: AGENTS_HOME, runbooks: args.runbooks };
    new StoreMonitoring(agents, watch, this.childOptions());
  }
}
