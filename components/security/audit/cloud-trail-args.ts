import type { TrailArgs } from "@pulumi/aws/cloudtrail/trail.js";
import type * as pulumi from "@pulumi/pulumi";
import type { Problem } from "../../core/invalid.ts";
import { nameProblems } from "../../core/names.ts";
import { isOptOut, type OptOut } from "../../core/opt-out.ts";
import type { Transform } from "../../core/transform.ts";
import { runbooksProblems } from "../../observability/runbook.ts";
import { type VaultArgs, vaultProblems } from "./vault-args.ts";

export interface CloudTrailArgs extends VaultArgs {
  /**
   * ARNs of buckets of which every reading and writing of an object is recorded: those with people's data. AWS asks a price for each event. None by default. Whoever reads a
   * value of Secrets Manager, a parameter or uses a key is recorded anyway.
   */
  readonly buckets?: readonly pulumi.Input<string>[];
  /** Has AWS look for unusual numbers of calls and errors, at a price for each event; false by default. */
  readonly insights?: boolean;
  /** Sends nothing to CloudWatch Logs, where alarms look at it: then there is none but that of an account elsewhere. */
  readonly cloudWatch?: OptOut;
  /** Where people read `docs/runbooks`: every alarm leads to its section. */
  readonly runbooks?: string;
  readonly transform?: { readonly trail?: Transform<TrailArgs> };
}

/** A trail takes so many conditions in all its selectors; each bucket is one. */
const MOST_BUCKETS = 250;

/** What is wrong with a CloudTrail. */
export function cloudTrailProblems(name: string, args: CloudTrailArgs): Problem[] {
  const { buckets = [], cloudWatch, aws } = args;
  const problems = [...nameProblems("name", name), ...vaultProblems(args), ...runbooksProblems(args.runbooks)];
  if (buckets.length > MOST_BUCKETS)
    problems.push({ field: "buckets", given: buckets.length, allowed: `at most ${MOST_BUCKETS}` });
  for (const [index, given] of buckets.entries())
    if (typeof given === "string" && !/^arn:aws:s3:::[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(given))
      problems.push({
        field: `buckets[${index}]`,
        given,
        allowed: 'the ARN of a bucket, "arn:aws:s3:::…", and no more',
      });
  if (isOptOut(cloudWatch) && aws !== undefined && !isOptOut(aws.alarms))
    problems.push({
      field: "aws.alarms",
      given: "topics",
      allowed:
        'optOut("<who else looks at the events>"), since cloudWatch is stepped down from: alarms look at what is there',
    });
  return problems;
}
