/** The rehearsal: a toolchain, an engine's home and a Kubernetes control plane of one's own, on one machine. */
export {
  type ClusterConfig,
  type ClusterNode,
  type ClusterPlan,
  clusterConfig,
  type NodeShape,
  type RealNodes,
  type Releases,
} from "./control/config.ts";
export { type RunningCluster, type StartOptions, startCluster, untilComplete } from "./control/start.ts";
export { type ClusterPlace, type ClusterStatus, clusterNames, clusterStatus } from "./control/status.ts";
export { resetCluster, type StopOptions, type Stopped, stopCluster } from "./control/stop.ts";
export {
  endFaults,
  type Fault,
  type FaultOptions,
  type FaultType,
  type FaultyCluster,
  type InjectedFault,
  injectFault,
  type KnownFault,
  listFaults,
  RefusedFault,
  untilOver,
} from "./faults/index.ts";
export { IMAGES } from "./images/index.ts";
export { type NodesOptions, prepareNodes, whyNoRealNodes } from "./nodes/index.ts";
export { cacheDirectory } from "./toolchain/cache.ts";
export { diagnose } from "./toolchain/diagnose.ts";
export type { DiagnoseOptions, Diagnosis } from "./toolchain/diagnosis.ts";
export {
  type EngineHome,
  type EngineHomeOptions,
  engineHome,
  type Plugin,
  removeEngineHome,
} from "./toolchain/engine-home.ts";
export { RehearsalError } from "./toolchain/error.ts";
export { describeHolder, type LockHolder, type LockOptions, withLock } from "./toolchain/lock.ts";
export {
  prepareToolchain,
  prepareTools,
  type Tool,
  type Toolchain,
  type ToolchainOptions,
  type Tools,
} from "./toolchain/prepare.ts";
export { commandLine, identify, isRunning, type ProcessIdentity } from "./toolchain/process.ts";
export type { Following, Progress, Report } from "./toolchain/progress.ts";
