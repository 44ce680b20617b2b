import { beforeAll, describe, expect, test } from "vitest";
import { golden } from "../../components/testing/golden.ts";
import { type Recorded, type Recording, record } from "../../components/testing/record.ts";
import { groupDescriptions, refusedDescriptions } from "./descriptions.ts";
import { type Document, documentsOf, faultsOf } from "./documents.ts";
import { judged } from "./judged.ts";
import { awsPlatform } from "./platform.ts";

const ACCOUNT = "123456789012";

let platform: Recording<unknown>;
beforeAll(async () => {
  platform = await record("production", () => awsPlatform());
});

test("asks for the resources of its golden file (npm run golden:update after a wanted change)", async () => {
  await expect(golden(platform.resources)).toMatchFileSnapshot("../golden/aws-platform.yaml");
});

test("grows by a zone and a tier, and no subnet that stands has other addresses", async () => {
  const grown = await record("production", () => awsPlatform({ grown: true }));
  const subnetsOf = ({ resources }: Recording<unknown>) =>
    resources
      .filter(({ type }) => type === "aws:ec2/subnet:Subnet")
      .map(({ name, inputs }) => `${name} ${inputs.availabilityZone} ${inputs.cidrBlock}`);
  expect(subnetsOf(platform)).toHaveLength(12);
  expect(subnetsOf(grown)).toHaveLength(20);
  expect(subnetsOf(grown)).toEqual(expect.arrayContaining(subnetsOf(platform)));
  // EKS keeps its interfaces in the zones that it was made in; nodes are in all.
  const clusterOf = ({ inputsOf }: Recording<unknown>) => inputsOf("eks/cluster:Cluster", "main").vpcConfig.subnetIds;
  expect(clusterOf(platform)).toHaveLength(3);
  expect(clusterOf(grown)).toEqual(clusterOf(platform));
  const groupsOf = ({ resources }: Recording<unknown>) =>
    resources.filter(({ type, name }) => type.endsWith(":NodeGroup") && name.startsWith("main-general-"));
  expect(groupsOf(grown)).toHaveLength(4);
});

test("describes its security groups and their rules in words that EC2 takes", () => {
  expect(groupDescriptions(platform.resources).length).toBeGreaterThanOrEqual(5);
  expect(refusedDescriptions(platform.resources)).toEqual([]);
  const inputs = { description: "Endpoints of AWS' services" };
  expect(refusedDescriptions([{ type: "aws:ec2/securityGroup:SecurityGroup", name: "a", inputs }])).toHaveLength(1);
});

describe("judged by all rules, as strictly as production", () => {
  // By its id a flow log names the network that it is of; the mocks make it from the name.
  const also = ({ type, name }: Recorded) => (type === "aws:ec2/vpc:Vpc" ? { id: `${name}-id` } : {});
  const findings = () => judged(platform.resources, { also });

  test("nothing breaks a rule that would stop it", () => {
    expect(findings().stopping).toEqual([]);
  });

  test("no resource of AWS breaks any rule, and many rules speak of them", () => {
    const { onAws, rulesOnAws } = findings();
    expect(onAws).toEqual([]);
    expect(rulesOnAws).toBeGreaterThan(15);
  });
});

describe("policy documents", () => {
  const through = (arn: string) => ({
    Principal: "*",
    Action: "*",
    Resource: "*",
    Condition: { ArnEquals: { "aws:PrincipalArn": arn } },
  });
  const ENDPOINT = "aws:ec2/vpcEndpoint:VpcEndpoint";
  const document = (statement: object, type = "aws:iam/rolePolicy:RolePolicy"): Document => ({
    at: "here",
    type,
    statements: [{ Effect: "Allow", ...statement }],
  });

  test("of the platform allow nothing too wide, nothing to everybody, and no action on everything", () => {
    const documents = documentsOf(platform.resources);
    expect(documents.flatMap((one) => faultsOf(one, ACCOUNT))).toEqual([]);
    const types = new Set(documents.map(({ type }) => type.split(":").at(-1)));
    expect([...types].sort()).toEqual(
      expect.arrayContaining(["BucketPolicy", "Key", "ReplicaKey", "Role", "RolePolicy", "VpcEndpoint"]),
    );
    expect(documents.length).toBeGreaterThan(30);
  });

  test.each<[what: string, document: Document, fault: RegExp]>([
    ["everything", document({ Action: "*", Resource: "*" }), /on everything/],
    ["every action on something", document({ Action: "*", Resource: "arn:aws:s3:::b/*" }), /every action/],
    [
      "a service on everything",
      document({ Action: ["ec2:Describe*", "s3:*"], Resource: ["*"] }),
      /s3:\* on everything/,
    ],
    ["all but some", document({ NotAction: "iam:*", Resource: "*" }), /all but some/],
    [
      "a key for another account",
      document(
        { Principal: { AWS: "arn:aws:iam::999999999999:root" }, Action: "kms:*", Resource: "*" },
        "aws:kms/key:Key",
      ),
      /kms:\*/,
    ],
    ["everybody", document({ Principal: "*", Action: "sts:AssumeRole" }), /everybody/],
    [
      "everybody of AWS",
      document({ Principal: { AWS: ["*"] }, Action: "s3:GetObject", Resource: "arn:aws:s3:::b/*" }),
      /everybody/,
    ],
    [
      "everybody of another account",
      document({
        Principal: "*",
        Action: "a:B",
        Resource: "x",
        Condition: { StringEquals: { "aws:PrincipalAccount": "999999999999" } },
      }),
      /everybody/,
    ],
    ["a role everything", document(through(`arn:aws:iam::${ACCOUNT}:role/deploy`)), /every action/],
    [
      "any role everything through an endpoint",
      document(through(`arn:aws:iam::${ACCOUNT}:role/*`), ENDPOINT),
      /every action/,
    ],
    [
      "another account's role everything through an endpoint",
      document(through("arn:aws:iam::999999999999:role/deploy"), ENDPOINT),
      /everybody/,
    ],
  ])("that allow %s are found", (_, one, fault) => expect(faultsOf(one, ACCOUNT).join("\n")).toMatch(fault));

  test.each<[what: string, document: Document]>([
    ["look at what is there", document({ Action: ["ec2:Describe*", "s3:GetObject"], Resource: "*" })],
    [
      "rule the account's own key",
      document(
        { Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` }, Action: "kms:*", Resource: "*" },
        "aws:kms/key:Key",
      ),
    ],
    ["let a role pass an endpoint", document(through(`arn:aws:iam::${ACCOUNT}:role/deploy`), ENDPOINT)],
    [
      "deny everything",
      { ...document({}), statements: [{ Effect: "Deny", Action: "*", Resource: "*", Principal: "*" }] },
    ],
  ])("that %s are fine", (_, one) => expect(faultsOf(one, ACCOUNT)).toEqual([]));
});
