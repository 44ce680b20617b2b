/** Faults: what a rehearsal cluster is made to suffer, each for a time, each with an undo. */
export { type Fault, type FaultType, type KnownFault, RefusedFault } from "./fault.ts";
export {
  endFaults,
  type FaultOptions,
  type FaultyCluster,
  type InjectedFault,
  injectFault,
  listFaults,
  untilOver,
} from "./faults.ts";
