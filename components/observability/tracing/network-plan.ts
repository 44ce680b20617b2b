import type { types } from "@pulumi/kubernetes";
import { selector } from "../../core/labels.ts";
import { admit, admitScrapers, reach } from "../../core/network.ts";
import type { Pods } from "../../core/usage.ts";
import { METRICS_PORT, OTLP_GRPC_PORT } from "../collector/config.ts";
import type { CompleteArgs } from "./args.ts";
import { SPAN_METRICS_PORT } from "./collector-config.ts";
import { QUERY_GRPC_PORT, QUERY_PORT } from "./jaeger-config.ts";
import { type Part, PORTS } from "./plan.ts";

/** Who takes part beside its own pods: who sends spans, and who looks traces up. */
export interface Users {
  readonly senders: readonly Pods[];
  readonly readers: readonly Pods[];
}

/** Spans go one way: from services to collectors, to samplers, to Jaeger, and out to where it keeps them. Nobody else comes in. */
export function networkPlan(
  name: string,
  part: Part,
  { namespace, storage }: Pick<CompleteArgs, "namespace" | "storage">,
  { senders, readers }: Users,
): types.input.networking.v1.NetworkPolicySpec {
  const pods = (of: Part) => ({ namespace: namespace.name, podLabels: selector(name, of) });
  const to = (of: Part) => reach([{ ...pods(of), port: OTLP_GRPC_PORT }]);
  const indices = "at" in storage ? storage.at : [];
  const ways = {
    collector: { ingress: admit(senders, Object.values(PORTS.collector)), egress: to("sampler") },
    sampler: {
      ingress: [...admit([pods("collector")], [OTLP_GRPC_PORT]), admitScrapers(SPAN_METRICS_PORT)],
      egress: to("jaeger"),
    },
    jaeger: {
      ingress: [...admit([pods("sampler")], [OTLP_GRPC_PORT]), ...admit(readers, [QUERY_PORT, QUERY_GRPC_PORT])],
      egress: reach(indices),
    },
  }[part];
  return {
    podSelector: { matchLabels: pods(part).podLabels },
    policyTypes: ["Ingress", "Egress"],
    ingress: [...ways.ingress, admitScrapers(METRICS_PORT)],
    egress: ways.egress,
  };
}
