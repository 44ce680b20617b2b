import type { OptOut } from "../core/opt-out.ts";
import type { AlarmTopics, AwsPlace } from "../data/aws/place.ts";
import type { DataClass } from "../data/declared.ts";
import type { EksCluster } from "./eks.ts";
import type { Keys } from "./keys.ts";
import type { Network } from "./network.ts";

export interface StorePlaceArgs {
  readonly network: Network;
  /** Whose pods use the stores. */
  readonly cluster: EksCluster;
  readonly keys: Keys;
  /** Whose key encrypts what they hold: `confidential` by default, as a store that says nothing is. */
  readonly dataClass?: DataClass;
  /** Days for which the stores' logs are kept; 400 by default. */
  readonly logDays?: number;
  readonly alarms: AlarmTopics | OptOut;
}

/** Where managed stores run: in the isolated subnets of a network, for the pods of a cluster, under the key of their data. */
export function storePlace({ network, cluster, keys, dataClass, logDays, alarms }: StorePlaceArgs): AwsPlace {
  const { region, accountId, tags } = network.account;
  return {
    region,
    accountId,
    vpcId: network.vpcId,
    subnets: network.dataSubnets.map(({ id, zone, cidr }) => ({ id, zone, cidr })),
    podSecurityGroupIds: [cluster.securityGroupId],
    clusterName: cluster.clusterName,
    endpointCidrs: network.endpointCidrs,
    kmsKeyArn: keys.arn(dataClass ?? "confidential"),
    alarms,
    ...(logDays !== undefined && { logDays }),
    ...(tags !== undefined && { tags }),
  };
}
