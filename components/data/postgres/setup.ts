import type { types } from "@pulumi/kubernetes";
import { Job } from "@pulumi/kubernetes/batch/v1/job.js";
import { ConfigMap } from "@pulumi/kubernetes/core/v1/configMap.js";
import { Secret } from "@pulumi/kubernetes/core/v1/secret.js";
import { ServiceAccount } from "@pulumi/kubernetes/core/v1/serviceAccount.js";
import { NetworkPolicy } from "@pulumi/kubernetes/networking/v1/networkPolicy.js";
import * as pulumi from "@pulumi/pulumi";
import { checksum } from "../../core/checksum.ts";
import type { Children } from "../../core/component.ts";
import { labels } from "../../core/labels.ts";
import type { Transform } from "../../core/transform.ts";
import { databaseRoots } from "../aws/authorities.ts";
import { awsName } from "../aws/name.ts";
import { podIdentity } from "../aws/pod-identity.ts";
import { LONGEST_ROLE } from "../aws/pod-identity-plan.ts";
import { secretStatements } from "../aws/secret-plan.ts";
import type { CompleteAurora } from "./aurora-args.ts";
import type { Access } from "./plan.ts";
import { setupFiles } from "./setup-files.ts";
import { SETUP, type SetupTarget, setupAccountPlan, setupNames, setupNetworkPlan, setupPlan } from "./setup-plan.ts";

/** A login, and what the server is told of its password. */
export interface Login {
  readonly role: string;
  readonly verifier: pulumi.Output<string>;
}

/** What the server shall have. */
interface Declared {
  readonly args: CompleteAurora;
  readonly accesses: pulumi.Output<readonly Access[]>;
  readonly logins: pulumi.Output<readonly pulumi.Unwrap<Login>[]>;
}

interface Target extends SetupTarget {
  readonly secret: pulumi.Output<string>;
  readonly key: pulumi.Output<string>;
  readonly tags: Record<string, string>;
}

/** The Job that makes databases, roles and rights; it runs again under another name when any of them changes. */
export function setUp(
  name: string,
  target: Target,
  { args, accesses, logins }: Declared,
  after: readonly pulumi.Resource[],
  children: Children,
  transform: Transform<types.input.batch.v1.Job> | undefined,
): Job {
  const { aws, databases, rotation } = args;
  const namespace = args.namespace.name;
  const { setup, logins: secretName } = setupNames(name);
  const metadata = (resource: string) => ({ name: resource, namespace, labels: labels(name, SETUP) });
  const files = accesses.apply((all) => setupFiles(databases, all, databaseRoots(aws.region)));
  const config = new ConfigMap(...children.child(setup, { metadata: metadata(setup), data: files }));
  const verifiers = logins.apply((all) => Object.fromEntries(all.map(({ role, verifier }) => [role, verifier])));
  const secret = new Secret(
    ...children.child(secretName, { metadata: metadata(secretName), stringData: pulumi.secret(verifiers) }),
  );
  const account = new ServiceAccount(...children.child(setup, setupAccountPlan(name, namespace)));
  const network = new NetworkPolicy(
    ...children.child(setup, { metadata: metadata(setup), spec: setupNetworkPlan(name, aws) }),
  );
  const rights = podIdentity(
    {
      name: setup,
      role: awsName(pulumi.getStack(), setup, LONGEST_ROLE),
      namespace,
      serviceAccount: setup,
      aws,
      statements: pulumi.all([target.secret, target.key]).apply(([arn, key]) => secretStatements(arn, key, aws.region)),
      tags: target.tags,
    },
    children.options(),
  );
  const id = files.apply((all) => checksum({ all, rotation }).slice(0, 8));
  const job = setupPlan(name, namespace, aws.region, pulumi.interpolate`${setup}-${id}`, target);
  const dependsOn = [config, secret, account, network, ...rights, ...after];
  return new Job(...children.child(setup, job, transform, { dependsOn }));
}
