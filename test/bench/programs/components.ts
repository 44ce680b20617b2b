/** Many services in one namespace, as a team would declare them. */
import { Cluster, Namespace } from "../../../components/cluster/index.ts";
import { Microservice } from "../../../components/workload/index.ts";
import { benchInput } from "./input.ts";

export interface ComponentsInput {
  readonly context: string;
  readonly zones: readonly string[];
  readonly services: number;
}

const { context, zones, services } = benchInput<ComponentsInput>();
const cluster = new Cluster("cluster", { context, operators: "provided" });
const on = { provider: cluster.provider, dependsOn: cluster };
const quota = { cpu: "500", memory: "1000Gi", pods: 2_000 } as const;
const namespace = new Namespace("bench", { quota }, on);
for (let index = 1; index <= services; index++) {
  const name = `service-${index}`;
  new Microservice(name, { namespace, zones, image: `plumbline.dev/bench/${name}:0.1.0` }, on);
}
