import type { types } from "@pulumi/kubernetes";
import { Job } from "@pulumi/kubernetes/batch/v1/job.js";
import { ConfigMap } from "@pulumi/kubernetes/core/v1/configMap.js";
import { Secret } from "@pulumi/kubernetes/core/v1/secret.js";
import { ServiceAccount } from "@pulumi/kubernetes/core/v1/serviceAccount.js";
import * as pulumi from "@pulumi/pulumi";
import { checksum } from "../../core/checksum.ts";
import type { Children } from "../../core/component.ts";
import { labels } from "../../core/labels.ts";
import { serverAccountPlan } from "../../core/server-account.ts";
import type { Transform } from "../../core/transform.ts";
import type { RabbitMQArgs } from "./args.ts";
import { names } from "./config.ts";
import { type Access, setupFiles, usersData } from "./definitions.ts";
import { type SetupTarget, setupJobPlan } from "./setup-plan.ts";

/** A user's name and password, for the Secret that the set-up reads. */
export interface User {
  readonly name: string;
  readonly password: pulumi.Output<string>;
}

/** What the server shall have, as its consumers declare it. */
export interface Declared {
  readonly accesses: pulumi.Output<readonly Access[]>;
  readonly users: pulumi.Output<readonly pulumi.Unwrap<User>[]>;
}

interface SetUpArgs extends Declared, Pick<RabbitMQArgs, "queues"> {
  readonly rotation: number;
  /** Files beside the declared ones. */
  readonly files?: Readonly<Record<string, string>>;
  readonly target: SetupTarget;
}

/** The Job that makes queues, users and rights; it runs again under another name when any of them changes. */
export function setUp(
  name: string,
  { accesses, users, queues, rotation, files = {}, target }: SetUpArgs,
  after: readonly pulumi.Resource[],
  children: Children,
  transform: Transform<types.input.batch.v1.Job> | undefined,
): Job {
  const { setup, users: passwords } = names(name);
  const { namespace } = target;
  const metadata = (resource: string) => ({ name: resource, namespace, labels: labels(name) });
  const data = accesses.apply((all) => ({ ...setupFiles({ queues }, all), ...files }));
  const before = [
    new ConfigMap(...children.child(setup, { metadata: metadata(setup), data })),
    new Secret(
      ...children.child(passwords, {
        metadata: metadata(passwords),
        data: pulumi.secret(users.apply(usersData)),
      }),
    ),
    new ServiceAccount(...children.child(setup, serverAccountPlan(setup, namespace))),
  ];
  const id = data.apply((all) => checksum({ all, rotation }).slice(0, 8));
  const job = setupJobPlan(name, pulumi.interpolate`${setup}-${id}`, target);
  return new Job(...children.child(setup, job, transform, { dependsOn: [...after, ...before] }));
}
