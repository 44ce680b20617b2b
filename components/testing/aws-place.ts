import type { AwsPlace } from "../data/aws/place.ts";

const ZONES = ["a", "b", "c"];

/** A place in AWS with three zones; a zone's subnet has the zone's letter for an id. */
export const AWS_PLACE: AwsPlace = {
  region: "eu-central-1",
  accountId: "123456789012",
  vpcId: "vpc-1",
  subnets: ZONES.map((zone, index) => ({ id: zone, zone: `eu-central-1${zone}`, cidr: `10.0.${index}.0/24` })),
  podSecurityGroupIds: ["sg-1"],
  clusterName: "shop",
  alarms: { topicArn: "arn:aws:sns:eu-central-1:123456789012:stores" },
};
