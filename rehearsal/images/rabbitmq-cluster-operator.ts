import { join } from "node:path";
import type { ImageDescription } from "./description.ts";

const VERSION = "2.16.0";

/** RabbitMQ's cluster operator. It needs nothing beside it: what it runs in a broker's pod, it runs with the broker's own tools. */
export const RABBITMQ_CLUSTER_OPERATOR: ImageDescription = {
  reference: `docker.io/rabbitmqoperator/cluster-operator:${VERSION}`,
  about: "rabbitmq-cluster-operator",
  standIn: {
    for: `RabbitMQ's cluster operator ${VERSION}`,
    differs: "Built from the same sources, for this machine's architecture alone.",
  },
  layers: [
    {
      kind: "go",
      tool: {
        name: "rabbitmq-cluster-operator",
        version: VERSION,
        moduleDir: join(import.meta.dirname, "rabbitmq-cluster-operator"),
        package: "github.com/rabbitmq/cluster-operator/v2",
        ldflags: [],
        smoke: ["-h"],
        links: [],
      },
      to: "/manager",
    },
  ],
  entrypoint: ["/manager"],
};
