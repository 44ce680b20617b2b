import type { types } from "@pulumi/kubernetes";
import { CronJob } from "@pulumi/kubernetes/batch/v1/cronJob.js";
import type * as pulumi from "@pulumi/pulumi";
import type { Transform } from "../core/transform.ts";
import { type CronTaskArgs, completeCronTask, cronTaskPlan, cronTaskProblems, mostRuns } from "./cron-task-plan.ts";
import { Workload } from "./workload.ts";
import type { WorkloadTransforms } from "./workload-args.ts";

export interface CronTaskOptions extends CronTaskArgs {
  readonly transform?: WorkloadTransforms & { readonly cronJob?: Transform<types.input.batch.v1.CronJob> };
}

/**
 * A program that runs at set times and ends: one run at a time, with a time limit, tried again when it fails, not when a drain
 * moved it. What it uses is declared as a service declares it.
 *
 * ```ts
 * new CronTask("expiry", { namespace, image, zones, schedule: "30 2 * * *", uses: [postgres.database("orders").owner] });
 * ```
 */
export class CronTask extends Workload {
  constructor(name: string, args: CronTaskOptions, opts?: pulumi.ComponentResourceOptions) {
    const full = completeCronTask(args);
    super("workload:CronTask", name, full, cronTaskProblems(name, full), opts);
    const relations = this.relations(full, mostRuns(full));
    const plan = cronTaskPlan(name, full, relations);
    const before = this.surround({ ...plan, relations }, args.transform);
    new CronJob(...this.child(name, plan.cronJob, args.transform?.cronJob, { dependsOn: before }));
    this.registerOutputs({});
  }
}
