import { beforeAll, describe, expect, test } from "vitest";
import { Namespace } from "../../cluster/index.ts";
import { optOut } from "../../core/opt-out.ts";
import { Issuer } from "../../edge/index.ts";
import { GENERATED, isSecret, type Recording, record } from "../../testing/record.ts";
import type { AwsPlace } from "../aws/place.ts";
import { ObjectStore } from "../object-store/object-store.ts";
import type { RedisArgs } from "./args.ts";
import { Redis } from "./redis.ts";

const zones = ["a", "b", "c"];

function made(change: (bucket: ReturnType<ObjectStore<"backups">["bucket"]>) => Partial<RedisArgs>) {
  return record("test", () => {
    const namespace = new Namespace("shop-data", { quota: { cpu: "10", memory: "10Gi", pods: 100 } });
    const issuer = new Issuer("internal", { authority: "private" });
    const objects = new ObjectStore("objects", {
      namespace,
      issuer,
      zones,
      buckets: { backups: {} },
      dataClass: "restricted",
    });
    new Redis("sessions", { namespace, issuer, zones, role: "store", ...change(objects.bucket("backups")) });
  });
}

let all: Recording<unknown>;
beforeAll(async () => {
  all = await made((to) => ({
    dataClass: "personal",
    retention: "90d",
    objectives: { rto: "1h", rpo: "1h" },
    backup: { to, keep: "14d" },
  }));
});
const pod = (part: string) => all.inputsOf(":CronJob", `sessions-${part}`).spec.jobTemplate.spec.template.spec;
const containers = (part: string) => [...pod(part).initContainers, ...pod(part).containers];

describe("a Redis that is backed up", () => {
  test("has jobs that say what they save and try, of the class of the data, in the time that was promised", () => {
    const store = "StatefulSet/shop-data/sessions-server";
    const jobs = ["backup", "restore-drill"].map((part) => all.inputsOf(":CronJob", `sessions-${part}`));
    expect(jobs).toMatchObject([
      {
        metadata: {
          annotations: { "plumbline.dev/backs-up": store },
          labels: { "plumbline.dev/data-class": "personal" },
        },
        spec: { schedule: "20-59/30 * * * *", suspend: false },
      },
      {
        metadata: { annotations: { "plumbline.dev/restores": store } },
        spec: {
          schedule: "45 3 * * 0",
          suspend: false,
          jobTemplate: { spec: { activeDeadlineSeconds: 3_600, backoffLimit: 0 } },
        },
      },
    ]);
  });

  test("restores when somebody asks for it, and at no time by itself", () => {
    expect(all.inputsOf(":CronJob", "sessions-restore").spec.suspend).toBe(true);
  });

  test("writes to the bucket with one key, and reads with others; the drill has no account of the servers", () => {
    const { value } = all.inputsOf(":Secret", "objects-identities").stringData;
    const { identities } = JSON.parse(value["s3.json"].value ?? value["s3.json"]);
    expect(identities.map(({ name }: { name: string }) => name)).toEqual([
      "shop-data.sessions-backup.backups.owner",
      "shop-data.sessions-restore-drill.backups.reader",
      "shop-data.sessions-restore.backups.reader",
    ]);
    const mounts = (part: string) =>
      containers(part).map(({ name, volumeMounts }) => [
        name,
        volumeMounts.map((mount: { name: string }) => mount.name).filter((name: string) => /account|bucket/.test(name)),
      ]);
    expect(["backup", "restore-drill", "restore"].flatMap(mounts)).toEqual([
      ["snapshot", ["account"]],
      ["put", ["bucket"]],
      ["fetch", ["bucket"]],
      ["verify", []],
      ["fetch", ["bucket"]],
      ["restore", ["account"]],
    ]);
  });

  test("its accounts stand in the servers' file with their rights, and in Secrets of their own", () => {
    const { value } = all.inputsOf(":Secret", "sessions-users").stringData;
    const acl = value["users.acl"].value ?? value["users.acl"];
    expect(acl).toMatch(/^user _backup on #[0-9a-f]{64} \+sync \+replconf \+ping \+role$/m);
    expect(acl).toMatch(/^user _restore on #[0-9a-f]{64} ~\* \+@write -@dangerous/m);
    for (const part of ["backup", "restore"])
      expect(isSecret(all.inputsOf(":Secret", `sessions-${part}`).stringData), part).toBe(true);
    expect(JSON.stringify(containers("backup"))).not.toContain(GENERATED);
  });

  test("has a folder that a Redis of this name in another namespace has not; what is named is taken as it is", async () => {
    const folders = ["backup", "restore-drill", "restore"].flatMap((part) =>
      containers(part).flatMap(({ env = [] }) => env.filter(({ name }: { name: string }) => name === "FOLDER")),
    );
    expect(folders).toEqual(Array(3).fill({ name: "FOLDER", value: "shop-data/sessions" }));
    const { inputsOf } = await made((to) => ({ backup: { to, folder: "sessions" } }));
    const [put] = inputsOf(":CronJob", "sessions-backup").spec.jobTemplate.spec.template.spec.containers;
    expect(put.env).toContainEqual({ name: "FOLDER", value: "sessions" });
  });

  test("is let in to the servers, but for the drill, and nobody is let in to it", () => {
    const ingress = JSON.stringify(all.inputsOf(":NetworkPolicy", "sessions-server").spec.ingress);
    for (const part of ["backup", "restore"]) expect(ingress).toContain(`"app.kubernetes.io/component":"${part}"`);
    expect(ingress).not.toContain("restore-drill");
    const ports = (part: string) =>
      all
        .inputsOf(":NetworkPolicy", `sessions-${part}`)
        .spec.egress.map(({ ports: [first] }: { ports: [{ port: number }] }) => first.port);
    expect([ports("backup"), ports("restore-drill"), ports("restore")]).toEqual([[6379, 8333], [8333], [6379, 8333]]);
    expect(all.inputsOf(":NetworkPolicy", "sessions-backup").spec.ingress).toEqual([]);
  });
});

test("a bucket of S3 has a key of its own, and is named no encryption; one in the cluster is", async () => {
  const aws: AwsPlace = {
    region: "eu-central-1",
    accountId: "123456789012",
    vpcId: "vpc-0a1b2c3d",
    subnets: zones.map((zone, index) => ({
      id: `subnet-${index}`,
      zone: `eu-central-1${zone}`,
      cidr: `10.0.${8 + index}.0/24`,
    })),
    podSecurityGroupIds: ["sg-0a1b2c3d"],
    clusterName: "shop",
    alarms: optOut("nobody runs it"),
  };
  const inS3 = await record("test", () => {
    const namespace = new Namespace("shop-data", { quota: { cpu: "10", memory: "10Gi", pods: 100 } });
    const issuer = new Issuer("internal", { authority: "private" });
    const keys = { podIdentity: optOut("the jobs read a key from a file") };
    const objects = new ObjectStore("objects", { backend: "aws", namespace, aws, buckets: { backups: {} }, ...keys });
    const backup = { to: objects.bucket("backups") };
    expect(backup.to.deletedFor).toBe("30d");
    new Redis("sessions", { namespace, issuer, zones, role: "store", backup });
  });
  const named = ({ inputsOf }: Recording<unknown>) =>
    inputsOf(":CronJob", "sessions-backup").spec.jobTemplate.spec.template.spec.containers[0].env.filter(
      ({ name }: { name: string }) => name === "ENCRYPTION",
    );
  expect(named(all)).toEqual([{ name: "ENCRYPTION", value: "AES256" }]);
  expect(named(inS3)).toEqual([]);
});

test("without a backup there is nothing of it", async () => {
  const { resources, inputsOf } = await made(() => ({}));
  expect(resources.filter(({ type }) => type.endsWith(":CronJob"))).toEqual([]);
  const { value } = inputsOf(":Secret", "sessions-users").stringData;
  expect(value["users.acl"].value ?? value["users.acl"]).not.toContain("_backup");
});
