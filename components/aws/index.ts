export type { AwsAccount } from "./account.ts";
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
export { planSubnets, type SubnetDemand, type SubnetPlan, type Tier, usable } from "./subnet-plan.ts";
