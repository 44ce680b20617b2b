import { CronJob } from "@pulumi/kubernetes/batch/v1/cronJob.js";
import { Job } from "@pulumi/kubernetes/batch/v1/job.js";
import { ConfigMap } from "@pulumi/kubernetes/core/v1/configMap.js";
import { ServiceAccount } from "@pulumi/kubernetes/core/v1/serviceAccount.js";
import { NetworkPolicy } from "@pulumi/kubernetes/networking/v1/networkPolicy.js";
import type * as pulumi from "@pulumi/pulumi";
import { RandomPassword } from "@pulumi/random/randomPassword.js";
import { Component } from "../../core/component.ts";
import { labels } from "../../core/labels.ts";
import { serverAccountPlan } from "../../core/server-account.ts";
import { basicAuth, PASSWORD } from "../credential.ts";
import { taskPlan } from "../task-plan.ts";
import type { CompleteArgs, PostgresArgs } from "./args.ts";
import {
  firstRunPlan,
  KEEPER,
  keeperFiles,
  keeperLogins,
  keeperName,
  keeperNetworkPlan,
  keeperTask,
} from "./keeper-plan.ts";
import { loginRole, roleSecret } from "./plan.ts";

/** Keeps a Postgres' audit events: the table is its own, services add to it, and whole months go when their time is over. */
export class Keeper extends Component {
  /** Stands when there is a table to add to. */
  readonly ready: pulumi.Resource;

  constructor(
    name: string,
    args: CompleteArgs,
    /** The Secret whose `ca.crt` signed for the server. */
    authority: string,
    /** The operator gives a role the password of a Secret with this label. */
    watched: Readonly<Record<string, string>>,
    transform: NonNullable<PostgresArgs["transform"]>["keeper"],
    opts: pulumi.ComponentResourceOptions,
  ) {
    super("data:Keeper", keeperName(name), opts);
    const namespace = args.namespace.name;
    const own = keeperName(name);
    const metadata = { name: own, namespace, labels: labels(name, KEEPER) };
    const keepers = { rotation: String(args.rotation) };
    const secrets = keeperLogins(name, args).map((access) => {
      const secret = roleSecret(name, access);
      const { result } = new RandomPassword(...this.child(secret, { ...PASSWORD, keepers }));
      return basicAuth(secret, namespace, loginRole(access), result, this.childOptions(), watched);
    });
    const files = keeperFiles(args);
    const dependsOn = [
      ...secrets,
      new ServiceAccount(...this.child(own, serverAccountPlan(own, namespace))),
      new ConfigMap(...this.child(own, { metadata, data: files })),
      new NetworkPolicy(...this.child(own, { metadata, spec: keeperNetworkPlan(name, namespace) })),
    ];
    const task = keeperTask(name, args, authority);
    this.ready = new Job(...this.child(own, firstRunPlan(task, files), undefined, { dependsOn }));
    new CronJob(...this.child(own, taskPlan(task), transform, { dependsOn }));
    this.registerOutputs({});
  }
}
