import { describe, expect, it } from "vitest";
import type { PropertyMap } from "../../rpc/index.ts";
import { policyDocument } from "./policy-document.ts";

const document = (args: PropertyMap) => JSON.parse(String(policyDocument(args).json));

describe("policyDocument", () => {
  it("writes a statement as IAM reads it", () => {
    const statement = {
      sid: "Read",
      actions: ["s3:GetObject", "s3:ListBucket"],
      resources: ["arn:aws:s3:::b"],
      principals: [
        { type: "Service", identifiers: ["ec2.amazonaws.com"] },
        { type: "AWS", identifiers: ["1", "2"] },
        { type: "Service", identifiers: ["eks.amazonaws.com"] },
      ],
      conditions: [
        { test: "StringEquals", variable: "aws:SourceAccount", values: ["1"] },
        { test: "StringEquals", variable: "aws:SourceVpc", values: ["v", "w"] },
      ],
    };
    expect(document({ statements: [statement] })).toEqual({
      Version: "2012-10-17",
      Statement: [
        {
          Sid: "Read",
          Effect: "Allow",
          Action: ["s3:GetObject", "s3:ListBucket"],
          Resource: "arn:aws:s3:::b",
          Principal: { Service: ["ec2.amazonaws.com", "eks.amazonaws.com"], AWS: ["1", "2"] },
          Condition: { StringEquals: { "aws:SourceAccount": "1", "aws:SourceVpc": ["v", "w"] } },
        },
      ],
    });
  });

  it("writes everyone as a star", () => {
    const statements = [{ effect: "Deny", actions: ["*"], principals: [{ type: "*", identifiers: ["*"] }] }];
    expect(document({ statements }).Statement).toEqual([{ Effect: "Deny", Action: "*", Principal: "*" }]);
  });

  it("keeps version and id", () => {
    expect(document({ version: "2008-10-17", policyId: "p" })).toEqual({
      Version: "2008-10-17",
      Id: "p",
      Statement: [],
    });
  });

  it("starts from documents, and is overridden by documents, statement by statement", () => {
    const source = JSON.stringify({
      Statement: [
        { Sid: "a", Effect: "Allow" },
        { Sid: "b", Effect: "Allow" },
      ],
    });
    const override = JSON.stringify({
      Statement: [
        { Sid: "b", Effect: "Deny" },
        { Sid: "d", Effect: "Deny" },
      ],
    });
    const merged = document({
      ...{ sourcePolicyDocuments: [source], overridePolicyDocuments: [override] },
      statements: [{ sid: "c", actions: ["x"] }],
    });
    expect(merged.Statement.map(({ Sid, Effect }: Record<string, string>) => `${Sid} ${Effect}`)).toEqual([
      "a Allow",
      "b Deny",
      "c Allow",
      "d Deny",
    ]);
  });

  it("gives the same document in short and in long", () => {
    const { json, minifiedJson } = policyDocument({ statements: [{ actions: ["x"] }] });
    expect(JSON.parse(String(minifiedJson))).toEqual(JSON.parse(String(json)));
    expect(minifiedJson).not.toMatch(/\s/);
  });
});
