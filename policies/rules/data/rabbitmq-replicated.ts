import { defineRule, violation } from "../../core/rule.ts";

/** Types of queue that RabbitMQ keeps on several nodes. */
const REPLICATED = ["quorum", "stream"];

export const rabbitmqReplicated = defineRule({
  id: "rabbitmq-replicated",
  section: "reliability",
  title: "RabbitMQ runs on an odd number of nodes, and its queues are kept on several of them",
  severity: "high",
  why: "a classic queue is gone with its node, and an even number of nodes can split into halves of which none may go on",
  fix: "spec.replicas: 3 (RabbitmqCluster), spec.type: quorum (Queue)",
  frameworks: ["ISO-27001-2022:A.8.14"],
  scope: "resource",
  optOut: "replication",
  exemptable: true,
  params: {
    minNodes: { type: "integer", minimum: 1, default: 3, description: "How many nodes a cluster has at least." },
  },
  subjects: ({ group, kind }) => group === "rabbitmq.com" && (kind === "RabbitmqCluster" || kind === "Queue"),
  *check({ kind, root }, { minNodes }) {
    const spec = root.at("spec");
    if (kind === "Queue") {
      const [type, args] = [spec.at("type"), spec.at("arguments", "x-queue-type")];
      const isKept = REPLICATED.includes(type.text() ?? "") || REPLICATED.includes(args.text() ?? "");
      if (isKept || spec.at("autoDelete").boolean()) return;
      yield violation(type, "quorum or stream", { fix: "spec.type: quorum" });
      return;
    }
    const replicas = spec.at("replicas");
    const count = replicas.number() ?? 1;
    if (count >= minNodes && count % 2 === 1) return;
    const odd = minNodes % 2 === 1 ? minNodes : minNodes + 1;
    const wanted = `an odd number of nodes, at least ${minNodes}`;
    yield violation(replicas, wanted, { fix: `spec.replicas: ${Math.max(odd, count + 1 - (count % 2))}` });
  },
});
