import { describe, expect, it } from "vitest";
import { shapeOf } from "./sdk.ts";

describe("shapeOf", () => {
  it("reads inputs and outputs off the SDK", () => {
    const shape = shapeOf("aws:eks/cluster:Cluster");
    expect(shape?.inputs).toContain("vpcConfig");
    expect(shape?.inputs).not.toContain("endpoint");
    expect(Object.fromEntries(shape?.outputs ?? [])).toMatchObject({
      ...{ arn: "string", endpoint: "string", certificateAuthority: "object", identities: "list", tagsAll: "map" },
    });
    expect(shape?.outputs.has("vpcConfig")).toBe(false);
  });

  it("reads that a change replaces where the description says so", () => {
    expect(shapeOf("aws:elasticache/replicationGroup:ReplicationGroup")?.replaceOn).toContain("snapshotName");
  });

  it("finds types whose file has other capitals", () => {
    expect(shapeOf("aws:glue/mLTransform:MLTransform")?.outputs.get("arn")).toBe("string");
  });

  it.each(["aws:ec2/nothing:Nothing", "aws:ec2/vpc:Subnet", "kubernetes:core/v1:Pod", "aws:../../x:X"])(
    "knows no %s",
    (type) => expect(shapeOf(type)).toBeUndefined(),
  );
});
