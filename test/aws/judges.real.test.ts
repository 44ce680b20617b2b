import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { record } from "../../components/testing/record.ts";
import { type AwsResource, awsResources } from "./judges/aws-resource.ts";
import { cloudFormation, schemasOf } from "./judges/cloudformation.ts";
import { EXEMPTIONS } from "./judges/exemptions.ts";
import { pythonTool } from "./judges/python-tool.ts";
import { terraformPlan } from "./judges/terraform-plan.ts";
import { awsShop } from "./shop.ts";

// Judges that others made, of what the program asks of AWS: checkov for how safe it is, and cfn-lint for whether AWS takes such values at all, by
// the schemas that AWS publishes.

const REGION = "eu-central-1";
const [checkov, cfnLint] = await Promise.all([pythonTool("checkov"), pythonTool("cfn-lint")]);

let resources: AwsResource[];
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "plumbline-judges-"));
  resources = awsResources((await record("production", () => awsShop())).resources);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The same resources, with other inputs for one of them. */
function spoilt(type: string, inputs: Record<string, unknown>, of = resources): AwsResource[] {
  const index = of.findIndex((resource) => resource.type === type);
  expect(index, type).toBeGreaterThanOrEqual(0);
  return of.map((resource, at) =>
    at === index ? { ...resource, inputs: { ...resource.inputs, ...inputs } } : resource,
  );
}

describe.skipIf("missing" in checkov)("checkov", () => {
  interface Finding {
    readonly check_id: string;
    readonly resource: string;
  }
  const judge = async (judged: readonly AwsResource[]) => {
    if ("missing" in checkov) throw new Error(checkov.missing);
    const file = join(folder, "plan.json");
    writeFileSync(file, JSON.stringify(terraformPlan(judged)));
    const how = ["--framework", "terraform_plan", "--output", "json", "--compact", "--skip-download"];
    const { stdout, tail } = await checkov.run(["--file", file, ...how]);
    const { results, summary } = JSON.parse(stdout || `"${tail.join("\n")}"`);
    expect(summary).toMatchObject({ parsing_errors: 0, resource_count: judged.length });
    return { failed: results.failed_checks as Finding[], passed: results.passed_checks as Finding[] };
  };
  const exempts =
    ({ check_id, resource }: Finding) =>
    (exemption: (typeof EXEMPTIONS)[number]) =>
      exemption.check === check_id && exemption.resources.test(resource);

  test("finds nothing but what is exempted, for a reason; and every exemption is of use", async () => {
    const { failed, passed } = await judge(resources);
    expect(failed.filter((finding) => !EXEMPTIONS.some(exempts(finding)))).toEqual([]);
    expect(EXEMPTIONS.filter((exemption) => !failed.some((finding) => exempts(finding)(exemption)))).toEqual([]);
    expect(new Set(passed.map(({ check_id }) => check_id)).size).toBeGreaterThan(50);
  });

  test("finds a store without encryption, and a bucket that everybody may read", async () => {
    const clear = spoilt("aws:rds/cluster:Cluster", { storageEncrypted: false });
    const open = { blockPublicAcls: false };
    const { failed } = await judge(spoilt("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", open, clear));
    expect(failed.map(({ check_id }) => check_id)).toEqual(expect.arrayContaining(["CKV_AWS_96", "CKV_AWS_53"]));
  });
});

describe.skipIf("missing" in cfnLint)("cfn-lint", () => {
  /** A secret is set once for all its logins: two resources of Pulumi's are one of CloudFormation's. */
  const NOT_ASKED = ["E3019", "W"];
  const judge = async (judged: readonly AwsResource[]) => {
    if ("missing" in cfnLint) throw new Error(cfnLint.missing);
    const { template, unknown } = cloudFormation(judged, schemasOf(cfnLint.site, REGION));
    expect(unknown, "to be added to judges/cloudformation-names.ts").toEqual([]);
    const file = join(folder, "template.json");
    writeFileSync(file, JSON.stringify(template));
    const how = ["--regions", REGION, "--format", "json", "--ignore-checks", ...NOT_ASKED];
    const { stdout, tail } = await cfnLint.run(["--template", file, ...how]);
    const findings = JSON.parse(stdout || `"${tail.join("\n")}"`) as {
      Rule: { Id: string };
      Message: string;
      Location: { Path: string[] };
    }[];
    return findings.map(({ Rule, Message, Location }) => `${Rule.Id} ${Location.Path.slice(1).join(".")}: ${Message}`);
  };

  test("AWS takes every value, as far as its schemas say", async () => {
    expect(await judge(resources)).toEqual([]);
  });

  test("it refuses what is no value of AWS's", async () => {
    const wrong: [type: string, inputs: Record<string, unknown>, finding: RegExp][] = [
      ["aws:rds/clusterInstance:ClusterInstance", { instanceClass: "db.t4g.mcro" }, /DBInstanceClass: .*db\.t4g\.mcro/],
      ["aws:rds/cluster:Cluster", { engineVersion: "17.99" }, /EngineVersion: .*17\.99/],
      ["aws:rds/cluster:Cluster", { kmsKeyId: "no arn" }, /KmsKeyId: .*no arn/],
      ["aws:cloudwatch/logGroup:LogGroup", { retentionInDays: 31 }, /RetentionInDays: 31/],
      ["aws:ec2/securityGroup:SecurityGroup", { vpcId: "vpc-shop" }, /VpcId: .*vpc-shop/],
    ];
    const all = wrong.reduce((judged, [type, inputs]) => spoilt(type, inputs, judged), resources);
    const findings = (await judge(all)).join("\n");
    for (const [, , finding] of wrong) expect(findings).toMatch(finding);
  });
});
