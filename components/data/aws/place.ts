import type * as pulumi from "@pulumi/pulumi";
import type { Problem } from "../../core/invalid.ts";
import { isOptOut, type OptOut } from "../../core/opt-out.ts";

/** A private subnet of the place where stores run. */
export interface DataSubnet {
  readonly id: pulumi.Input<string>;
  /** Its availability zone, such as `eu-central-1a`. */
  readonly zone: string;
  /** Its addresses, such as `10.0.8.0/22`: consumers may send to these and to no others. */
  readonly cidr: pulumi.Input<string>;
}

/**
 * Topics of SNS in the same region that are told when something is wrong with a store, and when it is over. Their policies must let
 * `cloudwatch.amazonaws.com` publish; so must that of the key, if they have one.
 */
export interface AlarmTopics {
  /** Wakes somebody: writes or data are at stake now. */
  readonly topicArn: pulumi.Input<string>;
  /** Is read in the morning; `topicArn` by default. */
  readonly warningTopicArn?: pulumi.Input<string>;
}

/** Where the managed stores of a stack run, and from where they are used. One value serves all of them. */
export interface AwsPlace {
  /** Such as `eu-central-1`. */
  readonly region: string;
  /** The account's number, twelve digits. */
  readonly accountId: string;
  readonly vpcId: pulumi.Input<string>;
  /** Private ones, one in each zone and in three at least. Append new ones: what stands keeps its zone by its place in the list. */
  readonly subnets: readonly DataSubnet[];
  /** The consumers' pods, as security groups see them: the groups of the nodes (or pods), 1 to 20. */
  readonly podSecurityGroupIds: readonly pulumi.Input<string>[];
  /** Name of the EKS cluster that the consumers run in, with the Pod Identity agent: by it pods have rights in AWS without a key. */
  readonly clusterName: pulumi.Input<string>;
  /** Addresses at which AWS's own services answer (Secrets Manager, S3): interface endpoints in `subnets`, if nothing is said. */
  readonly endpointCidrs?: readonly pulumi.Input<string>[];
  /**
   * Encrypts all that the stores hold. Without it each store has a key of its own, which AWS rotates every year. The policy of a given
   * one must let CloudWatch Logs of the region use it.
   */
  readonly kmsKeyArn?: pulumi.Input<string>;
  /** Days for which the stores' logs are kept; 400 by default. One of the numbers that CloudWatch takes. */
  readonly logDays?: number;
  /** Who is told by CloudWatch when something is wrong with a store; or why nobody is. */
  readonly alarms: AlarmTopics | OptOut;
  /** Tags of everything. */
  readonly tags?: Readonly<Record<string, string>>;
}

/** Of AWS' other partitions: China, GovCloud, and those that are cut off. Their ARNs and hosts are others. */
const ELSEWHERE = /^(cn|us-gov|us-isob?f?|eu-isoe|eusc)-/;
export const REGION =
  'a region of AWS\' public partition, such as "eu-central-1": ARNs and hosts of the others (China, GovCloud) are not built';
export function isRegion(given: string): boolean {
  return /^[a-z]{2}(-[a-z]+)+-\d$/.test(given) && !ELSEWHERE.test(given);
}

export const KEY_ARN = 'the ARN of a key of KMS, "arn:aws:kms:…:key/…"';
export function isKeyArn(given: string): boolean {
  return /^arn:aws:kms:[\w-]+:\d{12}:key\/[\w-]+$/.test(given);
}

export const ACCOUNT_ID = "the twelve digits of an account, as text";
export function isAccountId(given: string): boolean {
  return /^\d{12}$/.test(given);
}

const TOPIC_ARN = /^arn:aws:sns:([\w-]+):\d{12}:[\w-]+$/;
const LEAST_ZONES = 3;
/** What CloudWatch Logs takes as a retention (PutRetentionPolicy). */
const LOG_DAYS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];
/** A year of logs and some days to look at them. */
export const DEFAULT_LOG_DAYS = 400;

/** Everything that is wrong with a place. */
export function placeProblems(place: AwsPlace | undefined): Problem[] {
  if (place === undefined)
    return [{ field: "aws", given: place, allowed: "where in AWS it runs: region, vpcId, subnets and so on" }];
  const { region, accountId, subnets, podSecurityGroupIds, kmsKeyArn, logDays = DEFAULT_LOG_DAYS } = place;
  const problems = accountProblems("aws", { region, accountId });
  const zones = subnets.map(({ zone }) => zone);
  if (new Set(zones).size < LEAST_ZONES)
    problems.push({ field: "aws.subnets", given: zones, allowed: "subnets in three zones or more" });
  for (const [index, zone] of zones.entries()) {
    const field = `aws.subnets[${index}].zone`;
    if (!isZoneOf(zone, region))
      problems.push({ field, given: zone, allowed: `a zone of the region ${region}: "${region}a"` });
    else if (zones.indexOf(zone) !== index) problems.push({ field, given: zone, allowed: "one subnet in each zone" });
  }
  if (podSecurityGroupIds.length === 0)
    problems.push({ field: "aws.podSecurityGroupIds", given: [], allowed: "at least one: else nobody can connect" });
  // One that is known only later is not looked at.
  if (typeof kmsKeyArn === "string" && !isKeyArn(kmsKeyArn))
    problems.push({ field: "aws.kmsKeyArn", given: kmsKeyArn, allowed: KEY_ARN });
  return [...problems, ...logDaysProblems("aws.logDays", logDays), ...alarmProblems(place)];
}

/** What is wrong with which account and region something is made in. */
export function accountProblems(
  field: string,
  { region, accountId }: Pick<AwsPlace, "region" | "accountId">,
): Problem[] {
  const problems: Problem[] = [];
  if (!isRegion(region)) problems.push({ field: `${field}.region`, given: region, allowed: REGION });
  if (!isAccountId(accountId)) problems.push({ field: `${field}.accountId`, given: accountId, allowed: ACCOUNT_ID });
  return problems;
}

/** Whether a text names a zone of a region, such as `eu-central-1a`. */
export function isZoneOf(zone: string, region: string): boolean {
  return zone.startsWith(region) && /^[a-z]$/.test(zone.slice(region.length));
}

/** A problem unless CloudWatch keeps logs for so many days. */
export function logDaysProblems(field: string, given: number): Problem[] {
  return LOG_DAYS.includes(given) ? [] : [{ field, given, allowed: `one of ${LOG_DAYS.join(", ")}` }];
}

/** Everything that is wrong with an account, a region of it, and who is told there. */
export function placeOfAccountProblems(place: Account | undefined): Problem[] {
  if (place === undefined)
    return [{ field: "aws", given: place, allowed: "where in AWS it runs: region, accountId and alarms" }];
  return [...accountProblems("aws", place), ...alarmProblems(place)];
}

type Account = Pick<AwsPlace, "region" | "accountId" | "alarms">;

/**
 * A problem unless somebody is told, or it is said why not. An ARN that is known only later is not looked at. An alarm tells a topic of its
 * own region, and none that keeps an order (`.fifo`).
 */
function alarmProblems({ alarms, region }: Account): Problem[] {
  if (isOptOut(alarms)) return [];
  const { topicArn, ...more }: Partial<AlarmTopics> = alarms ?? {};
  const isTopic = (arn: string) => TOPIC_ARN.exec(arn)?.[1] === region;
  const allowed = `the ARN of a topic of SNS in ${region}, "arn:aws:sns:${region}:…"; or alarms: optOut("<why nobody is told>")`;
  return Object.entries({ topicArn, ...more })
    .filter(([, given]) => given === undefined || (typeof given === "string" && !isTopic(given)))
    .map(([field, given]) => ({ field: `aws.alarms.${field}`, given, allowed }));
}

/** Addresses of the stores, on one port. */
export function storeAddresses({ subnets }: AwsPlace, port: number) {
  return subnets.map(({ cidr }) => ({ cidr, port }));
}

/** Addresses of AWS's own services, on the port of HTTPS. */
export function endpointAddresses({ subnets, endpointCidrs }: AwsPlace) {
  return (endpointCidrs ?? subnets.map(({ cidr }) => cidr)).map((cidr) => ({ cidr, port: 443 }));
}
