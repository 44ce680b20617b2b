import { Namespace } from "../components/cluster/index.ts";
import type { Duration } from "../components/core/index.ts";
import { Logging, PLATFORM, Profiling, Tracing } from "../components/observability/index.ts";
import { AUDIT_TENANT } from "../components/security/index.ts";
import type { Ground } from "./ground.ts";
import type { Objects } from "./objects.ts";

/** Whose logs and profiles are kept apart: the shop's, and those of all else. */
const SHOP = "shop";
const TENANTS = [SHOP, PLATFORM] as const;

/** Where traces, logs and profiles go, and whose there are; nothing collects them where an environment has no `telemetry`. */
export function telemetryOf({ environment, on, placed, kept }: Ground, shop: Namespace, objects: Objects) {
  const { telemetry, namespaces, retention } = environment;
  if (telemetry === undefined || namespaces.telemetry === undefined) return undefined;
  const namespace = new Namespace("shop-telemetry", { quota: namespaces.telemetry }, on);
  const shared = { namespace, ...placed, ...kept };
  const keeping = (period: Duration) => ({
    retention: period,
    tenants: { [SHOP]: { namespaces: [shop.name], retention: period } },
  });
  const tracing = new Tracing("traces", { ...shared, ...telemetry.traces, retention: retention.traces }, on);
  const { disk, ...sizes } = telemetry.logs;
  const store = { kind: "loki", disk, ...(objects && { bucket: objects.bucket("logs") }) } as const;
  const records = environment.audit?.api?.kind === "controlPlane" && {
    records: { [AUDIT_TENANT]: environment.audit.api.keep },
  };
  const logging = new Logging("logs", { ...shared, store, ...sizes, ...keeping(retention.logs), ...records }, on);
  const { profiles } = telemetry;
  if (profiles === undefined || retention.profiles === undefined)
    return { namespace, tracing, logging, profiling: undefined, tenants: TENANTS };
  const bucket = objects && { bucket: objects.bucket("profiles") };
  const args = { ...shared, ...profiles, ...bucket, ...keeping(retention.profiles) };
  return { namespace, tracing, logging, profiling: new Profiling("profiles", args, on), tenants: TENANTS };
}
