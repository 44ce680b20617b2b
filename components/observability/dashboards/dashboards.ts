import type { types } from "@pulumi/kubernetes";
import { Service } from "@pulumi/kubernetes/core/v1/service.js";
import type * as pulumi from "@pulumi/pulumi";
import { type Duration, seconds } from "../../core/duration.ts";
import { refuse } from "../../core/invalid.ts";
import { labels, selector } from "../../core/labels.ts";
import { Ledger } from "../../core/ledger.ts";
import { admit } from "../../core/network.ts";
import { refuseShape } from "../../core/shape.ts";
import type { Consumer, Grant, Pods } from "../../core/usage.ts";
import type { RouteTarget } from "../../edge/route.ts";
import { completeReplicas } from "../../workload/replicas-args.ts";
import { admitMetrics, mostPods, replicasPlan } from "../../workload/replicas-plan.ts";
import { replicasProblems } from "../../workload/replicas-problems.ts";
import { Replicated } from "../../workload/replicated.ts";
import { servingShutdown } from "../../workload/shutdown.ts";
import { accountPlan, networkPlan } from "../../workload/workload-plan.ts";
import { type CompleteDashboards, complete, type DashboardsArgs, dashboardsProblems, SHAPES } from "./args.ts";
import { showDashboard } from "./dashboard.ts";
import { dashboardPlan } from "./dashboard-plan.ts";
import { platformDashboard, platformRows } from "./platform-dashboard.ts";
import { relationsOf } from "./relations.ts";
import { PORT, settingsEnvironment } from "./settings.ts";

/** Its one path that asks the database, and one that asks nothing. */
const PROBES = { startup: "/api/health", readiness: "/api/health", liveness: "/healthz" };
/** Until every router knows of the end, and for the longest question to Prometheus. */
const DRAIN: Duration = "10s";
const LONGEST_REQUEST: Duration = "30s";

/**
 * Grafana, in two pods that share a database: who may look and what they starred outlive both. It shows every dashboard that the program
 * declares in the namespaces that it is told of, each in a folder, and one of the platform itself. Nobody gets in without a name: the first
 * administrator's password is made at random, in the Secret `<name>-keys`. It can be used, and so led to by a `Route`.
 *
 * ```ts
 * const dashboards = new Dashboards("grafana", {
 *   namespace, zones, database: postgres.database("grafana").owner, shows: [shop, data],
 *   prometheus: { from: monitoring.query }, url: `${gateway.url}/grafana`,
 * });
 * new Route("grafana", { gateway, to: dashboards });
 * ```
 */
export class Dashboards extends Replicated implements RouteTarget {
  readonly port = PORT;
  readonly usableName: string;
  /** Address inside the cluster. */
  readonly url: string;
  readonly #consumers: Ledger<Pods>;
  readonly #replicas: pulumi.Resource;

  constructor(name: string, args: DashboardsArgs, opts?: pulumi.ComponentResourceOptions) {
    refuseShape(`Dashboards "${name}"`, args, SHAPES);
    const given = complete(args);
    // Its settings are made of them.
    refuse(`Dashboards "${name}"`, dashboardsProblems(given));
    const full = workloadOf(given);
    super("observability:Dashboards", name, full, replicasProblems(name, full, ["admin"]), opts);
    const { namespace, runbooks, transform } = given;
    this.usableName = name;
    this.url = `http://${this.#host}:${PORT}`;
    this.#consumers = new Ledger(`Dashboards "${name}"`);

    const relations = this.relations(full, mostPods(full));
    const plan = replicasPlan(name, full, {
      relations,
      ports: { admin: PORT },
      environment: {},
      shutdown: servingShutdown(DRAIN, LONGEST_REQUEST),
      drainSeconds: seconds(DRAIN),
      priority: "service",
      monitored: "Service",
    });
    const account = accountPlan(name, namespace.name, relations, undefined);
    const network = this.#consumers.entries.apply((consumers) => {
      const ingress = [...admit(consumers, [PORT]), ...admitMetrics(full)];
      return networkPlan(name, ingress, relations.peers, full);
    });
    this.#replicas = this.replicate(plan, transform, this.surround({ account, relations, network }, transform));
    const service: types.input.core.v1.Service = {
      metadata: { name, namespace: namespace.name, labels: labels(name) },
      spec: { selector: selector(name), ports: [{ name: "admin", port: PORT, targetPort: "admin" }] },
    };
    new Service(...this.child(name, service, transform?.service, { dependsOn: this.#replicas }));
    this.show(full, { serves: false }, transform);
    const platform = platformDashboard("platform", namespace.name, runbooks);
    showDashboard(namespace, dashboardPlan(platform, platformRows()), this.children());
    this.registerOutputs({ url: this.url });
  }

  get #host(): string {
    return `${this.name}.${this.namespace.name}.svc`;
  }

  grant({ namespace, podLabels }: Consumer): Grant {
    this.#consumers.add({ namespace, podLabels });
    return {
      environment: { HOST: this.#host, PORT: String(PORT), URL: this.url },
      files: {},
      peers: [{ namespace: this.namespace.name, podLabels: selector(this.name), port: PORT }],
      dependsOn: [this.#replicas],
      revision: "",
    };
  }
}

function workloadOf(args: CompleteDashboards) {
  const { namespace, zones, image, replicas, replication, resources } = args;
  return completeReplicas({
    namespace,
    zones,
    image,
    resources,
    runtime: "go",
    adminPort: PORT,
    probes: PROBES,
    scaling: { min: replicas, max: replicas },
    ...(replication && { replication }),
    environment: settingsEnvironment(args),
    uses: relationsOf(args),
  });
}
