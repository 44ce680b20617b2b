import { Namespace } from "../components/cluster/index.ts";
import { Logging, PLATFORM, Tracing } from "../components/observability/index.ts";
import type { Ground } from "./ground.ts";
import type { Objects } from "./objects.ts";

/** Whose logs are kept apart: the shop's, and those of all else. */
const SHOP = "shop";
const TENANTS = [SHOP, PLATFORM] as const;

/** Where traces and logs go, and whose logs there are; nothing collects them where an environment has no `telemetry`. */
export function telemetryOf({ environment, on, placed, kept }: Ground, shop: Namespace, objects: Objects) {
  const { telemetry, namespaces, retention } = environment;
  if (telemetry === undefined || namespaces.telemetry === undefined) return undefined;
  const namespace = new Namespace("shop-telemetry", { quota: namespaces.telemetry }, on);
  const shared = { namespace, ...placed, ...kept };
  const tracing = new Tracing("traces", { ...shared, ...telemetry.traces, retention: retention.traces }, on);
  const store = { kind: "loki", ...telemetry.logs, ...(objects && { bucket: objects.bucket("logs") }) } as const;
  const tenants = { [SHOP]: { namespaces: [shop.name], retention: retention.logs } };
  const logging = new Logging("logs", { ...shared, store, retention: retention.logs, tenants }, on);
  return { namespace, tracing, logging, tenants: TENANTS };
}
