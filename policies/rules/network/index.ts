import { networkPolicyRequired } from "./network-policy-required.ts";

export const NETWORK = [networkPolicyRequired] as const;
