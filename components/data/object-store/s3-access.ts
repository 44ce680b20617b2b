import { AccessKey } from "@pulumi/aws/iam/accessKey.js";
import { User } from "@pulumi/aws/iam/user.js";
import { UserPolicy } from "@pulumi/aws/iam/userPolicy.js";
import { Secret } from "@pulumi/kubernetes/core/v1/secret.js";
import * as pulumi from "@pulumi/pulumi";
import { MANAGED } from "../../core/labels.ts";
import type { Consumer, Grant } from "../../core/usage.ts";
import { type PodIdentityArgs, podIdentity } from "../aws/pod-identity.ts";
import { POD_IDENTITY_AGENT, policyOf } from "../aws/pod-identity-plan.ts";

/** How a consumer shows who it is. */
type Credentials = Pick<Grant, "files" | "peers" | "dependsOn">;

type AccessArgs = Omit<PodIdentityArgs, "namespace" | "serviceAccount">;

/** The rights of the consumer's own pods: no key. */
export function byPodIdentity(args: AccessArgs, consumer: Consumer): Credentials {
  const { namespace, name: serviceAccount, opts } = consumer;
  return {
    files: {},
    peers: [POD_IDENTITY_AGENT],
    dependsOn: podIdentity({ ...args, namespace, serviceAccount }, opts),
  };
}

/** A user in AWS with an access key, in the files that a consumer has in the cluster, too. */
export function byAccessKey(
  { name, role, statements, tags }: AccessArgs,
  { namespace, opts }: Consumer,
  secretName: string,
  rotation: number,
): Credentials {
  const { name: user } = new User(name, { name: role, tags }, opts);
  const policy = new UserPolicy(name, { user, policy: statements.apply(policyOf) }, opts);
  // Another number is another key: it is there before the old one goes.
  const { id, secret } = new AccessKey(`${name}-${rotation}`, { user }, opts);
  const metadata = { name: secretName, namespace, labels: MANAGED };
  const stringData = { ACCESS_KEY_ID: pulumi.secret(id), SECRET_ACCESS_KEY: pulumi.secret(secret) };
  const resource = new Secret(name, { metadata, type: "Opaque", stringData }, opts);
  const file = (key: string) => ({ secret: secretName, key });
  return {
    files: { ACCESS_KEY_ID: file("ACCESS_KEY_ID"), SECRET_ACCESS_KEY: file("SECRET_ACCESS_KEY") },
    peers: [],
    dependsOn: [policy, resource],
  };
}
