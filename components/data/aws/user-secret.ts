import { Secret, type SecretArgs } from "@pulumi/aws/secretsmanager/secret.js";
import { SecretVersion } from "@pulumi/aws/secretsmanager/secretVersion.js";
import * as pulumi from "@pulumi/pulumi";
import type { Children } from "../../core/component.ts";

interface User {
  readonly username: string;
  readonly password: pulumi.Output<string>;
}

/** A user's password in Secrets Manager, for a service of AWS to read: `{"username":"…","password":"…"}`. Nobody can before the version stands. */
export function userSecret(
  name: string,
  args: SecretArgs,
  { username, password }: User,
  children: Children,
  opts?: pulumi.CustomResourceOptions,
): { secret: Secret; version: SecretVersion } {
  const secret = new Secret(...children.child(name, args, undefined, opts));
  const secretString = pulumi.secret(password.apply((value) => JSON.stringify({ username, password: value })));
  return { secret, version: new SecretVersion(...children.child(name, { secretId: secret.id, secretString })) };
}
