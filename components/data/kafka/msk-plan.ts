import type { PolicyArgs } from "@pulumi/aws/appautoscaling/policy.js";
import type { TargetArgs } from "@pulumi/aws/appautoscaling/target.js";
import type { ClusterArgs } from "@pulumi/aws/msk/cluster.js";
import type { ConfigurationArgs } from "@pulumi/aws/msk/configuration.js";
import type { SecretArgs } from "@pulumi/aws/secretsmanager/secret.js";
import type { types } from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { selector } from "../../core/labels.ts";
import { reach } from "../../core/network.ts";
import { amount, type Quantity } from "../../core/quantity.ts";
import { awsName } from "../aws/name.ts";
import { type AwsPlace, storeAddresses } from "../aws/place.ts";
import { storeTags } from "../aws/tags.ts";
import type { CompleteMsk } from "./msk-args.ts";
import { SETUP } from "./plan.ts";
import { replication } from "./topics.ts";

/** Zones of an MSK. They cannot change: the first three of the place, however many there come to be. */
export const ZONES = 3;
/** Where brokers take clients that show a password (MSK developer guide, "Port information"). */
export const SCRAM_PORT = 9096;
/** The user that makes topics and gives rights. */
export const ADMIN = "plumbline-admin";
const LONGEST_ID = 64;
const GIB = 2 ** 30;
/** How full a disk may become before MSK grows it, in percent. */
const FULL_PERCENT = 60;

/** Everything that AWS is asked for, but for what is only known when other parts of it stand. */
export interface MskPlan {
  readonly id: string;
  readonly tags: Record<string, string>;
  readonly logGroup: string;
  readonly configuration: ConfigurationArgs;
  /** What is missing is the key, the security group and the revision of the configuration. */
  cluster(given: {
    readonly key: pulumi.Input<string>;
    readonly securityGroup: pulumi.Input<string>;
    readonly logGroup: pulumi.Input<string>;
    readonly configuration: { readonly arn: pulumi.Input<string>; readonly revision: pulumi.Input<number> };
  }): ClusterArgs;
}

/** Brokers in three zones, which speak TLS alone, to clients with a password and to each other. */
export function mskPlan(stack: string, name: string, args: CompleteMsk): MskPlan {
  const { aws, brokers, instanceType, storage, version, backup } = args;
  const id = awsName(stack, name, LONGEST_ID);
  const tags = storeTags(aws, args, { backup });
  const { factor, minInSync } = replication(brokers);
  const properties = {
    // The setup takes it back: see its script.
    "allow.everyone.if.no.acl.found": true,
    "auto.create.topics.enable": false,
    "default.replication.factor": factor,
    "min.insync.replicas": minInSync,
    "offsets.topic.replication.factor": factor,
    "transaction.state.log.replication.factor": factor,
    "transaction.state.log.min.isr": minInSync,
    "unclean.leader.election.enable": false,
  };
  return {
    id,
    tags,
    logGroup: `/aws/msk/${id}`,
    configuration: {
      name: id,
      description: `Kafka ${name}`,
      serverProperties: Object.entries(properties)
        .map(([key, value]) => `${key}=${value}\n`)
        .join(""),
    },
    cluster: ({ key, securityGroup, logGroup, configuration }) => ({
      clusterName: id,
      kafkaVersion: version,
      numberOfBrokerNodes: brokers,
      brokerNodeGroupInfo: {
        instanceType,
        clientSubnets: aws.subnets.slice(0, ZONES).map((subnet) => subnet.id),
        securityGroups: [securityGroup],
        connectivityInfo: { publicAccess: { type: "DISABLED" } },
        storageInfo: { ebsStorageInfo: { volumeSize: gib(storage) } },
      },
      clientAuthentication: { sasl: { scram: true, iam: false }, unauthenticated: false },
      configurationInfo: configuration,
      encryptionInfo: {
        encryptionAtRestKmsKeyArn: key,
        encryptionInTransit: { clientBroker: "TLS", inCluster: true },
      },
      enhancedMonitoring: "PER_BROKER",
      loggingInfo: { brokerLogs: { cloudwatchLogs: { enabled: true, logGroup } } },
      tags,
    }),
  };
}

/** What holds a user's password for MSK, which takes names that begin so alone, and a key of one's own. */
export function userSecretPlan(
  stack: string,
  name: string,
  user: string,
  kmsKeyId: pulumi.Input<string>,
  tags: Record<string, string>,
): SecretArgs {
  return {
    name: `AmazonMSK_${awsName(stack, `${name}-${user}`, 200)}`,
    description: `User ${user} of Kafka ${name}`,
    kmsKeyId,
    tags,
  };
}

/** Lets MSK grow the disks. */
export function growthPlan(name: string, arn: pulumi.Input<string>, growTo: Quantity) {
  const what = { serviceNamespace: "kafka", scalableDimension: "kafka:broker-storage:VolumeSize", resourceId: arn };
  const target: TargetArgs = { ...what, minCapacity: 1, maxCapacity: gib(growTo) };
  const policy: PolicyArgs = {
    ...what,
    name: `${name}-storage`,
    policyType: "TargetTrackingScaling",
    targetTrackingScalingPolicyConfiguration: {
      predefinedMetricSpecification: { predefinedMetricType: "KafkaBrokerStorageUtilization" },
      targetValue: FULL_PERCENT,
      // A disk never shrinks.
      disableScaleIn: true,
    },
  };
  return { target, policy };
}

/** The setup sends to the brokers, and nobody to it. */
export function mskSetupNetworkPlan(name: string, place: AwsPlace): types.input.networking.v1.NetworkPolicySpec {
  return {
    podSelector: { matchLabels: selector(name, SETUP) },
    policyTypes: ["Ingress", "Egress"],
    ingress: [],
    egress: reach(storeAddresses(place, SCRAM_PORT)),
  };
}

function gib(storage: Quantity): number {
  return amount(storage) / GIB;
}
