import type { types } from "@pulumi/kubernetes";

/**
 * One pod at a time may be taken away, and one that is not ready at any time: it serves nobody, and would keep its node from being emptied for
 * as long as it is not well. Not for what has a quorum on disks: there a pod that catches up is let go only while enough others are well.
 */
export function oneAtATime(
  matchLabels: Readonly<Record<string, string>>,
): types.input.policy.v1.PodDisruptionBudgetSpec {
  return {
    maxUnavailable: 1,
    unhealthyPodEvictionPolicy: "AlwaysAllow",
    selector: { matchLabels: { ...matchLabels } },
  };
}
