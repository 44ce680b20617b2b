import { awsType, namesOf, pointer, pointers, switched } from "../../core/aws.ts";
import { broken, isIn } from "../../core/aws-settings.ts";
import { defineRule, type Violation } from "../../core/rule.ts";
import type { Stack } from "../../core/stack.ts";
import type { StackObject } from "../../core/stack-object.ts";
import { someKnown } from "../../core/unknown.ts";
import { auditTable } from "./audit-log-table.ts";

const WAREHOUSE = "aws:redshift/cluster:Cluster";
const WAREHOUSE_LOGGING = "aws:redshift/logging:Logging";

/** Any logs will do to tell which types are judged. */
const TYPES = auditTable([]);

const clusterOf = (logging: StackObject) => pointer(logging, WAREHOUSE, "clusterIdentifier");

export const auditLogRequired = defineRule({
  id: "audit-log-required",
  section: "compliance",
  title: "Clusters, databases and trails in AWS record what was done, and by whom",
  severity: "high",
  why: "after a break-in nobody can say what was read or changed, nor prove to an auditor that nothing was",
  fix: "switch the audit log on where the resource is declared",
  frameworks: ["SOC2:CC7.2", "PCI-DSS-4.0:10.2.1"],
  scope: "stack",
  optOut: "auditLog",
  exemptable: true,
  params: {
    clusterLogs: {
      type: "array",
      items: { type: "string", enum: ["api", "audit", "authenticator", "controllerManager", "scheduler"] },
      default: ["api", "audit", "authenticator", "controllerManager", "scheduler"],
      description: "The logs of its control plane that an EKS cluster keeps.",
    },
  },
  subjects: (object) => isIn(TYPES, object) || awsType(object) === WAREHOUSE,
  *check(object, { clusterLogs }, stack) {
    if (awsType(object) === WAREHOUSE) yield* warehouse(object, stack);
    else yield* broken(auditTable(clusterLogs), object);
  },
});

/** A warehouse says it itself, as it did before version 7 of the provider, or another resource says it for the warehouse. */
function* warehouse(object: StackObject, stack: Stack): Generator<Violation> {
  const own = object.root.at("logging", "enable");
  const names = namesOf(object, "clusterIdentifier");
  const apart = pointers(stack, WAREHOUSE_LOGGING, clusterOf, names);
  const holds = [() => switched(own) === true, ...apart.map((one) => () => names.includes(clusterOf(one)))];
  if (someKnown(holds, (hold) => hold())) return;
  yield {
    path: own.path,
    given: "without an audit log",
    wanted: "an aws.redshift.Logging of the stack for this cluster",
  };
}
