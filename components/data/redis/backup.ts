import { CronJob } from "@pulumi/kubernetes/batch/v1/cronJob.js";
import { ConfigMap } from "@pulumi/kubernetes/core/v1/configMap.js";
import { ServiceAccount } from "@pulumi/kubernetes/core/v1/serviceAccount.js";
import { NetworkPolicy } from "@pulumi/kubernetes/networking/v1/networkPolicy.js";
import type * as pulumi from "@pulumi/pulumi";
import { Component } from "../../core/component.ts";
import { labels } from "../../core/labels.ts";
import { isOptOut } from "../../core/opt-out.ts";
import { serverAccountPlan } from "../../core/server-account.ts";
import type { RedisArgs } from "./args.ts";
import { BACKUP_PARTS, type BackupJobs, backupJobPlan, backupNetworkPlan } from "./backup-jobs.ts";
import { backupScripts } from "./backup-scripts.ts";

/** Snapshots of a Redis by a schedule, their drill, and what restores one when somebody asks for it. */
export class RedisBackup extends Component {
  constructor(
    name: string,
    jobs: BackupJobs,
    transform: NonNullable<RedisArgs["transform"]>["backup"],
    opts: pulumi.ComponentResourceOptions,
  ) {
    super("data:RedisBackup", `${name}-backup`, opts);
    const namespace = jobs.redis.namespace.name;
    const metadata = (part: string) => ({ name: `${name}-${part}`, namespace, labels: labels(name, part) });
    const files = new ConfigMap(...this.child(`${name}-backup`, { metadata: metadata("backup"), data: backupScripts }));
    for (const part of BACKUP_PARTS) {
      if (part === "restore-drill" && isOptOut(jobs.backup.drill)) continue;
      const own = `${name}-${part}`;
      const { peers, dependsOn } = jobs.access[part].grant;
      const spec = backupNetworkPlan(name, namespace, part, peers);
      const before = [
        files,
        new ServiceAccount(...this.child(own, serverAccountPlan(own, namespace))),
        new NetworkPolicy(...this.child(own, { metadata: metadata(part), spec })),
        ...dependsOn,
      ];
      new CronJob(...this.child(own, backupJobPlan(name, part, jobs), transform, { dependsOn: before }));
    }
    this.registerOutputs({});
  }
}
