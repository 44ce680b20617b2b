import * as pulumi from "@pulumi/pulumi";
import type { Children } from "../../core/component.ts";
import type { Duration } from "../../core/duration.ts";
import { isOptOut } from "../../core/opt-out.ts";
import type { Consumer, Grant } from "../../core/usage.ts";
import { amazonRoots, authoritiesFor } from "../aws/authorities.ts";
import { awsName } from "../aws/name.ts";
import { DEFAULT_LOG_DAYS, endpointAddresses } from "../aws/place.ts";
import { LONGEST_ROLE } from "../aws/pod-identity-plan.ts";
import { keyOf } from "../aws/surroundings.ts";
import { storeTags } from "../aws/tags.ts";
import type { Access } from "./identities.ts";
import { type BucketMaking, type MadeBucket, makeBucket } from "./made-bucket.ts";
import { byAccessKey, byPodIdentity } from "./s3-access.ts";
import type { CompleteS3, S3Args } from "./s3-args.ts";
import {
  accessStatements,
  type BucketPlan,
  bucketPlan,
  bucketPolicy,
  LOGS,
  logBucketPlan,
  logBucketPolicy,
} from "./s3-plan.ts";
import type { Server } from "./server.ts";

/** Buckets of S3: every object in three zones, all versions of it, encrypted with a key of one's own, and a record of each request. */
export class S3 implements Server {
  readonly endpoint: string;
  readonly encryption = "bucket";
  readonly #name: string;
  readonly #args: CompleteS3;
  readonly #children: Children;
  readonly #transform: S3Args["transform"];
  readonly #key: pulumi.Output<string>;
  readonly #tags: Record<string, string>;
  readonly #buckets: ReadonlyMap<string, MadeBucket>;

  constructor(name: string, args: CompleteS3, children: Children, transform: S3Args["transform"]) {
    const { aws, retain } = args;
    const stack = pulumi.getStack();
    this.endpoint = `https://s3.${aws.region}.amazonaws.com`;
    this.#name = name;
    this.#args = args;
    this.#children = children;
    this.#transform = transform;
    this.#tags = storeTags(aws, args);
    const title = `ObjectStore ${name}`;
    const key = keyOf({ name, id: awsName(stack, name, LONGEST_ROLE), title, aws, retain, tags: this.#tags }, children);
    this.#key = key;
    const encrypted = { sseAlgorithm: "aws:kms", kmsMasterKeyId: key };
    const logs = this.#make(LOGS, logBucketPlan(stack, name, args, aws.logDays ?? DEFAULT_LOG_DAYS), {
      encryption: { applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } },
      policy: (arn) => logBucketPolicy(arn, aws),
    });
    const made = Object.keys(args.buckets).map((bucket): [string, MadeBucket] => [
      bucket,
      this.#make(bucket, bucketPlan(stack, name, bucket, args), {
        encryption: { applyServerSideEncryptionByDefault: encrypted, bucketKeyEnabled: true },
        policy: bucketPolicy,
        logs,
      }),
    ]);
    this.#buckets = new Map(made);
  }

  /** A bucket as AWS calls it. */
  bucketName(bucket: string): string {
    return bucketPlan(pulumi.getStack(), this.#name, bucket, this.#args).bucketName;
  }

  deletedFor(): Duration {
    return this.#args.keep;
  }

  grant({ bucket, right }: Pick<Access, "bucket" | "right">, consumer: Consumer): Grant {
    const { aws, rotation, podIdentity } = this.#args;
    const made = this.#buckets.get(bucket);
    if (made === undefined) throw new RangeError(`there is no bucket ${bucket}`);
    const own = `${this.#name}-${bucket}-${consumer.name}`;
    const name = `${consumer.namespace}-${own}`;
    const statements = pulumi
      .all([made.bucket.arn, this.#key])
      .apply(([arn, key]) => accessStatements(right, arn, key, aws));
    const role = awsName(pulumi.getStack(), name, LONGEST_ROLE);
    const args = { name, role, aws, statements, tags: this.#tags };
    const { files, peers, dependsOn } = isOptOut(podIdentity)
      ? byAccessKey(args, consumer, own, rotation)
      : byPodIdentity(args, consumer);
    const authorities = authoritiesFor(own, consumer, amazonRoots());
    return {
      environment: { ENDPOINT: this.endpoint, NAME: this.bucketName(bucket), REGION: aws.region },
      files,
      authorities: { configMap: authorities.name },
      peers: [...endpointAddresses(aws), ...peers],
      dependsOn: [made.policy, ...dependsOn, authorities.resource],
      revision: String(rotation),
    };
  }

  #make(part: string, plan: BucketPlan, how: How): MadeBucket {
    const { retain } = this.#args;
    return makeBucket(
      `${this.#name}-${part}`,
      plan,
      { ...how, retain, prefix: `${part}/` },
      this.#children,
      this.#transform?.bucket,
    );
  }
}

/** In what the bucket of records differs from the others. */
type How = Pick<BucketMaking, "encryption" | "policy" | "logs">;
