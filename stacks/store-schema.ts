import { z } from "zod";
import { isAccountId, isKeyArn, KEY_ARN } from "../components/data/aws/place.ts";
import { disk, duration, label, optOut, resources, text, whole } from "./fields.ts";

const controllers = z.union([whole(1, 7), z.literal("combined")], {
  error: 'a whole number from 1 to 7, or "combined"',
});

/** Fields of a store in the cluster. */
const inCluster = {
  backend: z.literal("inCluster"),
  storage: disk,
  resources,
  zones: z.array(label).min(1, { error: "at least one zone" }).exactOptional(),
  replication: optOut.exactOptional(),
};

/** Fields of a store that AWS runs. */
const onAws = {
  backend: z.literal("aws"),
  /** How long backups are kept: whole days. */
  keep: duration.exactOptional(),
  replication: optOut.exactOptional(),
};

/** A discriminated union says the same of what is no object at all. */
const EITHER = {
  error: ({ code }: { readonly code: string }) =>
    code === "invalid_union" ? '"inCluster" or "aws"' : "an object with keys",
};
const postgresVersion = text('a version such as "17.5"', (given) => /^\d+(\.\d+)?/.test(given));
const machines = (example: string) =>
  text(`a class of machines such as "${example}"`, (given) => /^[\w.]+$/.test(given));

/** How a client uses a Postgres, wherever it runs. */
const connections = { connections: whole(16, 5_000), poolSize: whole(1, 100) };

/** Before a Postgres in the cluster; every field has a default. */
const pooler = z
  .strictObject({
    mode: z.enum(["transaction", "session"]).exactOptional(),
    instances: whole(1, 20).exactOptional(),
    size: whole(1, 500).exactOptional(),
    maxClients: whole(1, 10_000).exactOptional(),
    resources: resources.exactOptional(),
  })
  .exactOptional();
/** Before a Postgres on AWS. */
const rdsProxy = z.strictObject({ share: whole(1, 100).exactOptional() }).exactOptional();

export const storesSchema = z.strictObject({
  postgres: z.discriminatedUnion(
    "backend",
    [
      z.strictObject({
        ...inCluster,
        /** The tag of CloudNativePG's image. */
        version: text('a version such as "17.5"', (given) => /^\d+\.\d+/.test(given)).exactOptional(),
        instances: whole(1, 7),
        ...connections,
        pooler,
      }),
      z.strictObject({
        ...onAws,
        /** Of Aurora: a major version alone takes minor ones by itself. */
        version: postgresVersion.exactOptional(),
        instances: whole(1, 16),
        instanceClass: machines("db.r8g.large"),
        ...connections,
        pooler: rdsProxy,
      }),
    ],
    EITHER,
  ),
  redis: z.discriminatedUnion(
    "backend",
    [
      z.strictObject({
        ...inCluster,
        replicas: whole(1, 7),
        role: z.enum(["cache", "store"]),
        /** What a `store` promises for a disaster, where that is less than the environment does; snapshots are 15 min apart at least. */
        objectives: z.strictObject({ rto: duration, rpo: duration }).exactOptional(),
      }),
      z.strictObject({
        ...onAws,
        replicas: whole(1, 6),
        nodeType: machines("cache.r7g.large"),
        role: z.enum(["cache", "store"]),
      }),
    ],
    EITHER,
  ),
  kafka: z.discriminatedUnion(
    "backend",
    [
      z.strictObject({
        ...inCluster,
        controllers,
        brokers: whole(1, 100),
        /**
         * Runs it by Strimzi's operator, which is installed then. No rehearsal can run that: what `up` makes of it is seen first in the
         * first environment that chooses it, and is not proven here.
         */
        operator: z.literal("strimzi", { error: '"strimzi", or nothing for StatefulSets of our own' }).exactOptional(),
      }),
      z.strictObject({
        backend: z.literal("aws"),
        /** As many in each of three zones. */
        brokers: whole(3, 60),
        instanceType: machines("kafka.m7g.large"),
        storage: disk,
        growTo: disk.exactOptional(),
      }),
    ],
    EITHER,
  ),
  /** Where backups go. Without it a Postgres in the cluster has none, nor has a Redis that is a store. */
  objects: z.strictObject({ ...inCluster, replicas: whole(3, 100) }).exactOptional(),
});

const topicArn = text("the ARN of a topic of SNS", (given) => /^arn:aws:sns:/.test(given));

/** Where in AWS the stores run. The region is the environment's. */
export const awsSchema = z.strictObject({
  accountId: text("the twelve digits of an account, in quotes", isAccountId),
  vpcId: text('the id of a VPC, such as "vpc-0a1b2c3d"', (given) => /^vpc-[0-9a-f]+$/.test(given)),
  /** Private ones, one in each zone. */
  subnets: z.array(
    z.strictObject({
      id: text('the id of a subnet, such as "subnet-0a1b2c3d"', (given) => /^subnet-[0-9a-f]+$/.test(given)),
      zone: label,
      cidr: text('a block of addresses, such as "10.0.8.0/22"', (given) =>
        /^(\d{1,3}\.){3}\d{1,3}\/\d{1,2}$/.test(given),
      ),
    }),
  ),
  podSecurityGroupIds: z.array(
    text('the id of a security group, such as "sg-0a1b2c3d"', (given) => /^sg-[0-9a-f]+$/.test(given)),
  ),
  clusterName: text("the name of an EKS cluster", (given) => /^[0-9A-Za-z][\w-]{0,99}$/.test(given)),
  endpointCidrs: z
    .array(
      text('a block of addresses, such as "10.0.8.0/22"', (given) => /^(\d{1,3}\.){3}\d{1,3}\/\d{1,2}$/.test(given)),
    )
    .exactOptional(),
  kmsKeyArn: text(KEY_ARN, isKeyArn).exactOptional(),
  logDays: whole(1, 3_653).exactOptional(),
  /** Who is told by CloudWatch when something is wrong with a store. */
  alarms: z.union([z.strictObject({ topicArn, warningTopicArn: topicArn.exactOptional() }), optOut], {
    error:
      '{ topicArn: "arn:aws:sns:…" }, with warningTopicArn for what waits for the morning; or { optOut: <reason> }',
  }),
});
