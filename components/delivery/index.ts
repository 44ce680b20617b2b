export { FeatureFlags, type FeatureFlagsArgs } from "./feature-flags.ts";
export type { FlagDefinition, FlagDefinitions, FlagValue, Variant } from "./flag-definition.ts";
export { releaseQueries } from "./objective-queries.ts";
export {
  type Analysis,
  type BlueGreen,
  blueGreen,
  type Canary,
  canary,
  type Metric,
  type Release,
  type Rolling,
  rolling,
} from "./release.ts";
export { ReleaseController, type ReleaseControllerArgs } from "./release-controller.ts";
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
