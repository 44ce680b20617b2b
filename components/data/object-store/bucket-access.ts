import type { types } from "@pulumi/kubernetes";
import { CustomResource } from "@pulumi/kubernetes/apiextensions/customResource.js";
import type * as pulumi from "@pulumi/pulumi";
import type { Children } from "../../core/component.ts";
import type { Consumer, Grant } from "../../core/usage.ts";
import type { Certificate } from "../../edge/certificate.ts";
import { certificatePlan, certificateSecret } from "../../edge/certificate-plan.ts";
import type { Issuer } from "../../edge/issuer.ts";
import type { Bucket } from "./bucket.ts";
import type { BucketRight } from "./identities.ts";

/** A bucket as pods of another store's own reach it. */
export interface BucketAccess {
  readonly bucketName: string;
  readonly grant: Grant;
  /** The Secret whose `ca.crt` the endpoint's certificate is checked against; none if everybody knows its authority. */
  readonly authority?: string | undefined;
}

/** Whose pods they are, and which certificate of their own tells them of an issuer's authority already, if they have one. */
export interface BucketUser extends Pick<Consumer, "name" | "namespace" | "podLabels" | "maxReplicas"> {
  readonly own?: { readonly issuer: Issuer; readonly server: Certificate };
}

/** Has one right to a bucket granted to pods of a store. */
export function bucketAccess(
  bucket: Bucket,
  right: BucketRight,
  { own, ...pods }: BucketUser,
  children: Children,
): BucketAccess {
  const { name, namespace } = pods;
  const grant = bucket[right].grant({ ...pods, opts: children.options() });
  if (grant.issuer === undefined) return { bucketName: bucket.bucketName, grant };
  if (grant.issuer.ref.name === own?.issuer.ref.name)
    return { bucketName: bucket.bucketName, grant, authority: own.server.secretName };
  const identity = certificatePlan({
    name: `${name}-${grant.issuer.ref.name}`,
    namespace,
    issuer: grant.issuer.ref,
    dnsNames: [name],
    duration: "30d",
    usages: ["client auth"],
  });
  const certificate = new CustomResource(
    ...children.child(identity.metadata.name, identity, undefined, { dependsOn: grant.issuer }),
  );
  return {
    bucketName: bucket.bucketName,
    grant: { ...grant, dependsOn: [...grant.dependsOn, certificate] },
    authority: certificateSecret(identity.metadata.name),
  };
}

/** What a program with AWS' SDK is told of a bucket, whose files are in a folder: names and paths, and no secret. */
export function bucketEnvironment(
  { bucketName, grant, authority }: BucketAccess,
  folder: string,
): Record<string, pulumi.Input<string>> {
  const { ENDPOINT, REGION } = grant.environment;
  return {
    BUCKET: bucketName,
    ...(ENDPOINT !== undefined && { ENDPOINT }),
    ...(REGION !== undefined && { AWS_DEFAULT_REGION: REGION }),
    ...(authority !== undefined && { AWS_CA_BUNDLE: `${folder}/ca.crt` }),
    ACCESS_KEY_ID_FILE: `${folder}/${bucketKey(grant, "ACCESS_KEY_ID").key}`,
    SECRET_ACCESS_KEY_FILE: `${folder}/${bucketKey(grant, "SECRET_ACCESS_KEY").key}`,
  };
}

/** The files of a bucket: the key of its user, and who signed for its endpoint. */
export function bucketVolume(name: string, { grant, authority }: BucketAccess): types.input.core.v1.Volume {
  const sources = Object.values(grant.files).map(({ secret, key }) => ({ name: secret, items: [{ key, path: key }] }));
  if (authority !== undefined) sources.push({ name: authority, items: [{ key: "ca.crt", path: "ca.crt" }] });
  return { name, projected: { defaultMode: 0o440, sources: sources.map((secret) => ({ secret })) } };
}

/** Where one part of the key is. */
export function bucketKey(
  { files }: Grant,
  part: "ACCESS_KEY_ID" | "SECRET_ACCESS_KEY",
): { name: string; key: string } {
  const file = files[part];
  if (file === undefined)
    throw new TypeError(
      `a bucket's grant has no file ${part}; allowed: one of an object store, on AWS with podIdentity: optOut("<why>")`,
    );
  return { name: file.secret, key: file.key };
}
