import type { Namespace } from "../components/cluster/index.ts";
import { AuditTrail, type AuditTrailArgs } from "../components/security/index.ts";
import { placeOf } from "./environment.ts";
import type { Ground } from "./ground.ts";
import type { Objects } from "./objects.ts";
import type { telemetryOf } from "./telemetry.ts";

/** What the copies of the API server's log are made with. */
interface Kept {
  readonly monitoring: { readonly namespace: Namespace } | undefined;
  readonly telemetry: ReturnType<typeof telemetryOf>;
  readonly objects: Objects;
}

/** Has the API server's log kept where nobody takes it back, and the rights for emergencies counted; nothing where an environment has no `audit.api`. */
export function auditOf({ environment, on, kept }: Ground, parts: Kept): AuditTrail | undefined {
  const source = sourceOf(environment, kept, parts);
  if (source === undefined || parts.monitoring === undefined) return undefined;
  const { access, runbooks } = environment;
  const args: AuditTrailArgs = {
    namespace: parts.monitoring.namespace,
    source,
    ...(access?.breakGlass && { breakGlass: access.breakGlass }),
    // What an operator does follows from what somebody has changed, and that is recorded.
    parts: OPERATORS.map((namespace) => `system:serviceaccounts:${namespace}`),
    ...(runbooks !== undefined && { runbooks }),
  };
  return new AuditTrail("audit", args, on);
}

/** Namespaces of operators that write by the second. */
const OPERATORS = ["cert-manager", "cnpg-system"];

function sourceOf(
  environment: Ground["environment"],
  { retain }: Ground["kept"],
  { telemetry, objects }: Kept,
): AuditTrailArgs["source"] | undefined {
  const { audit } = environment;
  if (audit?.api === undefined) return undefined;
  if (audit.api.kind === "eks") {
    const aws = placeOf(environment);
    const { keep, lock } = audit.api;
    return { kind: "eks", aws, clusterName: environment.aws?.clusterName ?? "", keep, retain, ...(lock && { lock }) };
  }
  if (telemetry === undefined || objects === undefined) return undefined;
  const { folder } = audit.api;
  return {
    kind: "controlPlane",
    logs: telemetry.logging,
    archive: objects.bucket("audit"),
    ...(folder !== undefined && { folder }),
  };
}
