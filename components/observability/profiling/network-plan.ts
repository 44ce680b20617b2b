import type { types } from "@pulumi/kubernetes";
import { selector } from "../../core/labels.ts";
import { admit, admitPrometheus, reach } from "../../core/network.ts";
import type { Destination, Pods } from "../../core/usage.ts";
import type { CompleteArgs } from "./args.ts";
import { PORTS } from "./config.ts";
import type { Part } from "./needs.ts";
import { facing, PEER } from "./plan.ts";

/** Who takes part beside its own pods: who sends profiles, who looks them up, and where the bucket is. */
export interface Users {
  readonly senders: readonly Pods[];
  readonly readers: readonly Pods[];
  readonly bucket: readonly Destination[];
}

/** Services come in to those that take profiles, Grafana to those that answer; parts talk to each other, and to the bucket. */
export function networkPlan(
  name: string,
  { target }: Part,
  args: Pick<CompleteArgs, "namespace" | "bucket">,
  { senders, readers, bucket }: Users,
): types.input.networking.v1.NetworkPolicySpec {
  const { takes, answers } = facing(args);
  const own = { namespace: args.namespace.name, podLabels: { ...selector(name), ...PEER } };
  const ports = Object.values(PORTS);
  return {
    podSelector: { matchLabels: selector(name, target) },
    policyTypes: ["Ingress", "Egress"],
    ingress: [
      ...admit([own], ports),
      ...admit([...(target === takes ? senders : []), ...(target === answers ? readers : [])], [PORTS.http]),
      admitPrometheus(PORTS.http),
    ],
    egress: reach([...ports.map((port) => ({ ...own, port })), ...bucket]),
  };
}
