import type { AddonArgs } from "@pulumi/aws/eks/addon.js";
import type { ClusterArgs } from "@pulumi/aws/eks/cluster.js";
import { awsName } from "../data/aws/name.ts";
import { type AwsAccount, namedTags } from "./account.ts";
import type { CompleteEks } from "./eks-args.ts";
import { ADDONS, type AddonName, addonsOf, EKS_VERSIONS } from "./eks-versions.ts";

/** Room for what roles and groups of nodes add to the name of a cluster, which could be of 100. */
const LONGEST_CLUSTER = 40;
const LOG_TYPES = ["api", "audit", "authenticator", "controllerManager", "scheduler"];

/**
 * In so many zones the control plane has its interfaces: those it was made in, which EKS does not let it change. A zone that comes later has nodes,
 * which reach it from there.
 */
export const CONTROL_PLANE_ZONES = 3;

/** What runs on every node before its first pod: without it a node is never ready, or a pod has no rights. */
export const BEFORE_NODES: readonly AddonName[] = ["vpc-cni", "kube-proxy", "eks-pod-identity-agent"];

export interface EksPlan {
  readonly id: string;
  readonly tags: Record<string, string>;
  readonly logGroup: string;
  readonly cluster: Omit<ClusterArgs, "roleArn" | "encryptionConfig" | "vpcConfig"> & {
    readonly vpcConfig: Omit<ClusterArgs["vpcConfig"] & object, "subnetIds">;
  };
  readonly addons: readonly Omit<AddonArgs, "clusterName">[];
}

interface Around {
  readonly account: AwsAccount;
  readonly services: string;
  readonly zones: readonly string[];
}

/** Everything that AWS is asked for, but for what is only known when other parts of it stand. */
export function eksPlan(stack: string, name: string, args: CompleteEks, around: Around): EksPlan {
  const { version, endpoint, support, retain, addonVersions } = args;
  const id = awsName(stack, name, LONGEST_CLUSTER);
  const isOpen = endpoint !== "private";
  const tags = {
    ...namedTags(around.account, id, { endpoint: isOpen ? endpoint.reachable : undefined }),
    "plumbline.dev/version-ends": EKS_VERSIONS[version].ends,
  };
  const versions = { ...addonsOf(version), ...addonVersions };
  return {
    id,
    tags,
    logGroup: `/aws/eks/${id}/cluster`,
    cluster: {
      name: id,
      version,
      enabledClusterLogTypes: LOG_TYPES,
      // Entries alone, no ConfigMap that whoever writes it rules by; and nothing for whoever happens to make the cluster.
      accessConfig: { authenticationMode: "API", bootstrapClusterCreatorAdminPermissions: false },
      // They come as add-ons, of versions that are said.
      bootstrapSelfManagedAddons: false,
      kubernetesNetworkConfig: { serviceIpv4Cidr: around.services, ipFamily: "ipv4" },
      upgradePolicy: { supportType: support.toUpperCase() },
      // Lets AWS or people lead traffic away from a zone that is ill.
      zonalShiftConfig: { enabled: true },
      deletionProtection: retain,
      vpcConfig: {
        endpointPrivateAccess: true,
        endpointPublicAccess: isOpen,
        ...(isOpen && { publicAccessCidrs: [...endpoint.publicCidrs] }),
      },
      tags,
    },
    addons: ADDONS.map((addonName) => ({
      addonName,
      addonVersion: versions[addonName],
      ...configurationOf(addonName, around.zones.length),
      // What is said here holds, whatever somebody changed in the cluster.
      resolveConflictsOnCreate: "OVERWRITE",
      resolveConflictsOnUpdate: "OVERWRITE",
      tags,
    })),
  };
}

/** What differs from an add-on's own defaults. */
function configurationOf(addon: AddonName, zones: number): Pick<AddonArgs, "configurationValues"> {
  const values = {
    // Policies hold without another controller; and a node has room for as many pods as it has memory for.
    "vpc-cni": { enableNetworkPolicy: "true", env: { ENABLE_PREFIX_DELEGATION: "true", WARM_PREFIX_TARGET: "1" } },
    coredns: {
      replicaCount: zones,
      topologySpreadConstraints: [
        {
          maxSkew: 1,
          topologyKey: "topology.kubernetes.io/zone",
          whenUnsatisfiable: "ScheduleAnyway",
          labelSelector: { matchLabels: { "k8s-app": "kube-dns" } },
        },
      ],
    },
  }[addon as string];
  return values === undefined ? {} : { configurationValues: JSON.stringify(values) };
}

/** What kubectl and Pulumi need to reach a cluster: a token is asked of AWS each time, with the rights of who asks. Nothing in it is secret. */
export function kubeconfigOf({
  id,
  region,
  endpoint,
  authority,
}: {
  readonly id: string;
  readonly region: string;
  readonly endpoint: string;
  readonly authority: string;
}): string {
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: id, cluster: { server: endpoint, "certificate-authority-data": authority } }],
    contexts: [{ name: id, context: { cluster: id, user: id } }],
    "current-context": id,
    users: [
      {
        name: id,
        user: {
          exec: {
            apiVersion: "client.authentication.k8s.io/v1beta1",
            command: "aws",
            args: ["--region", region, "eks", "get-token", "--cluster-name", id, "--output", "json"],
            interactiveMode: "Never",
          },
        },
      },
    ],
  });
}
