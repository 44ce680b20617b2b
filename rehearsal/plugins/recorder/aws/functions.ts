import type { PropertyMap, PropertyValue } from "../../rpc/index.ts";
import { MARK } from "../fingerprint.ts";
import { ACCOUNT, parseArn } from "./arn.ts";
import { policyDocument } from "./policy-document.ts";

/** Where a program believes to be. */
export interface Place {
  readonly region: string;
  readonly defaultTags: PropertyMap;
}

type Answer = (args: PropertyMap, place: Place) => PropertyMap;

/** The functions whose answer follows from the arguments and the region, or may be made up. */
export const FUNCTIONS: Readonly<Record<string, Answer>> = {
  "aws:index/getArn:getArn": ({ arn }) => {
    const parts = parseArn(String(arn));
    if (!parts)
      throw new Error(`${JSON.stringify(arn)} is no ARN: it must be arn:PARTITION:SERVICE:REGION:ACCOUNT:RESOURCE`);
    return { id: String(arn), arn: String(arn), ...parts };
  },
  "aws:index/getAvailabilityZones:getAvailabilityZones": (args, { region }) => {
    const excluded = new Set([...texts(args.excludeNames), ...texts(args.excludeZoneIds)]);
    const zones = ["a", "b", "c"].map((letter, index) => ({
      name: `${region}${letter}`,
      id: `${shortRegion(region)}-az${index + 1}`,
    }));
    const kept = zones.filter(({ name, id }) => !excluded.has(name) && !excluded.has(id));
    const [names, zoneIds] = [kept.map(({ name }) => name), kept.map(({ id }) => id)];
    return { ...args, id: region, region, names, zoneIds, groupNames: [region] };
  },
  "aws:index/getCallerIdentity:getCallerIdentity": () => ({
    ...{ id: ACCOUNT, accountId: ACCOUNT, userId: `${MARK}-user` },
    arn: `arn:aws:iam::${ACCOUNT}:user/${MARK}-user`,
  }),
  "aws:index/getDefaultTags:getDefaultTags": (_, { defaultTags }) => ({ id: "default-tags", tags: defaultTags }),
  "aws:index/getPartition:getPartition": () => ({
    ...{ id: "aws", partition: "aws" },
    ...{ dnsSuffix: "amazonaws.com", reverseDnsPrefix: "com.amazonaws" },
  }),
  "aws:index/getRegion:getRegion": (args, place) => {
    const region = String(args.region ?? place.region);
    return { id: region, region, name: region, description: region, endpoint: `ec2.${region}.amazonaws.com` };
  },
  "aws:index/getService:getService": (args, place) => {
    const [region, serviceId] = [String(args.region ?? place.region), String(args.serviceId ?? "ec2")];
    const dnsName = `${serviceId}.${region}.amazonaws.com`;
    const reverseDnsName = `com.amazonaws.${region}.${serviceId}`;
    const names = { dnsName, reverseDnsName, reverseDnsPrefix: "com.amazonaws", partition: "aws" };
    return { ...args, id: reverseDnsName, region, serviceId, supported: true, ...names };
  },
  "aws:ec2/getAmi:getAmi": (args, { region }) => {
    const id = `ami-${MARK}`;
    const arn = `arn:aws:ec2:${region}::image/${id}`;
    const about = { architecture: "x86_64", ownerId: ACCOUNT, name: id, state: "available", rootDeviceType: "ebs" };
    return { ...args, id, imageId: id, arn, ...about, tags: {} };
  },
  "aws:eks/getAddonVersion:getAddonVersion": (args) => ({
    ...args,
    id: String(args.addonName),
    version: `v0.0.0-${MARK}`,
  }),
  "aws:eks/getClusterAuth:getClusterAuth": (args) => ({ ...args, id: String(args.name), token: `${MARK}-token` }),
  "aws:iam/getPolicyDocument:getPolicyDocument": (args) => ({ ...policyDocument(args), id: MARK }),
  "aws:rds/getEngineVersion:getEngineVersion": (args) => ({
    ...args,
    id: String(args.version ?? MARK),
    version: args.version ?? MARK,
    versionActual: args.version ?? MARK,
  }),
};

/** `eu-west-1` is `euw1`, as zone ids begin. */
export function shortRegion(region: string): string {
  const [area = "", direction = "", number = ""] = region.split("-");
  const short = direction.replace(/north|south|east|west|central/g, (word) => word.charAt(0));
  return `${area}${short}${number}`;
}

function texts(value: PropertyValue | undefined): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}
