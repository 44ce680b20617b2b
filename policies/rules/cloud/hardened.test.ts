import { readFileSync } from "node:fs";
import { join } from "node:path";
import { load } from "js-yaml";
import { expect, test } from "vitest";
import { evaluate } from "../../core/evaluate.ts";
import type { Resource } from "../../core/resource.ts";
import type { Rule } from "../../core/rule.ts";
import { AUDIT } from "../audit/index.ts";
import { ENCRYPTION } from "../encryption/index.ts";
import { RECOVERY } from "../recovery/index.ts";
import { CLOUD } from "./index.ts";

const hardened = load(readFileSync(join(import.meta.dirname, "hardened.stack.yaml"), "utf8")) as Resource[];

const RULES = [...CLOUD, ...ENCRYPTION, ...RECOVERY, ...AUDIT] as unknown as readonly Rule[];

/** The rules that speak of a resource of AWS, told by what they find in a stack. */
const judged = (resources: readonly Resource[]) => evaluate(resources, { rules: RULES });

test("the rules can all be kept at once", () => {
  const broken = judged(hardened)
    .filter(({ verdict }) => verdict !== "pass")
    .map(
      ({ rule, object, violations }) => `${rule.id}: ${object.label}: ${violations[0]?.path} ${violations[0]?.given}`,
    );
  expect(broken).toEqual([]);
});

test("each resource of it is judged by some rule, but for those that speak for another", () => {
  const objects = new Set(judged(hardened).map(({ object }) => object.resource));
  const helpers = hardened.filter((resource) => !objects.has(resource)).map(({ type }) => type);
  expect(helpers).toEqual([
    "aws:ec2/flowLog:FlowLog",
    "aws:s3/bucketVersioning:BucketVersioning",
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
    "aws:s3/bucketLogging:BucketLogging",
  ]);
});

test("of resources of which nothing is said, many rules are broken", () => {
  const bare = hardened.map((resource) => ({ ...resource, props: {}, options: { protect: false } }));
  const rules = new Set(
    judged(bare)
      .filter(({ verdict }) => verdict === "fail")
      .map(({ rule }) => rule.id),
  );
  expect([...rules].sort()).toEqual([
    "access-log-required",
    "audit-log-required",
    "backup-retention-min",
    "cluster-endpoint-private",
    "customer-key-required",
    "deletion-protection-required",
    "detailed-monitoring-required",
    "encryption-at-rest-required",
    "encryption-in-transit-required",
    "final-snapshot-required",
    "image-repository-hardened",
    "instance-metadata-protected",
    "log-retention-min",
    "multi-az-required",
    "point-in-time-recovery-required",
    "public-exposure-forbidden",
    "security-group-described",
    "stateful-protected",
  ]);
});
