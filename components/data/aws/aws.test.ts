import { X509Certificate } from "node:crypto";
import { describe, expect, test } from "vitest";
import { optOut } from "../../core/opt-out.ts";
import { amazonRoots, databaseRegions, databaseRoots } from "./authorities.ts";
import { awsName } from "./name.ts";
import { type AwsPlace, endpointAddresses, placeProblems, storeAddresses } from "./place.ts";
import { storeTags } from "./tags.ts";

const TOPIC = "arn:aws:sns:eu-central-1:123456789012:stores";
const place: AwsPlace = {
  region: "eu-central-1",
  accountId: "123456789012",
  vpcId: "vpc-1",
  subnets: ["a", "b", "c"].map((zone) => ({ id: zone, zone: `eu-central-1${zone}`, cidr: `10.0.${zone}.0/24` })),
  podSecurityGroupIds: ["sg-1"],
  clusterName: "shop",
  alarms: { topicArn: TOPIC },
};
const [a, b, c] = place.subnets as [AwsPlace["subnets"][0], AwsPlace["subnets"][0], AwsPlace["subnets"][0]];

describe("a name in AWS", () => {
  test.each([
    ["production", "postgres", 50, "production-postgres"],
    ["Jo.Feature_1", "cache", 50, "jo-feature-1-cache"],
    ["1st", "cache", 50, "s-1st-cache"],
  ])("of %s and %s is plain", (stack, name, longest, whole) => expect(awsName(stack, name, longest)).toBe(whole));

  test("that is too long is cut, and another's stays another", () => {
    const names = ["x".repeat(60), `${"x".repeat(60)}y`].map((name) => awsName("production", name, 40));
    for (const name of names) expect(name).toMatch(/^production-x+-[0-9a-f]{6}$/);
    expect(names.map(({ length }) => length)).toEqual([40, 40]);
    expect(names[0]).not.toBe(names[1]);
  });
});

test("tags say what labels say in the cluster, in the letters that AWS takes", () => {
  const args = { dataClass: "personal", retention: "90d", objectives: { rto: "1h", rpo: "15m" } } as const;
  const reason = `one will do: "it's a copy", nothing more; ${"x".repeat(300)}`;
  const tags = storeTags({ ...place, tags: { team: "shop" } }, args, { replication: optOut(reason) });
  expect(tags).toMatchObject({
    team: "shop",
    "plumbline.dev/data-class": "personal",
    "plumbline.dev/retention": "90d",
    "plumbline.dev/rto": "1h",
    "plumbline.dev/rpo": "15m",
  });
  const told = tags["plumbline.dev/opt-out.replication"] ?? "";
  expect(told).toMatch(/^one will do: it s a copy nothing more x+$/);
  expect(told).toHaveLength(256);
});

describe("a place", () => {
  test("that is sound has no problem, nor has one with more zones", () => {
    expect(placeProblems(place)).toEqual([]);
    const more = { id: "d", zone: "eu-central-1d", cidr: "10.0.3.0/24" };
    expect(placeProblems({ ...place, subnets: [...place.subnets, more], logDays: 365 })).toEqual([]);
  });

  test.each(["cn-north-1", "us-gov-west-1", "us-iso-east-1"])(
    "in %s is refused: what is made would name another partition",
    (region) => {
      const subnets = [a, b, c].map(({ zone, ...subnet }) => ({ ...subnet, zone: `${region}${zone.at(-1)}` }));
      const alarms = optOut("nobody looks at a test");
      expect(placeProblems({ ...place, region, subnets, alarms })).toEqual([
        { field: "aws.region", given: region, allowed: expect.stringContaining("public partition") },
      ]);
    },
  );

  test.each<[what: string, change: Partial<AwsPlace>, field: string, allowed: RegExp]>([
    ["no region", { region: "europe" }, "aws.region", /eu-central-1/],
    ["an account without its first digit", { accountId: "23456789012" }, "aws.accountId", /twelve digits/],
    [
      "a key by its other name",
      { kmsKeyArn: "arn:aws:kms:eu-central-1:123456789012:alias/shop" },
      "aws.kmsKeyArn",
      /key\/…/,
    ],
    ["two subnets", { subnets: [a, b] }, "aws.subnets", /three zones or more/],
    [
      "a zone of another region",
      { subnets: [a, b, { ...c, zone: "eu-west-1c" }] },
      "aws.subnets[2].zone",
      /eu-central-1a/,
    ],
    ["a zone twice", { subnets: [a, b, c, { ...c }] }, "aws.subnets[3].zone", /one subnet in each zone/],
    ["nobody who may connect", { podSecurityGroupIds: [] }, "aws.podSecurityGroupIds", /at least one/],
    ["nobody who is told", { alarms: undefined as never }, "aws.alarms.topicArn", /or alarms: optOut/],
    [
      "a topic of another region",
      { alarms: { topicArn: "arn:aws:sns:eu-west-1:123456789012:stores" } },
      "aws.alarms.topicArn",
      /in eu-central-1/,
    ],
    ["a topic that keeps an order", { alarms: { topicArn: `${TOPIC}.fifo` } }, "aws.alarms.topicArn", /a topic of SNS/],
    ["a topic that is none", { alarms: { topicArn: "pages" } }, "aws.alarms.topicArn", /the ARN of a topic/],
    [
      "a topic for the morning that is none",
      { alarms: { topicArn: TOPIC, warningTopicArn: "arn:aws:sqs:eu-central-1:123456789012:mornings" } },
      "aws.alarms.warningTopicArn",
      /the ARN of a topic/,
    ],
    ["days that CloudWatch does not take", { logDays: 366 }, "aws.logDays", /365, 400/],
  ])("with %s is refused", (_, change, field, allowed) => {
    const problems = placeProblems({ ...place, ...change }).filter((problem) => problem.field === field);
    expect(problems).toMatchObject([{ field, allowed: expect.stringMatching(allowed) }]);
  });

  test("may say why nobody is told, and then it stands as a tag", () => {
    const alarms = optOut("a test needs no pager");
    expect(placeProblems({ ...place, alarms })).toEqual([]);
    expect(storeTags({ ...place, alarms }, {})).toHaveProperty(
      ["plumbline.dev/opt-out.alarms"],
      "a test needs no pager",
    );
  });

  test("that is not there is asked for", () => {
    expect(placeProblems(undefined)).toMatchObject([{ field: "aws", allowed: /where in AWS/ }]);
  });

  test("has stores in its subnets, and AWS's own services there or elsewhere", () => {
    expect(storeAddresses(place, 5432)).toEqual(place.subnets.map(({ cidr }) => ({ cidr, port: 5432 })));
    expect(endpointAddresses(place)).toEqual(place.subnets.map(({ cidr }) => ({ cidr, port: 443 })));
    expect(endpointAddresses({ ...place, endpointCidrs: ["10.9.0.0/16"] })).toEqual([
      { cidr: "10.9.0.0/16", port: 443 },
    ]);
  });
});

describe("authorities", () => {
  const subjects = (bundle: string) =>
    bundle.match(/-----BEGIN[\s\S]+?END CERTIFICATE-----/g)?.map((pem) => new X509Certificate(pem)) ?? [];

  test("of Amazon are its five roots", () => {
    const names = subjects(amazonRoots()).map(({ subject }) => /CN=(.*)/.exec(subject)?.[1]);
    expect(names.sort()).toEqual([
      ...[1, 2, 3, 4].map((number) => `Amazon Root CA ${number}`),
      "Starfield Services Root Certificate Authority - G2",
    ]);
  });

  test.each(["eu-central-1", "us-east-1"])("of databases in %s are the region's own, and last", (region) => {
    const roots = subjects(databaseRoots(region));
    expect(roots).toHaveLength(3);
    for (const { subject, validTo } of roots) {
      expect(subject).toContain(`CN=Amazon RDS ${region} Root CA `);
      expect(Date.parse(validTo)).toBeGreaterThan(Date.parse("2060-01-01"));
    }
  });

  test("are known of the regions that people use", () => {
    expect(databaseRegions()).toEqual(expect.arrayContaining(["ap-south-1", "eu-west-1", "us-west-2"]));
    expect(databaseRegions().every((region) => subjects(databaseRoots(region)).length === 3)).toBe(true);
  });
});
