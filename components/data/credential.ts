import { Secret } from "@pulumi/kubernetes/core/v1/secret.js";
import * as pulumi from "@pulumi/pulumi";
import { RandomPassword } from "@pulumi/random/randomPassword.js";
import { MANAGED } from "../core/labels.ts";
import type { Consumer, CredentialFile } from "../core/usage.ts";

export interface CredentialArgs {
  /** Name of the resources, unique in the program: `<store>-<consumer>`. */
  readonly name: string;
  readonly username: string;
  readonly consumer: Consumer;
  /** Bumped to have a new password made. */
  readonly rotation: number;
}

/** A user name and a password that exist in Secrets alone. */
export interface Credential {
  readonly username: string;
  /** Secret; it is only ever put into other Secrets. */
  readonly password: pulumi.Output<string>;
  /** The files that the consumer gets. */
  readonly files: Readonly<Record<"USER" | "PASSWORD", CredentialFile>>;
  readonly secret: Secret;
}

/** 32 letters and digits are 190 bits. No other characters: it is quoted in ACL files, properties and shell alike. */
export const PASSWORD = { length: 32, special: false };

/** Makes a password and the Secret in the consumer's namespace that its files come from. */
export function credential({ name, username, consumer, rotation }: CredentialArgs): Credential {
  const keepers = { rotation: String(rotation) };
  const { result: password } = new RandomPassword(name, { ...PASSWORD, keepers }, consumer.opts);
  const secret = basicAuth(name, consumer.namespace, username, password, consumer.opts);
  const file = (key: string) => ({ secret: name, key });
  return { username, password, secret, files: { USER: file("username"), PASSWORD: file("password") } };
}

/** A Secret with a user name and a password. */
export function basicAuth(
  name: string,
  namespace: string,
  username: string,
  password: pulumi.Output<string>,
  opts: pulumi.CustomResourceOptions,
  labels: Readonly<Record<string, string>> = {},
): Secret {
  return new Secret(
    `${namespace}-${name}`,
    {
      metadata: { name, namespace, labels: { ...MANAGED, ...labels } },
      type: "kubernetes.io/basic-auth",
      stringData: { username, password: pulumi.secret(password) },
    },
    opts,
  );
}
