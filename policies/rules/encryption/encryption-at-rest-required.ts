import { awsType, documentAt, switched } from "../../core/aws.ts";
import { broken, isIn } from "../../core/aws-settings.ts";
import { defineRule, type Violation, violation } from "../../core/rule.ts";
import type { StackObject } from "../../core/stack-object.ts";
import { AT_REST } from "./at-rest-table.ts";
import { clusterDecides } from "./snapshots.ts";

const EMR = "aws:emr/securityConfiguration:SecurityConfiguration";

/** Provisioners whose disks are encrypted only on demand; Google's and Azure's always are. */
const PROVISIONERS = new Set(["ebs.csi.aws.com", "kubernetes.io/aws-ebs", "ebs.csi.eks.amazonaws.com"]);

export const encryptionAtRestRequired = defineRule({
  id: "encryption-at-rest-required",
  section: "security",
  title: "What stores data in AWS, and the disks of the cluster, are encrypted",
  severity: "high",
  why: "a lost disk, a shared snapshot or a copied backup can be read by whoever holds it",
  fix: "switch encryption on where the resource is declared; most stores must be made anew for it, so do it from the start",
  frameworks: ["SOC2:CC6.1", "PCI-DSS-4.0:3.5.1", "GDPR:Art.32"],
  scope: "stack",
  optOut: "encryption",
  exemptable: true,
  params: {},
  subjects: (object) => isIn(AT_REST, object) || isStorageClass(object) || awsType(object) === EMR,
  *check(object, _params, stack) {
    if (isStorageClass(object)) yield* storageClass(object);
    else if (awsType(object) === EMR) yield* mapReduce(object);
    else if (!clusterDecides(object, stack)) yield* broken(AT_REST, object);
  },
});

function isStorageClass({ group, kind }: StackObject): boolean {
  return kind === "StorageClass" && group === "storage.k8s.io";
}

function* storageClass(object: StackObject): Generator<Violation> {
  if (!PROVISIONERS.has(object.root.at("provisioner").text() ?? "")) return;
  const encrypted = object.root.at("parameters", "encrypted");
  if (switched(encrypted) === true) return;
  yield violation(encrypted, '"true"', { fix: 'parameters: { encrypted: "true" }' });
}

/** EMR keeps its settings as JSON. */
function* mapReduce(object: StackObject): Generator<Violation> {
  const configuration = object.root.at("configuration");
  const settings = documentAt(configuration)?.at("EncryptionConfiguration");
  if (settings?.at("EnableAtRestEncryption").boolean() !== true) {
    yield {
      path: configuration.path,
      given: "without encryption at rest",
      wanted: "EncryptionConfiguration.EnableAtRestEncryption: true",
    };
    return;
  }
  const disk = settings.at("AtRestEncryptionConfiguration", "LocalDiskEncryptionConfiguration");
  if (!disk.absent && disk.at("EnableEbsEncryption").boolean() !== false) return;
  yield {
    path: configuration.path,
    given: "without encryption of local disks",
    wanted: "AtRestEncryptionConfiguration.LocalDiskEncryptionConfiguration, with EnableEbsEncryption: true",
  };
}
