import { describe, expect, test } from "vitest";
import { missingIn } from "../../testing/aws-types.ts";
import { ACCESS_LOGS } from "../audit/access-log-required.ts";
import { auditTable } from "../audit/audit-log-table.ts";
import { MONITORING } from "../audit/detailed-monitoring-required.ts";
import { retentionTable } from "../audit/log-retention-min.ts";
import { AT_REST } from "../encryption/at-rest-table.ts";
import { CUSTOMER_KEYS } from "../encryption/customer-key-table.ts";
import { IN_TRANSIT } from "../encryption/in-transit-table.ts";
import { tlsTable } from "../encryption/tls-version-table.ts";
import { backupTable } from "../recovery/backup-table.ts";
import { DELETION } from "../recovery/deletion-protection-required.ts";
import { FINAL_SNAPSHOT } from "../recovery/final-snapshot-required.ts";
import { POINT_IN_TIME } from "../recovery/point-in-time-recovery-required.ts";
import { AWS_STORES } from "../recovery/stateful-protected.ts";
import { ENDPOINT } from "./cluster-endpoint-private.ts";
import { EXPOSURE } from "./exposure-table.ts";
import { ATTACHMENTS } from "./iam-wildcard-forbidden.ts";
import { repositoryTable } from "./image-repository-hardened.ts";
import { metadataTable } from "./instance-metadata-protected.ts";
import { MINOR_UPGRADES } from "./minor-upgrades-automatic.ts";
import { MULTI_AZ } from "./multi-az-required.ts";
import { IDENTITY_POLICIES, RESOURCE_POLICIES, TRUST_POLICIES } from "./policy-documents.ts";
import { DESCRIBED } from "./security-group-described.ts";

/** What AWS says of a resource and nobody declares: rules judge it where a stack's outputs, or a static input, have it. */
const OUTPUTS = new Set([
  "aws:neptune/clusterSnapshot:ClusterSnapshot kmsKeyId",
  "aws:neptune/clusterSnapshot:ClusterSnapshot storageEncrypted",
  "aws:rds/clusterSnapshot:ClusterSnapshot storageEncrypted",
]);

const TABLES = {
  AT_REST,
  CUSTOMER_KEYS,
  IN_TRANSIT,
  TLS: tlsTable(12),
  BACKUP: backupTable({ databases: 5, caches: 1, warehouses: 1 }),
  POINT_IN_TIME,
  DELETION,
  MULTI_AZ,
  EXPOSURE,
  ENDPOINT,
  METADATA: metadataTable(1),
  MINOR_UPGRADES,
  DESCRIBED,
  FINAL_SNAPSHOT,
  AUDIT_LOGS: auditTable([]),
  ACCESS_LOGS,
  RETENTION: retentionTable(1),
  MONITORING,
  REPOSITORIES: repositoryTable(true),
};

describe.each(Object.entries(TABLES))("%s", (_name, table) => {
  test.each(Object.entries(table))("%s has these settings in @pulumi/aws", (token, settings) => {
    const missing = settings
      .filter(({ at }) => !OUTPUTS.has(`${token} ${at}`))
      .flatMap(({ at }) => missingIn(token, at) ?? []);
    expect(missing).toEqual([]);
  });
});

describe.each(Object.entries({ IDENTITY_POLICIES, RESOURCE_POLICIES, TRUST_POLICIES, ATTACHMENTS }))(
  "%s",
  (_name, table) => {
    test.each(Object.entries(table))("%s has these properties in @pulumi/aws", (token, paths) => {
      expect([paths].flat().flatMap((path) => missingIn(token, path) ?? [])).toEqual([]);
    });
  },
);

test.each([...AWS_STORES])("%s is a resource of @pulumi/aws", (token) => {
  expect(missingIn(token, "-")).not.toContain("no resource");
});

test("a name that the SDK does not have is noticed", () => {
  expect(missingIn("aws:rds/instance:Instanze", "storageEncrypted")).toBe("no resource aws:rds/instance:Instanze");
  expect(missingIn("aws:rds/instance:Instance", "storageEncripted")).toContain("has no storageEncripted");
  expect(missingIn("aws:ec2/instance:Instance", "rootBlockDevice.encripted")).toContain("has no encripted");
  expect(missingIn("aws:ec2/instance:Instance", "ebsBlockDevices")).toBeUndefined();
  expect(missingIn("aws:ec2/instance:Instance", "ebsBlockDevices.encrypted")).toContain("is a list");
  expect(missingIn("aws:ec2/instance:Instance", "rootBlockDevice[].encrypted")).toContain("is no list");
});
