import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeSandbox, type Sandbox } from "../testing/sandbox.ts";

// The real engine drives the recorders by way of `@pulumi/aws` and `@pulumi/kubernetes-cert-manager`.

const UP = ["up", "--yes", "--skip-preview", "--non-interactive"];
const NOTE = /recorded, not deployed/;
const PROGRAM = `
  import * as pulumi from "@pulumi/pulumi";
  import { getAvailabilityZonesOutput } from "@pulumi/aws/getAvailabilityZones.js";
  import { getPolicyDocumentOutput } from "@pulumi/aws/iam/getPolicyDocument.js";
  import { Role } from "@pulumi/aws/iam/role.js";
  import { Instance } from "@pulumi/aws/rds/instance.js";
  import { Subnet } from "@pulumi/aws/ec2/subnet.js";
  import { Vpc } from "@pulumi/aws/ec2/vpc.js";
  import { CertManager } from "@pulumi/kubernetes-cert-manager";
  const config = new pulumi.Config();
  const password = config.requireSecret("password");
  const vpc = new Vpc("main", { cidrBlock: config.get("cidr") ?? "10.0.0.0/16" });
  const zones = getAvailabilityZonesOutput().names;
  const subnet = new Subnet("a", { vpcId: vpc.id, cidrBlock: "10.0.1.0/24", availabilityZone: zones[0] });
  const db = new Instance("db", { instanceClass: "db.t4g.micro", engine: "postgres", allocatedStorage: 20,
    username: "shop", password });
  const statements = [{ actions: ["sts:AssumeRole"], principals: [{ type: "Service", identifiers: ["ec2.amazonaws.com"] }] }];
  const role = new Role("app", { assumeRolePolicy: getPolicyDocumentOutput({ statements }).json });
  const certs = new CertManager("certs", { installCRDs: true, helmOptions: { namespace: "cert-manager", values: { password } } });
  export const vpcId = vpc.id, arn = role.arn, zone = subnet.availabilityZone, endpoint = db.endpoint;
  export const certStatus = certs.status.status;`;

let box: Sandbox;
let record: string;
beforeAll(async () => {
  box = await makeSandbox({ "program/index.ts": PROGRAM });
  record = join(box.dir, "record.jsonl");
  process.env.PLUMBLINE_RECORD = record;
  await box.pulumi(["config", "set", "aws:region", "eu-west-1"]);
  await box.pulumi(["config", "set", "--secret", "password", "hunter2!!!"]);
});
afterAll(() => {
  delete process.env.PLUMBLINE_RECORD;
  box.remove();
});

const entries = () =>
  readFileSync(record, "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));

describe("a program for AWS, recorded", () => {
  it("is previewed with unknowns, and says at each resource that it is recorded", async () => {
    const { code, output } = await box.pulumi(["preview", "--non-interactive"]);
    expect(code).toBe(0);
    for (const name of ["main", "a", "db", "app", "certs"]) {
      expect(output).toMatch(new RegExp(`\\b${name} create recorded, not deployed`));
    }
    expect(output).toMatch(/vpcId *: \[unknown\]/);
  });

  it("is recorded with values that nobody takes for real", async () => {
    const { code, output } = await box.pulumi(UP);
    expect(code).toBe(0);
    expect(output).toMatch(NOTE);
    const outputs = JSON.parse((await box.pulumi(["stack", "output", "--json"])).output);
    expect(outputs).toEqual({
      vpcId: expect.stringMatching(/^recorded-vpc-/),
      arn: expect.stringMatching(/^arn:aws:iam::000000000000:role\/recorded-app-/),
      zone: "eu-west-1a",
      endpoint: expect.stringMatching(/\.recorded\.invalid:5432$/),
      certStatus: "recorded, not deployed",
    });
  });

  it("is written down, resource by resource, without its secrets", () => {
    expect(
      entries()
        .map(({ operation, name }) => `${operation} ${name}`)
        .sort(),
    ).toEqual(["construct certs", "create a", "create app", "create db", "create main"]);
    const { inputs } = entries().find(({ name }) => name === "db");
    expect(inputs).toMatchObject({ engine: "postgres", password: "[secret]" });
    expect(readFileSync(record, "utf8")).not.toMatch(/hunter2/);
  });

  it("has no secret in clear in the state", async () => {
    const { output } = await box.pulumi(["stack", "export"]);
    expect(output).toMatch(/ciphertext/);
    expect(output).not.toMatch(/hunter2/);
  });

  it("changes nothing when it runs again, with a refresh", async () => {
    const { code, output } = await box.pulumi([...UP, "--refresh", "--expect-no-changes"]);
    expect(output).toMatch(/recorded, not deployed: taken as unchanged/);
    expect(code).toBe(0);
  });

  it("replaces what AWS would replace, and what hangs on it", async () => {
    await box.pulumi(["config", "set", "cidr", "10.1.0.0/16"]);
    const { output } = await box.pulumi(["preview", "--non-interactive", "--diff"]);
    expect(output).toMatch(/~ cidrBlock: "10\.0\.0\.0\/16" => "10\.1\.0\.0\/16"/);
    expect(output).toMatch(/\+-2 to replace/);
  });

  it("says what it cannot answer", async () => {
    box.write({
      "program/index.ts": `
        import { getVpcOutput } from "@pulumi/aws/ec2/getVpc.js";
        export const id = getVpcOutput({ default: true }).id;`,
    });
    const { code, output } = await box.pulumi(["preview", "--non-interactive"]);
    expect(code).not.toBe(0);
    expect(output).toMatch(/aws:ec2\/getVpc:getVpc asks aws for something that is there.*records without deploying/s);
  });

  it("is destroyed, which is written down too", async () => {
    const { code } = await box.pulumi(["destroy", "--yes", "--skip-preview", "--non-interactive"]);
    expect(code).toBe(0);
    expect(entries().filter(({ operation }) => operation === "delete")).toHaveLength(4);
    expect(box.processes()).toEqual([]);
  });
});
