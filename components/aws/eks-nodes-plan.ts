import type { LaunchTemplateArgs } from "@pulumi/aws/ec2/launchTemplate.js";
import type { NodeGroupArgs } from "@pulumi/aws/eks/nodeGroup.js";
import type * as pulumi from "@pulumi/pulumi";
import { awsName } from "../data/aws/name.ts";
import type { CompletePool } from "./eks-args.ts";
import type { EksVersion } from "./eks-versions.ts";

export type Architecture = "arm64" | "x86_64";

const AMI_TYPES: Readonly<Record<Architecture, string>> = {
  arm64: "BOTTLEROCKET_ARM_64",
  x86_64: "BOTTLEROCKET_x86_64",
};
/** A family, its generation and what is special to it, and a size: `m8g.xlarge`. */
const TYPE = /^[a-z]+\d+([a-z]*)(?:-[a-z0-9]+)?\.(?:nano|micro|small|medium|large|\d*xlarge|metal(?:-\d+xl)?)$/;
/** Longest prefix of a group's name that the provider takes. */
const LONGEST_PREFIX = 37;
/** Bottlerocket's own disk, which is written by an update alone, in GiB, and the names of both. */
const SYSTEM_GIB = 4;
const DISKS = { system: "/dev/xvda", data: "/dev/xvdb" };
const EFFECTS = { NoSchedule: "NO_SCHEDULE", NoExecute: "NO_EXECUTE", PreferNoSchedule: "PREFER_NO_SCHEDULE" } as const;

/** Which machine code a type of machines runs; undefined for what is no type. AWS' own processors have a `g` after the generation. */
export function architectureOf(type: string): Architecture | undefined {
  const special = TYPE.exec(type)?.[1];
  if (special === undefined) return undefined;
  return special.startsWith("g") ? "arm64" : "x86_64";
}

/**
 * Settings of Bottlerocket beside those that EKS gives. Neither of the two containers by which people come in to a node runs: its journal is read
 * from the cluster, and a node that is ill is replaced.
 */
export function bottlerocketSettings(): string {
  return [
    "[settings.host-containers.admin]",
    "enabled = false",
    "",
    "[settings.host-containers.control]",
    "enabled = false",
    "",
    "[settings.kernel]",
    'lockdown = "integrity"',
    "",
  ].join("\n");
}

/** What each machine of a pool is: no keys of the node for its pods, encrypted disks, and nobody who logs in. */
export function launchTemplatePlan(
  id: string,
  pool: CompletePool,
  kmsKeyId: pulumi.Input<string>,
  tags: Record<string, string>,
): LaunchTemplateArgs {
  const disk = (deviceName: string, volumeSize: number) => ({
    deviceName,
    ebs: { volumeType: "gp3", volumeSize, encrypted: "true", kmsKeyId, deleteOnTermination: "true" },
  });
  return {
    name: id,
    description: `Nodes of ${id}`,
    updateDefaultVersion: true,
    // An answer ends at the machine itself: containers have the keys of their own role, by Pod Identity.
    metadataOptions: { httpEndpoint: "enabled", httpTokens: "required", httpPutResponseHopLimit: 1 },
    blockDeviceMappings: [disk(DISKS.system, SYSTEM_GIB), disk(DISKS.data, pool.diskGib)],
    monitoring: { enabled: true },
    userData: Buffer.from(bottlerocketSettings()).toString("base64"),
    tagSpecifications: ["instance", "volume", "network-interface"].map((resourceType) => ({ resourceType, tags })),
    tags,
  };
}

/** The part of a node group that is known before anything stands. */
export type NodeGroupPlan = Omit<NodeGroupArgs, "clusterName" | "nodeRoleArn" | "launchTemplate">;

/** A group of a pool in one zone. Its name begins as said, and ends by chance: what must be made anew stands before the old one goes. */
export function nodeGroupPlan(
  id: string,
  pool: CompletePool,
  {
    version,
    zone,
    subnetId,
    tags,
  }: {
    readonly version: EksVersion;
    readonly zone: string;
    readonly subnetId: pulumi.Input<string>;
    readonly tags: Record<string, string>;
  },
): NodeGroupPlan {
  const { instanceTypes, minPerZone, maxPerZone, spot, maxUnavailable, labels, taints, release } = pool;
  return {
    nodeGroupNamePrefix: `${awsName(id, zone, LONGEST_PREFIX - 1)}-`,
    version,
    ...(release !== undefined && { releaseVersion: release }),
    amiType: AMI_TYPES[architectureOf(instanceTypes[0] ?? "") ?? "x86_64"],
    capacityType: spot ? "SPOT" : "ON_DEMAND",
    instanceTypes: [...instanceTypes],
    subnetIds: [subnetId],
    scalingConfig: { minSize: minPerZone, maxSize: maxPerZone, desiredSize: minPerZone },
    updateConfig: { maxUnavailablePercentage: maxUnavailable },
    nodeRepairConfig: { enabled: true },
    labels: { ...labels },
    taints: taints.map(({ key, value, effect }) => ({
      key,
      ...(value !== undefined && { value }),
      effect: EFFECTS[effect],
    })),
    tags,
  };
}
