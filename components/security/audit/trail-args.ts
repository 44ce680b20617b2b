import type { types } from "@pulumi/kubernetes";
import type { Namespace } from "../../cluster/namespace.ts";
import type { OptOut } from "../../core/opt-out.ts";
import type { Resources } from "../../core/resources.ts";
import type { Transform } from "../../core/transform.ts";
import type { Bucket } from "../../data/object-store/bucket.ts";
import type { Logging } from "../../observability/logging/logging.ts";
import type { EksLogArgs } from "./eks-args.ts";

/** A control plane of one's own: its API server writes files on nodes that pods may run on. */
export interface ControlPlaneLog {
  readonly kind: "controlPlane";
  /**
   * The folder of `--audit-log-path` on each of those nodes, `/var/log/kubernetes/audit` by default. The group 0 must be able to read what is in it: docs/audit.md has
   * the commands.
   */
  readonly folder?: string;
  /** Which nodes have one: `node-role.kubernetes.io/control-plane` by default, as kubeadm and its like label them. */
  readonly nodes?: Readonly<Record<string, string>>;
  /** Keeps a copy to be asked: of a Logging with `records: { audit: "400d" }`. None by default. */
  readonly logs?: Logging;
  /** Keeps a copy that nobody can take back: the shippers may add objects to it and do nothing else. Or why none is kept. */
  readonly archive: Bucket | OptOut;
  /** Of each shipper; 50m to 500m processor and 128Mi to 256Mi by default. */
  readonly resources?: Resources;
  readonly transform?: { readonly shipper?: Transform<types.input.apps.v1.DaemonSet> };
}

export interface AuditTrailArgs {
  /** Where its alerts and its dashboard stand. */
  readonly namespace: Namespace;
  /** Who has the API server's log. */
  readonly source: ControlPlaneLog | EksLogArgs;
  /** Groups with the rights for emergencies, whose every request is recorded and counted: those of `Access`. None by default. */
  readonly breakGlass?: readonly string[];
  /** Groups of further parts of the cluster whose doings are left out, as in {@link apiAuditPolicy}. */
  readonly parts?: readonly string[];
  /** Where people read `docs/runbooks`: every alert leads to its section. */
  readonly runbooks?: string;
}

/** The tenant of Loki that audit events are kept under. */
export const AUDIT_TENANT = "audit";
/** Where most have `--audit-log-path`; docs/audit.md says it, too. */
const FOLDER = "/var/log/kubernetes/audit";
const CONTROL_PLANE = { "node-role.kubernetes.io/control-plane": "" };
const SHIPPER: Resources = { requests: { cpu: "50m", memory: "128Mi" }, limits: { cpu: "500m", memory: "256Mi" } };

/** A source on nodes with every default filled in. */
export function completeControlPlane(source: ControlPlaneLog) {
  return { folder: FOLDER, nodes: CONTROL_PLANE as Readonly<Record<string, string>>, resources: SHIPPER, ...source };
}

export type CompleteControlPlane = ReturnType<typeof completeControlPlane>;
