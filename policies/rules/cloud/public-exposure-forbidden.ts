import { awsType } from "../../core/aws.ts";
import { broken, isIn } from "../../core/aws-settings.ts";
import { defineRule, type Violation } from "../../core/rule.ts";
import type { StackObject } from "../../core/stack-object.ts";
import { eachKnown } from "../../core/unknown.ts";
import { EXPOSURE } from "./exposure-table.ts";
import { hasOpenings, openPorts, portsOf, RISKY_PORTS } from "./open-ports.ts";
import { allowances, isForEverybody, RESOURCE_POLICIES } from "./policy-documents.ts";
import { hasAcl, openBucket } from "./public-bucket.ts";

export const publicExposureForbidden = defineRule({
  id: "public-exposure-forbidden",
  section: "security",
  title: "Nothing in AWS can be reached or used by anybody but what is meant to be",
  severity: "critical",
  why: "what the whole internet can reach is found within minutes, and one weak password or hole is enough",
  fix: "take the public address, source or principal away, and name those who need it",
  frameworks: ["SOC2:CC6.6", "PCI-DSS-4.0:1.3.1"],
  scope: "stack",
  exemptable: true,
  params: {
    forbiddenPorts: {
      type: "array",
      items: { type: "string" },
      default: RISKY_PORTS,
      description: "Ports that a security group may not open to the whole internet.",
    },
    bucketBlockRequired: {
      type: "boolean",
      default: false,
      description: "Demand a block of public access for each bucket, also where S3's own default would do.",
    },
  },
  subjects: (object) =>
    isIn(EXPOSURE, object) ||
    hasOpenings(object) ||
    hasAcl(object) ||
    Object.hasOwn(RESOURCE_POLICIES, awsType(object)),
  *check(object, { forbiddenPorts, bucketBlockRequired }, stack) {
    yield* eachKnown(
      [
        () => broken(EXPOSURE, object),
        () => (hasOpenings(object) ? openPorts(object, portsOf(forbiddenPorts)) : []),
        () => (hasAcl(object) ? openBucket(object, bucketBlockRequired, stack) : []),
        () => openPolicies(object),
      ],
      (part) => part(),
    );
  },
});

function openPolicies(object: StackObject): Generator<Violation> {
  return eachKnown(allowances(object, RESOURCE_POLICIES), function* (statement) {
    if (!isForEverybody(statement)) return;
    yield {
      path: statement.path,
      given: "a statement that lets everybody in",
      wanted: "principals by name, or a Condition that names them",
    };
  });
}
