import { describe, expect, it } from "vitest";
import type { PropertyMap } from "../../rpc/index.ts";
import { FUNCTIONS, shortRegion } from "./functions.ts";

const place = { region: "eu-west-1", defaultTags: { owner: "shop" } };

function ask(name: string, args: PropertyMap = {}): PropertyMap {
  const [token = ""] = Object.keys(FUNCTIONS).filter((known) => known.endsWith(`:${name}`));
  return FUNCTIONS[token]?.(args, place) ?? {};
}

describe("functions", () => {
  it("tell the region of the provider, or the one asked for", () => {
    expect(ask("getRegion")).toMatchObject({ region: "eu-west-1", id: "eu-west-1" });
    expect(ask("getRegion", { region: "us-east-2" })).toMatchObject({ region: "us-east-2" });
  });

  it("tell three zones of the region, without those excluded", () => {
    expect(ask("getAvailabilityZones")).toMatchObject({
      names: ["eu-west-1a", "eu-west-1b", "eu-west-1c"],
      zoneIds: ["euw1-az1", "euw1-az2", "euw1-az3"],
    });
    expect(ask("getAvailabilityZones", { excludeNames: ["eu-west-1b"], excludeZoneIds: ["euw1-az3"] }).names).toEqual([
      "eu-west-1a",
    ]);
  });

  it("tell an account that cannot exist", () => {
    expect(ask("getCallerIdentity").accountId).toBe("000000000000");
  });

  it("tell the parts of an ARN, and refuse what is none", () => {
    expect(ask("getArn", { arn: "arn:aws:iam::123456789012:role/team/app" })).toMatchObject({
      ...{ partition: "aws", service: "iam", region: "", account: "123456789012", resource: "role/team/app" },
    });
    expect(() => ask("getArn", { arn: "role/app" })).toThrow(/"role\/app" is no ARN/);
  });

  it("tell partition, service names, default tags", () => {
    expect(ask("getPartition")).toMatchObject({ partition: "aws", dnsSuffix: "amazonaws.com" });
    expect(ask("getService", { serviceId: "s3" })).toMatchObject({ dnsName: "s3.eu-west-1.amazonaws.com" });
    expect(ask("getDefaultTags").tags).toEqual({ owner: "shop" });
  });

  it("mark what they make up", () => {
    expect(ask("getAmi").imageId).toBe("ami-recorded");
    expect(ask("getClusterAuth", { name: "c" }).token).toBe("recorded-token");
  });
});

it.each([
  ["eu-west-1", "euw1"],
  ["us-east-1", "use1"],
  ["ap-southeast-2", "apse2"],
  ["ca-central-1", "cac1"],
])("shortRegion(%s) is %s", (region, short) => expect(shortRegion(region)).toBe(short));
