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
