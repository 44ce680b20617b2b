import type * as pulumi from "@pulumi/pulumi";
import { Component } from "../../core/component.ts";
import { refuse } from "../../core/invalid.ts";
import { refuseShape } from "../../core/shape.ts";
import { breakGlassRecorded } from "../break-glass.ts";
import { type AuditPolicy, apiAuditPolicy } from "./api-policy.ts";
import { shipEksLog } from "./eks.ts";
import { shipLog } from "./shipper.ts";
import type { AuditTrailArgs } from "./trail-args.ts";
import { auditTrailProblems, SHAPES } from "./trail-problems.ts";

/**
 * Who did what at the API server, kept where those who did it cannot take it back, and counted where they used the rights for emergencies. Of a control plane of one's
 * own, shippers on its nodes read the log's files; of EKS, CloudWatch sends them on.
 *
 * ```ts
 * const audit = new AuditTrail("audit", {
 *   namespace: observability,
 *   source: { kind: "controlPlane", logs: logging, archive: objects.bucket("audit") },
 *   breakGlass: ["platform-break-glass"],
 * });
 * ```
 */
export class AuditTrail extends Component {
  /** What `--audit-policy-file` of the API server must say, so that what is shipped is there; nothing on EKS, where it is AWS' own. */
  readonly policy: AuditPolicy | undefined;

  constructor(name: string, args: AuditTrailArgs, opts?: pulumi.ComponentResourceOptions) {
    const subject = `AuditTrail "${name}"`;
    refuseShape(subject, args, SHAPES);
    refuse(subject, auditTrailProblems(name, args));
    const { source, breakGlass = [], parts } = args;
    const policy = apiAuditPolicy({ groups: breakGlassRecorded(breakGlass), ...(parts && { parts }) });
    super("security:AuditTrail", name, opts, [args.namespace]);
    if (source.kind === "eks") shipEksLog(name, args, source, this.children());
    else shipLog(name, args, source, this.children());
    this.policy = source.kind === "eks" ? undefined : policy;
    this.registerOutputs({ policy: this.policy });
  }
}
