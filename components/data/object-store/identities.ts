/** What can be had of a bucket. */
export type BucketRight = "owner" | "reader" | "writer";

/** What a consumer may do with a bucket. */
export interface Access {
  readonly bucket: string;
  readonly right: BucketRight;
  readonly consumer: string;
  readonly namespace: string;
}

/** A consumer's access to one bucket, with the key that it shows. */
export interface Identity extends Access {
  readonly accessKey: string;
  readonly secretKey: string;
}

/** Rights to a bucket and to its objects. None of them changes the bucket, its versioning or who may use it. */
export const ACTIONS = {
  reader: {
    bucket: ["s3:ListBucket", "s3:GetBucketLocation"],
    objects: ["s3:GetObject", "s3:GetObjectTagging"],
  },
  owner: {
    bucket: [
      "s3:ListBucket",
      "s3:GetBucketLocation",
      "s3:GetBucketVersioning",
      "s3:ListBucketVersions",
      "s3:ListBucketMultipartUploads",
    ],
    objects: [
      "s3:GetObject",
      "s3:GetObjectVersion",
      "s3:GetObjectTagging",
      "s3:PutObject",
      "s3:PutObjectTagging",
      "s3:DeleteObject",
      "s3:AbortMultipartUpload",
      "s3:ListMultipartUploadParts",
    ],
  },
  writer: { bucket: [], objects: ["s3:PutObject", "s3:AbortMultipartUpload"] },
} as const;

/**
 * The file of identities, each on a line of its own, by which a gateway sees which is gone. Who is not in it is refused, and so is who
 * shows no key. It holds secrets.
 */
export function identitiesJson(identities: readonly Identity[]): string {
  const sorted = [...identities].sort((a, b) => (identityName(a) < identityName(b) ? -1 : 1));
  const policies = sorted.map((identity) => ({ name: identityName(identity), content: policy(identity) }));
  const users = sorted.map((identity) => ({
    name: identityName(identity),
    credentials: [{ accessKey: identity.accessKey, secretKey: identity.secretKey }],
    policyNames: [identityName(identity)],
  }));
  const list = (all: readonly object[]) => `[\n${all.map((one) => JSON.stringify(one)).join(",\n")}\n]`;
  return `{"policies":${list(policies)},\n"identities":${list(users)}}\n`;
}

/** Who it is, as SeaweedFS' log tells. */
function identityName({ namespace, consumer, bucket, right }: Access): string {
  return `${namespace}.${consumer}.${bucket}.${right}`;
}

function policy({ bucket, right }: Access): string {
  const arn = `arn:aws:s3:::${bucket}`;
  const allow = (Action: readonly string[], Resource: string) => ({ Effect: "Allow", Action, Resource: [Resource] });
  return JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      ...(ACTIONS[right].bucket.length > 0 ? [allow(ACTIONS[right].bucket, arn)] : []),
      allow(ACTIONS[right].objects, `${arn}/*`),
    ],
  });
}
