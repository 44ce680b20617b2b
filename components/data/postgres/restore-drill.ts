import { CronJob } from "@pulumi/kubernetes/batch/v1/cronJob.js";
import { ConfigMap } from "@pulumi/kubernetes/core/v1/configMap.js";
import { ServiceAccount } from "@pulumi/kubernetes/core/v1/serviceAccount.js";
import { NetworkPolicy } from "@pulumi/kubernetes/networking/v1/networkPolicy.js";
import type * as pulumi from "@pulumi/pulumi";
import { Component } from "../../core/component.ts";
import { labels } from "../../core/labels.ts";
import { serverAccountPlan } from "../../core/server-account.ts";
import type { PostgresArgs } from "./args.ts";
import { DRILL, type DrillArgs, drillFiles, drillName, drillNetworkPlan, drillPlan } from "./restore-drill-plan.ts";

/** Restores a Postgres' newest backup on trial, by a schedule. A run that fails is a backup that would not have helped. */
export class RestoreDrill extends Component {
  constructor(
    name: string,
    args: DrillArgs,
    transform: NonNullable<PostgresArgs["transform"]>["drill"],
    opts: pulumi.ComponentResourceOptions,
  ) {
    super("data:RestoreDrill", drillName(name), opts);
    const namespace = args.postgres.namespace.name;
    const metadata = { name: drillName(name), namespace, labels: labels(name, DRILL) };
    const { peers, dependsOn } = args.access.grant;
    const before = [
      new ServiceAccount(...this.child(drillName(name), serverAccountPlan(drillName(name), namespace))),
      new ConfigMap(...this.child(drillName(name), { metadata, data: drillFiles })),
      new NetworkPolicy(...this.child(drillName(name), { metadata, spec: drillNetworkPlan(name, peers) })),
    ];
    new CronJob(
      ...this.child(drillName(name), drillPlan(name, args), transform, { dependsOn: [...before, ...dependsOn] }),
    );
    this.registerOutputs({});
  }
}
