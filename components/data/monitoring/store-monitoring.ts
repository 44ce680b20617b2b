import { CustomResource } from "@pulumi/kubernetes/apiextensions/customResource.js";
import { ConfigMap } from "@pulumi/kubernetes/core/v1/configMap.js";
import type * as pulumi from "@pulumi/pulumi";
import { Component } from "../../core/component.ts";
import { monitorPlan, type Scrape } from "../../core/monitor.ts";
import { type Alert, alertsPlan } from "./alert.ts";
import { dashboardPlan, type Panel } from "./dashboard.ts";

/** What of a store is watched, and how. */
export interface Watched {
  /** The name of the store's kind in titles, as `PostgreSQL`. */
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
  readonly namespace: string;
  readonly runbooks?: string | undefined;
}

/** Has a store's metrics read, and makes its alerts and its dashboard. */
export class StoreMonitoring extends Component {
  constructor(name: string, args: StoreMonitoringArgs, opts?: pulumi.ComponentResourceOptions) {
    super("data:StoreMonitoring", name, opts);
    const { namespace, title, pods, scrapes, alerts, panels } = args;
    // CloudNativePG takes one that is called as its Cluster for its own, and removes it.
    const monitor = monitorPlan("Pod", `${name}-metrics`, namespace, pods, ...scrapes);
    new CustomResource(...this.child(`${name}-metrics`, monitor));
    new CustomResource(...this.child(`${name}-alerts`, alertsPlan({ name, ...args }, alerts)));
    const dashboard = dashboardPlan({ name, namespace, title: `${title}: ${namespace}/${name}` }, panels);
    new ConfigMap(...this.child(`${name}-dashboard`, dashboard));
    this.registerOutputs({});
  }
}
