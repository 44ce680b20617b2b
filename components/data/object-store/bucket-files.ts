import type { types } from "@pulumi/kubernetes";
import { RESTRICTED_CONTAINER } from "../../core/security-context.ts";
import { image } from "../../images/catalogue.ts";
import { type BucketAccess, bucketKey, bucketVolume } from "./bucket-access.ts";

/** The key to the bucket, as files. */
const KEY = "/var/run/bucket";
/** The same as one file, as the SDK of AWS reads it. */
const CREDENTIALS = "/var/run/aws";
/** Who signed for the bucket's endpoint, where that is an authority of the cluster's own. */
export const BUCKET_CA = `${KEY}/ca.crt`;

/** What a pod needs whose program reaches a bucket by the SDK of AWS, which takes a key from one file of its own form, and never from two. */
export interface BucketFiles {
  readonly initContainers: types.input.core.v1.Container[];
  readonly environment: types.input.core.v1.EnvVar[];
  readonly mounts: types.input.core.v1.VolumeMount[];
  readonly volumes: types.input.core.v1.Volume[];
}

/** Nothing without a bucket. Without a key, as where the cloud knows the pod, its authority alone. */
export function bucketFiles(access: BucketAccess | undefined): BucketFiles {
  if (access === undefined) return { initContainers: [], environment: [], mounts: [], volumes: [] };
  const mounts = [{ name: "bucket", mountPath: KEY, readOnly: true }];
  const volumes = [bucketVolume("bucket", access)];
  if (Object.keys(access.grant.files).length === 0) return { initContainers: [], environment: [], mounts, volumes };
  return {
    initContainers: [credentialsContainer(access)],
    environment: [{ name: "AWS_SHARED_CREDENTIALS_FILE", value: `${CREDENTIALS}/credentials` }],
    mounts: [...mounts, { name: "credentials", mountPath: CREDENTIALS, readOnly: true }],
    // What is written there is a key, so it never touches a disk.
    volumes: [...volumes, { name: "credentials", emptyDir: { medium: "Memory", sizeLimit: "1Mi" } }],
  };
}

function credentialsContainer(access: BucketAccess): types.input.core.v1.Container {
  const file = (part: "ACCESS_KEY_ID" | "SECRET_ACCESS_KEY") => `${KEY}/${bucketKey(access.grant, part).key}`;
  const lines = `[default]\\naws_access_key_id = %s\\naws_secret_access_key = %s\\n`;
  const script = `printf '${lines}' "$(cat ${file("ACCESS_KEY_ID")})" "$(cat ${file("SECRET_ACCESS_KEY")})" > ${CREDENTIALS}/credentials`;
  const resources = { requests: { cpu: "10m", memory: "16Mi" }, limits: { cpu: "100m", memory: "16Mi" } };
  return {
    name: "credentials",
    // With a shell, which Loki's and Pyroscope's have not; where the bucket is our own it is on the nodes already.
    image: image("seaweedfs"),
    command: ["sh", "-ec", script],
    resources,
    securityContext: RESTRICTED_CONTAINER,
    volumeMounts: [
      { name: "bucket", mountPath: KEY, readOnly: true },
      { name: "credentials", mountPath: CREDENTIALS },
    ],
  };
}
