/** A gateway and many services, as a team would declare them. */
import { Cluster, Namespace } from "../../../components/cluster/index.ts";
import { Gateway, Issuer } from "../../../components/edge/index.ts";
import { Application } from "../../../components/workload/index.ts";
import { benchInput } from "./input.ts";

export interface ComponentsInput {
  readonly context: string;
  readonly zones: readonly string[];
  readonly services: number;
}

const { context, zones, services } = benchInput<ComponentsInput>();
const cluster = new Cluster("cluster", { context, operators: "provided" });
const on = { provider: cluster.provider, dependsOn: cluster };
const quota = { cpu: "500", memory: "1000Gi", pods: 2_000 };
const namespace = new Namespace("bench", { quota, attachesRoutes: true }, on);
const edge = new Namespace("bench-edge", { quota }, on);
const issuer = new Issuer("internal", { authority: "private" }, on);
const gateway = new Gateway(
  "gateway",
  { namespace: edge, host: "bench.plumbline.test", issuer, implementation: "rehearsal" },
  on,
);
const images = { registry: "plumbline.dev/bench", version: "0.1.0" };
const application = new Application("bench", { namespace, zones, images, gateway }, on);
for (let index = 1; index <= services; index++) application.service(`service-${index}`, { route: true });
