export { FeatureFlags, type FeatureFlagsArgs } from "./feature-flags.ts";
export type { FlagDefinition, FlagDefinitions, FlagValue, Variant } from "./flag-definition.ts";
export {
  all,
  any,
  type Condition,
  endsWith,
  is,
  not,
  type Rule,
  type Shares,
  startsWith,
  version,
} from "./targeting.ts";
