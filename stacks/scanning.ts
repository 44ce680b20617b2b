import type { Namespace } from "../components/cluster/index.ts";
import { Scanning } from "../components/observability/index.ts";
import type { Ground } from "./ground.ts";
import { scanningArgs } from "./scanning-schema.ts";

/** Has what scanners find told, and shown beside a namespace's own dashboards; nothing where an environment says nothing of scans. */
export function makeScanning({ environment, on, placed }: Ground, namespace: Namespace): void {
  if (environment.scanning === undefined) return;
  new Scanning("scans", { namespace, ...placed, ...scanningArgs(environment.scanning) }, on);
}
