import { describe, expect, test } from "vitest";
import { optOut } from "../core/opt-out.ts";
import { type Recording, record } from "../testing/record.ts";
import { Detection, type DetectionArgs } from "./detection.ts";
import { CONFIG_RULES, type CompleteDetection, detectionProblems, recorderPolicy } from "./detection-plan.ts";

const account = { region: "eu-central-1", accountId: "123456789012" };
const alarms = { topicArn: "arn:aws:sns:eu-central-1:123456789012:pages" };

test("a detection with the rules of this folder is sound", () => {
  expect(detectionProblems("eyes", { account, alarms, rules: CONFIG_RULES })).toEqual([]);
});

test.each<[what: string, change: object, field: string, allowed: RegExp]>([
  ["findings that nobody hears of", { alarms: {} }, "alarms", /topicArn/],
  ["a rule by its other name", { rules: ["encrypted-volumes"] }, "rules[0]", /ENCRYPTED_VOLUMES/],
  ["a rule twice", { rules: ["ENCRYPTED_VOLUMES", "ENCRYPTED_VOLUMES"] }, "rules[1]", /each once/],
  ["a key by its alias", { bucketKeyArn: "alias/logs" }, "bucketKeyArn", /not of an alias/],
  ["another account", { account: { ...account, accountId: "1" } }, "account.accountId", /twelve digits/],
])("%s is refused", (_, change, field, allowed) => {
  const problems = detectionProblems("eyes", { account, alarms, rules: [], ...change } as CompleteDetection);
  expect(problems.find((problem) => problem.field === field)?.allowed).toMatch(allowed);
});

test("what records writes under the account's name, and nowhere else", () => {
  const [, writes] = JSON.parse(recorderPolicy("arn:aws:s3:::records", account.accountId)).Statement;
  expect(writes.Resource).toBe("arn:aws:s3:::records/AWSLogs/123456789012/Config/*");
  expect(recorderPolicy("arn:aws:s3:::records", account.accountId)).not.toContain("kms:");
});

describe("what is made", () => {
  const made = (more: Partial<DetectionArgs> = {}) =>
    record("production", () => {
      new Detection("eyes", { account, bucket: "records", alarms, ...more });
    });
  const ofType = ({ resources }: Recording<unknown>, type: string) =>
    resources.filter((one) => one.type.endsWith(type));

  test("looks at what is done and at what everything is set to, by each of the rules", async () => {
    const recording = await made();
    expect(recording.inputsOf(":Detector", "eyes").enable).toBe(true);
    const features = ofType(recording, ":DetectorFeature").map(({ inputs }) => inputs.name);
    expect(features).toContain("EKS_AUDIT_LOGS");
    expect(recording.inputsOf(":Recorder", "eyes").recordingGroup.allSupported).toBe(true);
    const rules = ofType(recording, "cfg/rule:Rule").map(({ inputs }) => inputs.source.sourceIdentifier);
    expect(rules.sort()).toEqual([...CONFIG_RULES]);
  });

  test("writes into a bucket under a key, by which it may encrypt", async () => {
    const key = "arn:aws:kms:eu-central-1:123456789012:key/0a1b";
    const recording = await made({ bucketKeyArn: key });
    expect(recording.inputsOf(":DeliveryChannel", "eyes")).toMatchObject({ s3BucketName: "records", s3KmsKeyArn: key });
    expect(JSON.parse(recording.inputsOf(":RolePolicy", "eyes-recorder").policy).Statement).toContainEqual({
      Effect: "Allow",
      Action: ["kms:Decrypt", "kms:GenerateDataKey"],
      Resource: key,
    });
    expect((await made()).inputsOf(":DeliveryChannel", "eyes")).not.toHaveProperty("s3KmsKeyArn");
  });

  test("tells of what is grave: high findings, and rules that are broken", async () => {
    const recording = await made();
    const patterns = ofType(recording, ":EventRule").map(({ inputs }) => JSON.parse(inputs.eventPattern));
    expect(patterns.map(({ source: [source] }) => source).sort()).toEqual(["aws.config", "aws.guardduty"]);
    expect(patterns.find(({ source }) => source[0] === "aws.guardduty").detail.severity).toEqual([
      { numeric: [">=", 7] },
    ]);
    for (const { inputs } of ofType(recording, ":EventTarget")) expect(inputs.arn).toBe(alarms.topicArn);
  });

  test("tells nobody where it is said why, which stands as a tag", async () => {
    const recording = await made({ alarms: optOut("the organisation is told of everything") });
    expect(ofType(recording, ":EventRule")).toEqual([]);
    expect(recording.inputsOf(":Detector", "eyes").tags).toHaveProperty(["plumbline.dev/opt-out.alarms"]);
  });
});
