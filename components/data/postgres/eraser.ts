import { CronJob } from "@pulumi/kubernetes/batch/v1/cronJob.js";
import { ConfigMap } from "@pulumi/kubernetes/core/v1/configMap.js";
import { ServiceAccount } from "@pulumi/kubernetes/core/v1/serviceAccount.js";
import { NetworkPolicy } from "@pulumi/kubernetes/networking/v1/networkPolicy.js";
import type * as pulumi from "@pulumi/pulumi";
import { RandomPassword } from "@pulumi/random/randomPassword.js";
import { Component } from "../../core/component.ts";
import { labels } from "../../core/labels.ts";
import { serverAccountPlan } from "../../core/server-account.ts";
import { basicAuth, PASSWORD } from "../credential.ts";
import type { PostgresArgs } from "./args.ts";
import {
  ERASER,
  type EraserArgs,
  eraserFiles,
  eraserLogins,
  eraserName,
  eraserNetworkPlan,
  eraserPlan,
} from "./eraser-plan.ts";
import { loginRole, roleSecret } from "./plan.ts";

/** Deletes people's data from a Postgres, by a schedule. A run that fails is data that is still there. */
export class Eraser extends Component {
  constructor(
    name: string,
    args: EraserArgs,
    /** The operator gives a role the password of a Secret with this label. */
    watched: Readonly<Record<string, string>>,
    transform: NonNullable<PostgresArgs["transform"]>["eraser"],
    opts: pulumi.ComponentResourceOptions,
  ) {
    super("data:Eraser", eraserName(name), opts);
    const { erasure, postgres, log } = args;
    const { retention, rotation } = postgres;
    const namespace = postgres.namespace.name;
    const own = eraserName(name);
    const metadata = { name: own, namespace, labels: labels(name, ERASER) };
    const keepers = { rotation: String(rotation) };
    const { peers = [], dependsOn = [] } = log?.access.grant ?? {};
    const secrets = eraserLogins(name, postgres).map((access) => {
      const secret = roleSecret(name, access);
      const { result } = new RandomPassword(...this.child(secret, { ...PASSWORD, keepers }));
      return basicAuth(secret, namespace, loginRole(access), result, this.childOptions(), watched);
    });
    const before = [
      ...secrets,
      new ServiceAccount(...this.child(own, serverAccountPlan(own, namespace))),
      new ConfigMap(...this.child(own, { metadata, data: eraserFiles(name, namespace, erasure, retention) })),
      new NetworkPolicy(...this.child(own, { metadata, spec: eraserNetworkPlan(name, namespace, peers) })),
    ];
    new CronJob(...this.child(own, eraserPlan(name, args), transform, { dependsOn: [...before, ...dependsOn] }));
    this.registerOutputs({});
  }
}
