import { Namespace } from "../components/cluster/index.ts";
import { ReleaseController } from "../components/delivery/index.ts";
import type { Monitoring } from "../components/observability/index.ts";
import type { Ground } from "./ground.ts";
import { metricsFrom } from "./monitoring.ts";

/** Where it runs what carries releases out. */
export const RELEASES_NAMESPACE = "plumbline-delivery";

/** Makes what carries releases out; none in a rehearsal, which has one by itself. */
export function makeReleaseController({ environment, on }: Ground, monitoring: Monitoring | undefined): void {
  const { controller } = environment.releases;
  if (controller === undefined) return;
  const prometheus = metricsFrom(controller.prometheus, monitoring);
  const namespace = new Namespace(RELEASES_NAMESPACE, { quota: { cpu: "4", memory: "1Gi", pods: 12 } }, on);
  const shared = { namespace, zones: environment.zones, image: controller.image };
  new ReleaseController("release-controller", { ...shared, ...(prometheus && { prometheus }) }, on);
}
