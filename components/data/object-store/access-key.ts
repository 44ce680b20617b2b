import { Secret } from "@pulumi/kubernetes/core/v1/secret.js";
import * as pulumi from "@pulumi/pulumi";
import { RandomPassword } from "@pulumi/random/randomPassword.js";
import { MANAGED } from "../../core/labels.ts";
import type { Consumer, CredentialFile } from "../../core/usage.ts";
import { type CredentialArgs, PASSWORD } from "../credential.ts";

/** A consumer's key to one bucket. */
export interface AccessKey {
  readonly id: pulumi.Output<string>;
  /** Secret; it is only ever put into other Secrets. */
  readonly secret: pulumi.Output<string>;
  /** The files that the consumer gets. */
  readonly files: Readonly<Record<"ACCESS_KEY_ID" | "SECRET_ACCESS_KEY", CredentialFile>>;
  readonly resource: Secret;
}

/** 20 capitals and digits, as S3 clients know them. */
const ID = { length: 20, special: false, lower: false };

/** Makes an access key and the Secret in the consumer's namespace that its files come from. */
export function accessKey({ name, consumer, rotation }: Omit<CredentialArgs, "username">): AccessKey {
  const keepers = { rotation: String(rotation) };
  const unique = `${consumer.namespace}-${name}`;
  const { result: id } = new RandomPassword(`${unique}-id`, { ...ID, keepers }, consumer.opts);
  const { result: secret } = new RandomPassword(unique, { ...PASSWORD, keepers }, consumer.opts);
  const resource = secretOf(unique, name, consumer, { ACCESS_KEY_ID: id, SECRET_ACCESS_KEY: secret });
  const file = (key: string) => ({ secret: name, key });
  return {
    id,
    secret,
    resource,
    files: { ACCESS_KEY_ID: file("ACCESS_KEY_ID"), SECRET_ACCESS_KEY: file("SECRET_ACCESS_KEY") },
  };
}

function secretOf(
  unique: string,
  name: string,
  { namespace, opts }: Consumer,
  keys: Record<string, pulumi.Output<string>>,
): Secret {
  const stringData = Object.fromEntries(Object.entries(keys).map(([key, value]) => [key, pulumi.secret(value)]));
  return new Secret(unique, { metadata: { name, namespace, labels: MANAGED }, type: "Opaque", stringData }, opts);
}
