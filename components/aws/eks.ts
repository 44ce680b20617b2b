import { LogGroup } from "@pulumi/aws/cloudwatch/logGroup.js";
import { AccessEntry } from "@pulumi/aws/eks/accessEntry.js";
import { AccessPolicyAssociation } from "@pulumi/aws/eks/accessPolicyAssociation.js";
import { Addon } from "@pulumi/aws/eks/addon.js";
import { Cluster, type ClusterArgs } from "@pulumi/aws/eks/cluster.js";
import { OpenIdConnectProvider } from "@pulumi/aws/iam/openIdConnectProvider.js";
import { RolePolicy } from "@pulumi/aws/iam/rolePolicy.js";
import * as pulumi from "@pulumi/pulumi";
import { Component, keeping } from "../core/component.ts";
import { refuse } from "../core/invalid.ts";
import { awsName } from "../data/aws/name.ts";
import { LONGEST_ROLE, podRolePlan } from "../data/aws/pod-identity-plan.ts";
import { type CompleteEks, completeEks, DEPLOYER, type EksClusterArgs } from "./eks-args.ts";
import { makeNodes } from "./eks-nodes.ts";
import { BEFORE_NODES, CONTROL_PLANE_ZONES, type EksPlan, eksPlan, kubeconfigOf } from "./eks-plan.ts";
import { eksProblems } from "./eks-problems.ts";
import {
  ADDON_ACCOUNTS,
  type AddonWithRole,
  clusterRole,
  nodeRole,
  secretsPolicy,
  volumesPolicy,
} from "./eks-roles-plan.ts";
import { makeRole } from "./managed-role.ts";

/** The right to everything in a cluster, as EKS gives it to an entry: what `system:masters` was, but with a name and an end. */
const CLUSTER_ADMIN = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy";
const KUBE_SYSTEM = "kube-system";

/**
 * A cluster of EKS: an API server that is reached from within the network, Secrets under a key, every log of the control plane, nodes of
 * Bottlerocket in a group for each zone, and add-ons of said versions with rights of their own.
 *
 * ```ts
 * const cluster = new EksCluster("main", {
 *   network,
 *   keys,
 *   deployerArn: "arn:aws:iam::123456789012:role/deploy",
 *   people: { developers: { principalArn: "arn:aws:iam::123456789012:role/developers", groups: ["shop-developers"] } },
 *   nodes: { general: { instanceTypes: ["m8g.xlarge", "m7g.xlarge"], maxPerZone: 4 } },
 * });
 * ```
 */
export class EksCluster extends Component {
  /** As EKS calls it: what `AwsPlace` and Pod Identity ask for. */
  readonly clusterName: pulumi.Output<string>;
  readonly endpoint: pulumi.Output<string>;
  /** Of nodes, and so of pods: for stores to let in. */
  readonly securityGroupId: pulumi.Output<string>;
  readonly nodeRoleArn: pulumi.Output<string>;
  /** As IAM knows who signs the tokens of service accounts: `oidc.eks.eu-central-1.amazonaws.com/id/…`, which `SecretSource` asks for. */
  readonly oidcProvider: pulumi.Output<string>;
  /** As JSON, which is YAML. It asks AWS for a token by `aws eks get-token`, and holds no secret. */
  readonly kubeconfig: pulumi.Output<string>;
  readonly #name: string;

  constructor(name: string, args: EksClusterArgs, opts?: pulumi.ComponentResourceOptions) {
    const complete = completeEks(args);
    refuse(`EksCluster "${name}"`, eksProblems(name, complete));
    super("aws:EksCluster", name, opts, [args.network, args.keys]);
    this.#name = name;
    const { network, keys, transform } = args;
    const plan = eksPlan(pulumi.getStack(), name, complete, network);
    const cluster = this.#controlPlane(plan, complete, args);
    this.clusterName = cluster.name;
    this.endpoint = cluster.endpoint;
    this.securityGroupId = cluster.vpcConfig.clusterSecurityGroupId;
    this.oidcProvider = this.#tokens(cluster, plan);
    const admitted = this.#admit(cluster, plan, complete);
    // Who uses it before the one who deploys is let in is refused; and on the way down, what is in the cluster goes before the right to it.
    this.kubeconfig = pulumi
      .all([cluster.endpoint, cluster.certificateAuthority.data, admitted.id])
      .apply(([endpoint, authority]) =>
        kubeconfigOf({ id: plan.id, region: network.account.region, endpoint, authority }),
      );
    const early = this.#addons(cluster, plan, args, (addon) => BEFORE_NODES.some((one) => one === addon), []);
    const { role, rights } = makeRole(
      `${this.#name}-nodes`,
      nodeRole(plan.id, network.account, plan.tags),
      this.children(),
    );
    this.nodeRoleArn = role.arn;
    const nodes = makeNodes(
      name,
      plan,
      complete,
      { network, disksKeyArn: keys.arn("disks"), clusterName: cluster.name, nodeRoleArn: role.arn },
      transform,
      [...rights, ...early],
      this.children(),
    );
    this.#addons(cluster, plan, args, (addon) => !BEFORE_NODES.some((one) => one === addon), nodes);
    this.registerOutputs({ clusterName: cluster.name, endpoint: cluster.endpoint });
  }

  #controlPlane(
    plan: EksPlan,
    { retain, logDays }: CompleteEks,
    { network, keys, transform }: EksClusterArgs,
  ): Cluster {
    const name = this.#name;
    const { id, tags } = plan;
    const { role, rights } = makeRole(`${this.#name}-cluster`, clusterRole(id, network.account, tags), this.children());
    const policy = keys.arn("cluster").apply(secretsPolicy);
    const secrets = new RolePolicy(...this.child(`${name}-secrets`, { role: role.id, policy }));
    // EKS makes it, too, if it is not there: without an end, and in clear.
    const group = { name: plan.logGroup, retentionInDays: logDays, kmsKeyId: keys.arn("logs"), tags };
    const logs = new LogGroup(...this.child(`${name}-control-plane`, group, undefined, keeping(retain)));
    const args: ClusterArgs = {
      ...plan.cluster,
      roleArn: role.arn,
      encryptionConfig: { resources: ["secrets"], provider: { keyArn: keys.arn("cluster") } },
      vpcConfig: {
        ...plan.cluster.vpcConfig,
        subnetIds: network.nodeSubnets.slice(0, CONTROL_PLANE_ZONES).map((subnet) => subnet.id),
      },
    };
    const opts = { protect: retain, dependsOn: [...rights, secrets, logs] };
    return new Cluster(...this.child(name, args, transform?.cluster, opts));
  }

  /** Lets IAM take tokens of service accounts, for what asks for one by name and not for its whole pod. */
  #tokens({ identities }: Cluster, { tags }: EksPlan): pulumi.Output<string> {
    const url = identities.apply((all) => all[0]?.oidcs?.[0]?.issuer ?? "");
    const args = { url, clientIdLists: ["sts.amazonaws.com"], tags };
    const provider = new OpenIdConnectProvider(...this.child(this.#name, args));
    return provider.url.apply((issuer) => issuer.replace(/^https:\/\//, ""));
  }

  /**
   * Who may come in. What people may do there is said of their groups in the cluster; the one who deploys may do everything, by the right that this
   * gives back.
   */
  #admit(
    { name: clusterName }: Cluster,
    { tags }: EksPlan,
    { people, deployerArn: principalArn }: CompleteEks,
  ): AccessPolicyAssociation {
    const deployer = new AccessEntry(
      ...this.child(`${this.#name}-${DEPLOYER}`, { clusterName, principalArn, type: "STANDARD", tags }),
    );
    const rule = { clusterName, principalArn, policyArn: CLUSTER_ADMIN, accessScope: { type: "cluster" } };
    const ruling = this.child(`${this.#name}-${DEPLOYER}`, rule, undefined, { dependsOn: deployer });
    const admitted = new AccessPolicyAssociation(...ruling);
    for (const [who, { principalArn: person, groups }] of Object.entries(people)) {
      const entry = { clusterName, principalArn: person, type: "STANDARD", kubernetesGroups: [...groups], tags };
      new AccessEntry(...this.child(`${this.#name}-${who}`, entry));
    }
    return admitted;
  }

  #addons(
    cluster: Cluster,
    { addons, id, tags }: EksPlan,
    { network, keys, transform }: EksClusterArgs,
    isWanted: (addon: string) => boolean,
    after: readonly pulumi.Resource[],
  ): Addon[] {
    return addons
      .filter(({ addonName }) => isWanted(String(addonName)))
      .map((addon) => {
        const key = `${this.#name}-${addon.addonName}`;
        const identity = ADDON_ACCOUNTS[addon.addonName as AddonWithRole];
        const dependsOn = [...after];
        const args = { ...addon, clusterName: cluster.name };
        if (identity === undefined) return new Addon(...this.child(key, args, transform?.addon, { dependsOn }));
        const { serviceAccount, managed } = identity;
        const account = { namespace: KUBE_SYSTEM, serviceAccount };
        const plan = podRolePlan(awsName(id, String(addon.addonName), LONGEST_ROLE), account, network.account, tags);
        const { role, rights } = makeRole(key, { args: plan, managed: { own: managed } }, this.children());
        dependsOn.push(...rights);
        if (addon.addonName === "aws-ebs-csi-driver") {
          const policy = keys.arn("disks").apply(volumesPolicy);
          dependsOn.push(new RolePolicy(...this.child(key, { role: role.id, policy })));
        }
        const associated = { ...args, podIdentityAssociations: [{ roleArn: role.arn, serviceAccount }] };
        return new Addon(...this.child(key, associated, transform?.addon, { dependsOn }));
      });
  }
}
