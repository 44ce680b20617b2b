import { CustomResource } from "@pulumi/kubernetes/apiextensions/customResource.js";
import type * as pulumi from "@pulumi/pulumi";
import type { Namespace } from "../cluster/namespace.ts";
import { Component } from "../core/component.ts";
import { monitorPlan, type Scrape } from "../core/monitor.ts";
import { type Alert, alertsPlan, type WatchedKind } from "./alert.ts";
import { showDashboard } from "./dashboards/dashboard.ts";
import { dashboardPlan } from "./dashboards/dashboard-plan.ts";
import type { Panel } from "./dashboards/panel.ts";

/** What of a store, or of a part of the platform, is watched, and how. */
export interface Watched {
  /** By which Grafana lists its dashboard, and its alerts are labelled; `store` by default. */
  readonly kind?: WatchedKind;
  /** The name of its kind in titles, as `PostgreSQL`. */
  readonly title: string;
  /** A file of docs/runbooks, without its ending. */
  readonly runbook: string;
  /** Pods that serve metrics, by their labels, and where they do. A pod that has no port of that name is not asked there. */
  readonly pods: Readonly<Record<string, string>>;
  readonly scrapes: readonly Scrape[];
  readonly alerts: readonly Alert[];
  readonly panels: readonly Panel[];
}

export interface StoreMonitoringArgs extends Watched {
  readonly namespace: Namespace;
  /** Name of the namespace that its pods are in, if that is another than the one its dashboard belongs to. */
  readonly podsIn?: string;
  readonly runbooks?: string | undefined;
}

/** Has the metrics of a store, or of a part of the platform, read, and makes its alerts and its dashboard. */
export class StoreMonitoring extends Component {
  constructor(name: string, args: StoreMonitoringArgs, opts?: pulumi.ComponentResourceOptions) {
    super("data:StoreMonitoring", name, opts);
    const { kind = "store", title, pods, scrapes, alerts, panels, runbook, runbooks } = args;
    const namespace = args.podsIn ?? args.namespace.name;
    // CloudNativePG takes one that is called as its Cluster for its own, and removes it.
    const monitor = monitorPlan("Pod", `${name}-metrics`, namespace, pods, ...scrapes);
    new CustomResource(...this.child(`${name}-metrics`, monitor));
    const rules = alertsPlan({ name, namespace, kind, runbook, runbooks }, alerts);
    new CustomResource(...this.child(`${name}-alerts`, rules));
    const links = runbooks === undefined ? {} : { Runbook: `${runbooks}/${runbook}.md` };
    const shown = {
      name,
      namespace: args.namespace.name,
      title: `${title}: ${namespace}/${name}`,
      kind,
      links,
    };
    showDashboard(args.namespace, dashboardPlan(shown, panels), this.children());
    this.registerOutputs({});
  }
}
