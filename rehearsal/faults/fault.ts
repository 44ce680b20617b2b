import { RehearsalError } from "../toolchain/error.ts";

/** What every fault that lasts takes. */
interface Lasting {
  /** From its beginning on; then it undoes itself. `90s`, `1m30s`: 1 s to 1 h. Default {@link DEFAULTS}: a minute. */
  readonly duration?: string;
}

interface OnNode extends Lasting {
  readonly node: string;
}

/** Kills pods at once, without grace. Nothing of it lasts, and nothing can be undone: their controllers replace them. */
interface PodKill {
  readonly type: "pod-kill";
  readonly namespace: string;
  /** A label selector, as kubectl takes it: `app=web`. */
  readonly selector: string;
  /** All of them. Default: one, chosen at random. */
  readonly all?: boolean;
}

/** The node loses its power: every process of it ends at once. Undone, it starts with what it had kept. */
interface NodeKill extends OnNode {
  readonly type: "node-kill";
}

/** The node runs on, and nothing reaches it or is reached by it. */
interface NodePartition extends OnNode {
  readonly type: "node-partition";
}

/** All nodes of the zone lose their power. */
interface ZoneLoss extends Lasting {
  readonly type: "zone-loss";
  readonly zone: string;
}

/** The node takes no more pods, and those on it are evicted as fast as disruption budgets allow. */
interface Drain extends OnNode {
  readonly type: "drain";
}

/** A process keeps processors busy, in the node's own control group. */
interface CpuHog extends OnNode {
  readonly type: "cpu-hog";
  /** Kubernetes quantity, `10m` up to what the node has: `1`, `1500m`. Default {@link DEFAULTS}. */
  readonly cpu?: string;
}

/** The kubelet takes its disk for full: it reports pressure and evicts pods. Nothing is written, and no write fails. */
interface DiskFull extends OnNode {
  readonly type: "disk-full";
}

/** The programs in the node's containers read another time of day. Not the kubelet, and not file times. */
interface ClockSkew extends OnNode {
  readonly type: "clock-skew";
  /** Ahead, or behind with a hyphen, in whole seconds: `5m`, `-90s`. At most 24 h. Default {@link DEFAULTS}. */
  readonly skew?: string;
}

/** Every packet on the node's cable takes longer. */
interface SlowNetwork extends OnNode {
  readonly type: "slow-network";
  /** Each way, so that a round trip takes twice as much longer. `1ms` to `10s`. Default {@link DEFAULTS}. */
  readonly latency?: string;
  /** So much more or less, differently for each packet; at most the latency. Default: none. */
  readonly jitter?: string;
}

/** Packets on the node's cable are lost. */
interface PacketLoss extends OnNode {
  readonly type: "packet-loss";
  /** So many in a hundred, each way. A whole number, 1 to 100. Default {@link DEFAULTS}. */
  readonly percent?: number;
}

/** A fault to make. */
export type Fault =
  | PodKill
  | NodeKill
  | NodePartition
  | ZoneLoss
  | Drain
  | CpuHog
  | DiskFull
  | ClockSkew
  | SlowNetwork
  | PacketLoss;

export type FaultType = Fault["type"];

/** What is not given. */
export const DEFAULTS = { duration: "60s", cpu: "1", skew: "5m", latency: "100ms", percent: 10 } as const;

/** A fault that was made, as the cluster tells of it. */
export interface KnownFault {
  /** Unique in the cluster. */
  readonly name: string;
  readonly type: FaultType;
  /** For people: `node local-b-2`. */
  readonly target: string;
  /** `Pending`: not looked at yet. `Failed`: it cannot be, and does nothing. `Over`: done, and nothing of it lasts. */
  readonly phase: "Pending" | "Active" | "Failed" | "Over";
  readonly since: Date;
  /** When it undoes itself. Of a `pod-kill`, when it is forgotten. */
  readonly until: Date;
  /** Why it failed, what it has done, what holds it up; may be empty. */
  readonly message: string;
}

/** The fault is not one that can be made, by its values or by what the cluster has. Nothing suffers from it. */
export class RefusedFault extends RehearsalError {}
