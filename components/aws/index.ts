export type { AwsAccount } from "./account.ts";
export { type BackupVaultArgs, RESTORABLE, type Restorable, type RestoreTests, type VaultLock } from "./backup-args.ts";
export { BackupVault } from "./backup-vault.ts";
export { Budget, type BudgetArgs } from "./budget.ts";
export { Detection, type DetectionArgs } from "./detection.ts";
export { CONFIG_RULES } from "./detection-plan.ts";
export { EbsStorage, type EbsStorageArgs } from "./ebs-storage.ts";
export { EksCluster } from "./eks.ts";
export type { EksClusterArgs, EksPerson, NodePool, PublicEndpoint, Taint } from "./eks-args.ts";
export { ADDONS, type AddonName, DEFAULT_EKS_VERSION, EKS_VERSIONS, type EksVersion } from "./eks-versions.ts";
export { INTERFACE_SERVICES, type InterfaceService } from "./endpoints.ts";
export { Keys } from "./keys.ts";
export { type KeyPurpose, type KeysArgs, PLATFORM_KEYS, type PlatformKey } from "./keys-args.ts";
export { Network, type NetworkSubnet } from "./network.ts";
export {
  DEFAULT_ENDPOINTS,
  DEFAULT_TIERS,
  type FlowLogs,
  type NetworkArgs,
  type NetworkTier,
  type Reach,
  type ReducedNat,
} from "./network-args.ts";
export { type StorePlaceArgs, storePlace } from "./place.ts";
export { planSubnets, type SubnetDemand, type SubnetPlan, type Tier, usable } from "./subnet-plan.ts";
export { WebFirewall, type WebFirewallArgs } from "./web-firewall.ts";
export { MANAGED_GROUPS, type ManagedGroup, type RateRule } from "./web-firewall-plan.ts";
