import { describe, expect, test } from "vitest";
import { InvalidArgsError } from "../core/invalid.ts";
import { record } from "../testing/record.ts";
import { Keys } from "./keys.ts";
import { completeKeys, type KeysArgs, keysProblems } from "./keys-args.ts";
import { keyPolicy, keysPlan } from "./keys-plan.ts";

const account = { region: "eu-central-1", accountId: "123456789012" };
const problemsOf = (more: object) => keysProblems("keys", completeKeys({ account, ...more } as KeysArgs));

test("keys that say nothing more are sound", () => expect(problemsOf({})).toEqual([]));

test.each<[what: string, change: object, field: string, allowed: RegExp]>([
  ["a class that there is not", { classes: ["secret"] }, "classes[0]", /personal/],
  ["a class twice", { classes: ["personal", "personal"] }, "classes[1]", /each class once/],
  ["a copy at home", { replicaRegions: ["eu-central-1"] }, "replicaRegions[0]", /another region/],
  ["a copy twice", { replicaRegions: ["eu-west-1", "eu-west-1"] }, "replicaRegions[1]", /each region once/],
  ["a copy in another partition", { replicaRegions: ["cn-north-1"] }, "replicaRegions[0]", /public partition/],
  ["a week less a day", { deletionDays: 6 }, "deletionDays", /from 7 to 30/],
  ["rotation each month", { rotationDays: 30 }, "rotationDays", /from 90 to 2560/],
  ["another account", { account: { ...account, accountId: "1" } }, "account.accountId", /twelve digits/],
])("%s is refused", (_, change, field, allowed) => {
  expect(problemsOf(change).find((problem) => problem.field === field)?.allowed).toMatch(allowed);
});

describe("a plan", () => {
  test("has a key for each class and each use, that rotates and waits for its end", () => {
    const plan = keysPlan("production", "keys", completeKeys({ account }));
    expect(plan.map(({ purpose }) => purpose)).toEqual([
      ...["confidential", "restricted", "personal"],
      ...["cluster", "disks", "logs"],
    ]);
    for (const { key } of plan)
      expect(key).toMatchObject({ enableKeyRotation: true, rotationPeriodInDays: 365, deletionWindowInDays: 30 });
    expect(plan.every(({ key }) => key.multiRegion === false)).toBe(true);
  });

  test("copies keys of data alone, and leaves them such that they can be copied later", () => {
    const copied = keysPlan("production", "keys", completeKeys({ account, replicaRegions: ["eu-west-1"] }));
    expect(copied.filter(({ replicas }) => replicas.length > 0).map(({ purpose }) => purpose)).toEqual([
      ...["confidential", "restricted", "personal"],
    ]);
    const [later] = keysPlan("production", "keys", completeKeys({ account, replicaRegions: [] }));
    expect(later).toMatchObject({ key: { multiRegion: true }, replicas: [] });
  });
});

describe("a policy", () => {
  const statements = (...args: Parameters<typeof keyPolicy>) => JSON.parse(keyPolicy(...args)).Statement;

  test("leaves the key to the account, and a cluster's to nobody else", () => {
    expect(statements("cluster", account)).toHaveLength(1);
    expect(statements("cluster", account)[0].Principal).toEqual({ AWS: "arn:aws:iam::123456789012:root" });
  });

  test("lets logs of the account in, each region's own", () => {
    expect(statements("logs", { ...account, region: "eu-west-1" })[1]).toMatchObject({
      Principal: { Service: "logs.eu-west-1.amazonaws.com" },
      Condition: {
        ArnLike: { "kms:EncryptionContext:aws:logs:arn": "arn:aws:logs:eu-west-1:123456789012:log-group:*" },
      },
    });
  });

  test("lets Auto Scaling's own role start nodes on encrypted disks, and no other principal", () => {
    const [, ...others] = statements("disks", account);
    expect(others).toHaveLength(2);
    for (const { Condition } of others) {
      expect(Condition.ArnEquals["aws:PrincipalArn"]).toMatch(/:123456789012:role\/aws-service-role\/autoscaling/);
      expect(Condition.StringEquals).toEqual({ "kms:CallerAccount": "123456789012" });
    }
    expect(others[1].Condition.Bool).toEqual({ "kms:GrantIsForAWSResource": "true" });
  });
});

describe("what is made", () => {
  test("has a name for each key and each copy, and is kept", async () => {
    const { resources, inputsOf, outputs } = await record("production", () => {
      const keys = new Keys("keys", { account, classes: ["personal"], replicaRegions: ["eu-west-1"] });
      return { home: keys.arn("personal"), away: keys.arn("personal", "eu-west-1"), keys };
    });
    const typed = (end: string) =>
      resources
        .filter(({ type }) => type.endsWith(end))
        .map(({ name }) => name)
        .sort();
    expect(typed(":Key")).toEqual(["keys-cluster", "keys-disks", "keys-logs", "keys-personal"]);
    expect(typed(":ReplicaKey")).toEqual(["keys-personal-eu-west-1"]);
    expect(inputsOf(":Alias", "keys-personal").name).toBe("alias/production-keys-personal");
    expect(inputsOf(":Alias", "keys-personal-eu-west-1")).toMatchObject({ region: "eu-west-1" });
    expect(inputsOf(":ReplicaKey", "keys-personal-eu-west-1").policy).toContain("logs.eu-west-1.amazonaws.com");
    expect(outputs.home).not.toBe(outputs.away);
    expect(() => outputs.keys.arn("public")).toThrow(InvalidArgsError);
    expect(() => outputs.keys.arn("personal", "us-east-1")).toThrow(/personal eu-west-1/);
  });
});
