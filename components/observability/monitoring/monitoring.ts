import { CustomResource } from "@pulumi/kubernetes/apiextensions/customResource.js";
import { DaemonSet } from "@pulumi/kubernetes/apps/v1/daemonSet.js";
import { Deployment } from "@pulumi/kubernetes/apps/v1/deployment.js";
import { Secret } from "@pulumi/kubernetes/core/v1/secret.js";
import { Service } from "@pulumi/kubernetes/core/v1/service.js";
import { ServiceAccount } from "@pulumi/kubernetes/core/v1/serviceAccount.js";
import { NetworkPolicy } from "@pulumi/kubernetes/networking/v1/networkPolicy.js";
import { PodDisruptionBudget } from "@pulumi/kubernetes/policy/v1/podDisruptionBudget.js";
import { ClusterRole } from "@pulumi/kubernetes/rbac/v1/clusterRole.js";
import { ClusterRoleBinding } from "@pulumi/kubernetes/rbac/v1/clusterRoleBinding.js";
import type * as pulumi from "@pulumi/pulumi";
import { Component } from "../../core/component.ts";
import { refuse } from "../../core/invalid.ts";
import { Ledger } from "../../core/ledger.ts";
import { isOptOut } from "../../core/opt-out.ts";
import { serverAccountPlan } from "../../core/server-account.ts";
import { refuseShape } from "../../core/shape.ts";
import { type Queryable, queryable } from "../../core/source.ts";
import type { Pods } from "../../core/usage.ts";
import type { AlertingArgs } from "../alerting/alertmanager-config.ts";
import { watchdogPlan } from "../alerting/watchdog.ts";
import { alertmanagerPlan, configPlan } from "./alertmanager-plan.ts";
import { type CompleteMonitoring, completeMonitoring, type MonitoringArgs } from "./args.ts";
import { certManagerMonitor } from "./cert-manager.ts";
import { certificateAlertsPlan } from "./certificate-alerts.ts";
import {
  kubeStateMetricsMonitor,
  kubeStateMetricsName,
  kubeStateMetricsPlan,
  kubeStateMetricsRules,
} from "./kube-state-metrics.ts";
import { kubeletTargetsPlan } from "./kubelets.ts";
import { networkPlans } from "./network-plan.ts";
import { nodeExporterMonitor, nodeExporterName, nodeExporterPlan } from "./node-exporter.ts";
import { ownAlertsPlan } from "./own-alerts.ts";
import { alertmanagerPods, PORTS, prometheusPods } from "./pods.ts";
import { monitoringProblems, SHAPES } from "./problems.ts";
import { prometheusPlan } from "./prometheus-plan.ts";
import { bindingPlan, PROMETHEUS_RULES, rolePlan } from "./rights-plan.ts";
import { budgetPlan, serverMonitor, servicePlan } from "./server-plan.ts";

/**
 * What reads every metric of the cluster and tells people: Prometheus and Alertmanager by their operator, kube-state-metrics and
 * node-exporter, the alerts about all of these, and the one that always fires. It takes every rule and monitor of all namespaces.
 *
 * ```ts
 * const namespace = new Namespace("observability", { quota, scrapesMetrics: true });
 * new Monitoring("main", { namespace, zones, environment, retention: "15d", storage: "50Gi", resources, alerting });
 * ```
 */
export class Monitoring extends Component {
  /** Prometheus' API, as `<NAME>_URL` for who uses it. Nobody else may ask. */
  readonly query: Queryable;

  constructor(name: string, args: MonitoringArgs, opts?: pulumi.ComponentResourceOptions) {
    refuseShape(`Monitoring "${name}"`, args, SHAPES);
    const full = completeMonitoring(args);
    refuse(`Monitoring "${name}"`, monitoringProblems(name, full));
    super("observability:Monitoring", name, opts, [args.namespace]);
    const namespace = args.namespace.name;
    const readers = new Ledger<Pods>(`Monitoring "${name}"`);
    for (const policy of networkPlans(name, full, readers.entries))
      new NetworkPolicy(...this.child(policy.metadata.name, policy));
    this.query = queryable(name, {
      url: `http://${name}-prometheus.${namespace}.svc:${PORTS.prometheus}`,
      at: { namespace, podLabels: prometheusPods(name), port: PORTS.prometheus },
      readers,
      dependsOn: this.#prometheus(name, full),
    });
    if (!isOptOut(full.alerting)) this.#alertmanager(name, full, full.alerting);
    this.#cluster(name, full);
    new CustomResource(...this.child(`${name}-itself`, ownAlertsPlan(name, full)));
    this.registerOutputs({});
  }

  #prometheus(name: string, args: CompleteMonitoring): pulumi.Resource[] {
    const { namespace, replicas, transform } = args;
    const own = `${name}-prometheus`;
    const pods = prometheusPods(name);
    const account = this.#account(own, namespace.name, PROMETHEUS_RULES);
    const targets = new Secret(...this.child(`${name}-cluster-targets`, kubeletTargetsPlan(name, args)));
    const prometheus = this.child(name, prometheusPlan(name, args), transform?.prometheus, {
      dependsOn: [...account, targets],
    });
    const made = [
      new CustomResource(...prometheus),
      new Service(...this.child(own, servicePlan(own, namespace.name, pods, PORTS.prometheus))),
    ];
    new CustomResource(...this.child(`${own}-monitor`, serverMonitor(own, namespace.name, pods)));
    if (replicas.prometheus > 1) new PodDisruptionBudget(...this.child(own, budgetPlan(own, namespace.name, pods)));
    return made;
  }

  #alertmanager(name: string, args: CompleteMonitoring, alerting: AlertingArgs): void {
    const { namespace, replicas, team, runbooks, transform } = args;
    const own = `${name}-alertmanager`;
    const pods = alertmanagerPods(name);
    const account = this.#account(own, namespace.name);
    const config = new Secret(...this.child(own, configPlan(name, namespace.name, alerting)));
    const alertmanager = this.child(name, alertmanagerPlan(name, args, alerting), transform?.alertmanager, {
      dependsOn: [...account, config],
    });
    new CustomResource(...alertmanager);
    new Service(...this.child(own, servicePlan(own, namespace.name, pods, PORTS.alertmanager)));
    new CustomResource(...this.child(`${own}-monitor`, serverMonitor(own, namespace.name, pods)));
    if (replicas.alertmanager > 1) new PodDisruptionBudget(...this.child(own, budgetPlan(own, namespace.name, pods)));
    new CustomResource(...this.child(`${name}-watchdog`, watchdogPlan({ namespace: namespace.name, team, runbooks })));
  }

  /** What tells of the cluster itself. */
  #cluster(name: string, args: CompleteMonitoring): void {
    const { namespace, transform } = args;
    const [state, nodes] = [kubeStateMetricsName(name), nodeExporterName(name)];
    const rights = this.#account(state, namespace.name, kubeStateMetricsRules());
    new Deployment(
      ...this.child(state, kubeStateMetricsPlan(name, args), transform?.kubeStateMetrics, { dependsOn: rights }),
    );
    new CustomResource(...this.child(`${state}-monitor`, kubeStateMetricsMonitor(name, namespace.name)));
    const account = this.#account(nodes, namespace.name);
    new DaemonSet(...this.child(nodes, nodeExporterPlan(name, args), transform?.nodeExporter, { dependsOn: account }));
    new CustomResource(...this.child(`${nodes}-monitor`, nodeExporterMonitor(name, namespace.name)));
    new CustomResource(...this.child(`${name}-cert-manager-monitor`, certManagerMonitor(name)));
    new CustomResource(...this.child(`${name}-certificates`, certificateAlertsPlan(name, args.runbooks)));
  }

  #account(name: string, namespace: string, rules?: ReturnType<typeof kubeStateMetricsRules>): pulumi.Resource[] {
    const account = new ServiceAccount(...this.child(name, serverAccountPlan(name, namespace)));
    if (rules === undefined) return [account];
    const role = new ClusterRole(...this.child(name, rolePlan(name, namespace, rules)));
    const binding = bindingPlan(name, namespace);
    return [account, new ClusterRoleBinding(...this.child(name, binding, undefined, { dependsOn: role }))];
  }
}
