import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Call, type PropertyMap, type Provider, reveal, Secret, UNKNOWN } from "../rpc/index.ts";
import { awsCatalogue } from "./aws/catalogue.ts";
import { openJournal } from "./journal.ts";
import { recorder } from "./recorder.ts";

let dir: string;
let said: string[];
let provider: Provider;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "recorder-"));
  said = [];
  provider = recorder(awsCatalogue({ AWS_REGION: "eu-west-1" }), openJournal(join(dir, "record.jsonl")));
});
afterEach(() => rmSync(dir, { recursive: true }));

const call: Call = {
  signal: new AbortController().signal,
  log: (severity, message) => said.push(`${severity}: ${message}`),
  status: (message) => said.push(message),
};

function subject(type: string, name = "main") {
  return { type, name, urn: `urn:pulumi:test::sandbox::${type}::${name}` };
}

const VPC = subject("aws:ec2/vpc:Vpc");
const DB = subject("aws:rds/instance:Instance", "db");
const ROLE = subject("aws:iam/role:Role", "app");

function create(about: typeof VPC, inputs: PropertyMap, preview = false) {
  return provider.create({ ...about, inputs, preview, timeoutSeconds: undefined }, call);
}

async function complete(about: typeof VPC, news: PropertyMap, olds: PropertyMap = {}) {
  const request = { ...about, olds, news, randomSeed: new Uint8Array(), autonaming: undefined };
  return provider.check(request, call);
}

async function diff(about: typeof VPC, oldInputs: PropertyMap, news: PropertyMap) {
  const found = await provider.diff({ ...about, id: "x", oldInputs, oldOutputs: {}, news, ignoreChanges: [] }, call);
  return found.changes.map(({ path, kind, replace }) => `${replace ? "replace" : "update"}: ${kind} ${path.join(".")}`);
}

const journal = () =>
  readFileSync(join(dir, "record.jsonl"), "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));

describe("what a recorder makes up", () => {
  it("is marked: id, ARN, hosts, account", async () => {
    const { id, outputs } = await create(VPC, { cidrBlock: "10.0.0.0/16" });
    expect(id).toMatch(/^recorded-vpc-[0-9a-f]{12}$/);
    expect(outputs).toMatchObject({
      cidrBlock: "10.0.0.0/16",
      arn: `arn:aws:ec2:eu-west-1:000000000000:vpc/${id}`,
      ownerId: "000000000000",
      region: "eu-west-1",
    });
    expect(outputs.defaultSecurityGroupId).toMatch(/^recorded-/);
    const db = await create(DB, { engine: "postgres", identifier: "db-1" });
    expect(db.id).toBe("recorded-db-1");
    expect(db.outputs.endpoint).toMatch(/\.recorded\.invalid:5432$/);
  });

  it("is the same for the same URN and inputs, and another for others", async () => {
    const [one, same, other] = [{ cidrBlock: "a" }, { cidrBlock: "a" }, { cidrBlock: "b" }];
    const [{ id }, again, changed] = await Promise.all([create(VPC, one), create(VPC, same), create(VPC, other)]);
    expect(again.id).toBe(id);
    expect(changed.id).not.toBe(id);
    expect((await create({ ...VPC, urn: `${VPC.urn}2` }, one)).id).not.toBe(id);
  });

  it("has no part of a secret in it", async () => {
    const [one, other] = [{ cidrBlock: new Secret("a") }, { cidrBlock: new Secret("b") }];
    expect((await create(VPC, one)).id).toBe((await create(VPC, other)).id);
  });

  it("is unknown in a preview; inputs are known there", async () => {
    const { id, outputs } = await create(VPC, { cidrBlock: "10.0.0.0/16" }, true);
    expect(id).toBe("");
    expect(outputs).toMatchObject({ cidrBlock: "10.0.0.0/16", arn: UNKNOWN, defaultRouteTableId: UNKNOWN });
  });

  it("stands beside what was given, in an object of both", async () => {
    const cluster = subject("aws:eks/cluster:Cluster");
    const inputs = { vpcConfig: { subnetIds: ["a"], clusterSecurityGroupId: "mine" } };
    expect((await create(cluster, inputs)).outputs.vpcConfig).toEqual(inputs.vpcConfig);
    const given = { vpcConfig: { subnetIds: ["a"] } };
    const { outputs } = await create(cluster, given);
    expect(outputs.vpcConfig).toEqual({
      subnetIds: ["a"],
      clusterSecurityGroupId: expect.stringMatching(/^sg-recorded-/),
    });
    const preview = await create(cluster, given, true);
    expect(preview.outputs.vpcConfig).toEqual({ subnetIds: ["a"], clusterSecurityGroupId: UNKNOWN });
    expect(preview.outputs.endpoint).toBe(UNKNOWN);
  });

  it("stays as it is in an update, whatever changes", async () => {
    const olds = { cidrBlock: "10.0.0.0/16", tags: { a: "1" } };
    const { id, outputs } = await create(VPC, olds);
    const news = { ...olds, tags: { a: "2" } };
    const more = { ...VPC, id, oldInputs: olds, oldOutputs: outputs, timeoutSeconds: undefined, ignoreChanges: [] };
    const after = await provider.update({ ...more, inputs: news, preview: false }, call);
    expect(after).toEqual({ ...outputs, tags: { a: "2" }, tagsAll: { a: "2" } });
  });

  it("keeps secret inputs secret", async () => {
    const { outputs } = await create(DB, { engine: "mysql", password: new Secret("hunter2") });
    expect(outputs.password).toBeInstanceOf(Secret);
    expect(JSON.stringify(outputs)).not.toMatch(/hunter2/);
  });

  it("has the default tags of the provider", async () => {
    const defaultTags = JSON.stringify({ tags: { owner: "shop" } });
    await provider.configure({ args: { region: "eu-north-1", defaultTags } }, call);
    const { outputs } = await create(VPC, { tags: { a: "1" } });
    expect(outputs).toMatchObject({ region: "eu-north-1", tagsAll: { owner: "shop", a: "1" } });
    const secret = await create(VPC, { tags: new Secret({ a: "1" }) });
    expect(secret.outputs.tagsAll).toBeInstanceOf(Secret);
  });
});

describe("what a recorder says", () => {
  it("at each resource, in a preview as in an update: recorded, not deployed", async () => {
    await create(VPC, {}, true);
    await create(VPC, {});
    await provider.delete({ ...VPC, id: "x", inputs: {}, state: {}, timeoutSeconds: undefined }, call);
    expect(said).toHaveLength(3);
    for (const line of said) expect(line).toMatch(/^recorded, not deployed/);
  });

  it("at a refresh: taken as unchanged, with what the state has", async () => {
    const request = { ...VPC, id: "recorded-vpc-1", inputs: { cidrBlock: "a" }, state: { cidrBlock: "a", arn: "b" } };
    expect(await provider.read(request, call)).toEqual({
      id: request.id,
      inputs: request.inputs,
      outputs: request.state,
    });
    expect(said).toEqual(["recorded, not deployed: taken as unchanged"]);
  });

  it("at a resource that is looked up: a warning that nobody looked", async () => {
    const found = await provider.read({ ...VPC, id: "vpc-1", inputs: {}, state: {} }, call);
    expect(found?.id).toBe("vpc-1");
    expect(said).toEqual(['warning: recorded, not deployed: nobody looked whether "vpc-1" exists']);
  });
});

describe("names", () => {
  it("are made as AWS's provider makes them, the same each time", async () => {
    const { inputs } = await complete(ROLE, {});
    expect(inputs.name).toMatch(/^app-[0-9a-f]{7}$/);
    expect((await complete(ROLE, {})).inputs).toEqual(inputs);
    expect((await complete(DB, {})).inputs.identifier).toMatch(/^db-[0-9a-f]{7}$/);
    const bucket = subject("aws:s3/bucket:Bucket", "Logs");
    expect((await complete(bucket, {})).inputs.bucket).toMatch(/^logs-[0-9a-f]{7}$/);
  });

  it("stay the same while the resource lives, and are others for what replaces it", async () => {
    const olds = (await complete(ROLE, { path: "/a/" })).inputs;
    expect((await complete(ROLE, { path: "/b/" }, olds)).inputs.name).toBe(olds.name);
    expect((await complete(ROLE, { path: "/b/" })).inputs.name).not.toBe(olds.name);
    expect((await complete(ROLE, {}, { name: "once-given" })).inputs.name).toMatch(/^app-[0-9a-f]{7}$/);
  });

  it("stay the program's own where it gives one, or a prefix", async () => {
    expect((await complete(ROLE, { name: "mine" })).inputs).toEqual({ name: "mine" });
    expect((await complete(ROLE, { namePrefix: "mine-" })).inputs).toEqual({ namePrefix: "mine-" });
  });

  it("are not made for what has none", async () => {
    expect((await complete(VPC, { cidrBlock: "a" })).inputs).toEqual({ cidrBlock: "a" });
  });
});

describe("diff", () => {
  it("names each property, as deep as it goes", async () => {
    const olds = { tags: { a: "1", b: "1" }, assumeRolePolicy: "x", managedPolicyArns: ["p", "q"] };
    const news = { tags: { a: "2", c: "1" }, assumeRolePolicy: "x", managedPolicyArns: ["p", "r"] };
    expect((await diff(ROLE, olds, news)).toSorted()).toEqual([
      "update: add tags.c",
      "update: delete tags.b",
      "update: update managedPolicyArns.1",
      "update: update tags.a",
    ]);
  });

  it("replaces where AWS does", async () => {
    expect(await diff(VPC, { cidrBlock: "a" }, { cidrBlock: "b" })).toEqual(["replace: update cidrBlock"]);
    expect(await diff(VPC, { cidrBlock: "a" }, { cidrBlock: UNKNOWN })).toEqual(["replace: update cidrBlock"]);
    expect(await diff(DB, { engine: "postgres" }, { engine: "postgres", storageEncrypted: true })).toEqual([
      "replace: add storageEncrypted",
    ]);
    expect(await diff(VPC, { region: "a" }, { region: "b" })).toEqual(["replace: update region"]);
  });

  it("replaces where the SDK's own description says so", async () => {
    const group = subject("aws:elasticache/replicationGroup:ReplicationGroup");
    expect(await diff(group, {}, { snapshotName: "s" })).toEqual(["replace: add snapshotName"]);
  });

  it("finds nothing where nothing changed, nor where only a secret mark did", async () => {
    expect(await diff(VPC, { cidrBlock: "a" }, { cidrBlock: "a" })).toEqual([]);
    expect(await diff(VPC, { cidrBlock: "a" }, { cidrBlock: new Secret("a") })).toEqual([]);
  });

  it("deletes first where old and new would have the same name", async () => {
    const request = { ...ROLE, id: "x", oldInputs: { name: "n", path: "/a/" }, oldOutputs: {}, ignoreChanges: [] };
    const same = await provider.diff({ ...request, news: { name: "n", path: "/b/" } }, call);
    expect(same.deleteBeforeReplace).toBe(true);
    const renamed = await provider.diff({ ...request, news: { name: "m", path: "/a/" } }, call);
    expect(renamed.deleteBeforeReplace).toBe(false);
    const automatic = { ...request, oldInputs: { name: "app-1234567", path: "/a/" } };
    const free = await provider.diff({ ...automatic, news: { name: "app-1234567", path: "/b/" } }, call);
    expect(free.deleteBeforeReplace).toBe(false);
  });
});

describe("the journal", () => {
  it("has a line for each operation that is no preview, without values of secrets", async () => {
    const inputs = { engine: "mysql", password: new Secret("hunter2"), tags: { b: "2", a: "1" } };
    await create(DB, inputs, true);
    const { id } = await create(DB, inputs);
    await provider.delete({ ...DB, id, inputs, state: {}, timeoutSeconds: undefined }, call);
    expect(journal()).toEqual([
      {
        ...{ operation: "create", type: DB.type, name: "db", urn: DB.urn, id },
        inputs: { engine: "mysql", password: "[secret]", tags: { a: "1", b: "2" } },
      },
      expect.objectContaining({ operation: "delete", id }),
    ]);
    expect(readFileSync(join(dir, "record.jsonl"), "utf8")).not.toMatch(/hunter2/);
  });

  it("can be read by its owner alone", async () => {
    await create(VPC, {});
    expect(statSync(join(dir, "record.jsonl")).mode & 0o777).toBe(0o600);
  });

  it("is not kept when nobody asks for it", async () => {
    provider = recorder(awsCatalogue({}), openJournal(""));
    await expect(create(VPC, {})).resolves.toBeDefined();
  });
});

it("refuses a type that the SDK does not have", async () => {
  const { failures } = await complete(subject("aws:ec2/vpc:Vcp"), {});
  expect(failures?.map(({ reason }) => reason)).toEqual([
    expect.stringMatching(/^@pulumi\/aws [\d.]+ has no type aws:ec2\/vpc:Vcp$/),
  ]);
});

it("refuses a function that only AWS could answer, and says which it answers", async () => {
  const lookUp = provider.invoke?.({ token: "aws:ec2/getVpc:getVpc", args: {}, preview: false }, call);
  await expect(lookUp).rejects.toThrow(/records without deploying.*official provider.*getCallerIdentity/);
});

it("keeps the answer to a secret question secret", async () => {
  const arn = "arn:aws:iam::1:role/x";
  const request = { token: "aws:index/getArn:getArn", args: { arn: new Secret(arn) }, preview: false };
  const answer = await provider.invoke?.(request, call);
  const resource = answer && "result" in answer ? answer.result.resource : undefined;
  expect(resource).toBeInstanceOf(Secret);
  expect(reveal(resource ?? null)).toBe("role/x");
});
