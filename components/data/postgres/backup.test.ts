import { beforeAll, describe, expect, test } from "vitest";
import { Namespace } from "../../cluster/index.ts";
import { optOut } from "../../core/opt-out.ts";
import type { Consumer, Grant } from "../../core/usage.ts";
import { Issuer } from "../../edge/index.ts";
import { type Recording, record } from "../../testing/record.ts";
import type { Bucket } from "../object-store/bucket.ts";
import type { PostgresArgs } from "./args.ts";
import { Postgres } from "./postgres.ts";

const PEER = { namespace: "storage", podLabels: { "app.kubernetes.io/name": "objects" }, port: 8333 };

/** A bucket that makes nothing, and remembers who was granted what. */
function bucketOf(bucketName: string, issuer: Issuer): { bucket: Bucket; granted: (Consumer & { right: string })[] } {
  const granted: (Consumer & { right: string })[] = [];
  const usable = (right: string) => ({
    usableName: bucketName,
    grant: (consumer: Consumer): Grant => {
      granted.push({ ...consumer, right });
      const secret = `${bucketName}-${consumer.name}`;
      return {
        environment: { ENDPOINT: "https://objects.storage.svc:8333", NAME: bucketName, REGION: "us-east-1" },
        files: {
          ACCESS_KEY_ID: { secret, key: "access-key-id" },
          SECRET_ACCESS_KEY: { secret, key: "secret-access-key" },
        },
        issuer,
        peers: [PEER],
        dependsOn: [],
        revision: "1",
      };
    },
  });
  const rights = { owner: usable("owner"), reader: usable("reader"), writer: usable("writer") };
  return { bucket: { bucketName, dataClass: "personal", ...rights }, granted };
}

function made(args: (bucket: Bucket) => Partial<PostgresArgs>, other?: "another authority") {
  return record("test", () => {
    const namespace = new Namespace("shop-data", { quota: { cpu: "10", memory: "10Gi", pods: 100 } });
    const issuer = new Issuer("internal", { authority: "private" });
    const signer = other ? new Issuer("storage", { authority: "private" }) : issuer;
    const { bucket, granted } = bucketOf("backups", signer);
    new Postgres("postgres", { namespace, issuer, zones: ["a", "b", "c"], databases: ["orders"], ...args(bucket) });
    return { granted };
  });
}

describe("a Postgres with personal data and objectives", () => {
  let all: Recording<{ granted: (Consumer & { right: string })[] }>;
  beforeAll(async () => {
    const objectives = { rto: "1h", rpo: "5m" } as const;
    all = await made((to) => ({ objectives, dataClass: "personal", retention: "365d", backup: { to, keep: "14d" } }));
  });

  test("writes to the bucket as the server, and reads from it as the drill", () => {
    expect(all.outputs.granted).toMatchObject([
      { right: "owner", name: "postgres-backup", podLabels: { "cnpg.io/cluster": "postgres" }, maxReplicas: 4 },
      {
        right: "reader",
        name: "postgres-restore-drill",
        podLabels: { "app.kubernetes.io/name": "postgres", "app.kubernetes.io/component": "restore-drill" },
      },
    ]);
  });

  test("tells the plugin where and how, encrypted on the way and at rest, for as long as it is kept", () => {
    const { metadata, spec } = all.inputsOf(":ObjectStore", "postgres-backup");
    expect(metadata.labels).toMatchObject({ "plumbline.dev/data-class": "personal" });
    expect(spec).toMatchObject({
      retentionPolicy: "14d",
      configuration: {
        destinationPath: "s3://backups/",
        endpointURL: "https://objects.storage.svc:8333",
        endpointCA: { name: "postgres-server-tls", key: "ca.crt" },
        s3Credentials: {
          accessKeyId: { name: "backups-postgres-backup", key: "access-key-id" },
          secretAccessKey: { name: "backups-postgres-backup", key: "secret-access-key" },
        },
        data: { compression: "snappy", encryption: "AES256" },
        wal: { compression: "snappy", encryption: "AES256" },
      },
      instanceSidecarConfiguration: { env: [{ name: "AWS_DEFAULT_REGION", value: "us-east-1" }] },
    });
  });

  test("names no encryption to a bucket with a key of its own, unless it is told to", async () => {
    const inS3 = (more: object) => made((to) => ({ backup: { to: { ...to, encryption: "bucket" }, ...more } }));
    const { metadata, spec } = (await inS3({})).inputsOf(":ObjectStore", "postgres-backup");
    expect(spec.configuration.data).toEqual({ compression: "snappy" });
    expect(spec.configuration.wal).toEqual({ compression: "snappy", maxParallel: 4 });
    expect(metadata.annotations).toEqual({ "plumbline.dev/encrypted-by": "bucket" });
    const told = (await inS3({ encryption: "aws:kms" })).inputsOf(":ObjectStore", "postgres-backup");
    expect(told.spec.configuration.wal).toMatchObject({ encryption: "aws:kms" });
    expect(told.metadata.annotations).toBeUndefined();
  });

  test("archives its log, within the RPO", () => {
    expect(all.inputsOf(":Cluster", "postgres").spec).toMatchObject({
      bootstrap: { initdb: { dataChecksums: true } },
      plugins: [
        {
          name: "barman-cloud.cloudnative-pg.io",
          isWALArchiver: true,
          parameters: { barmanObjectName: "postgres-backup", serverName: "postgres" },
        },
      ],
      postgresql: { parameters: { archive_timeout: "270s" } },
    });
  });

  test("makes base backups at six fields of time, of the class of the data", () => {
    expect(all.inputsOf(":ScheduledBackup", "postgres-backup")).toMatchObject({
      metadata: { labels: { "plumbline.dev/data-class": "personal" } },
      spec: { schedule: "0 15 1 * * *", immediate: true, method: "plugin", cluster: { name: "postgres" } },
    });
  });

  test("is let out to the bucket, with its drill, and lets nobody more in", () => {
    const [server, drill] = ["postgres", "postgres-restore-drill"].map(
      (name) => all.inputsOf(":NetworkPolicy", name).spec,
    );
    const storage = { namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "storage" } } };
    const rule = expect.objectContaining({
      to: [expect.objectContaining(storage)],
      ports: [{ protocol: "TCP", port: 8333 }],
    });
    expect(server.egress).toContainEqual(rule);
    expect(drill).toMatchObject({ ingress: [], egress: [rule] });
  });

  test("restores every week within the RTO, beside everything, with the reader's keys", () => {
    const { metadata, spec } = all.inputsOf(":CronJob", "postgres-restore-drill");
    expect(metadata.annotations).toEqual({ "plumbline.dev/restores": "Cluster/shop-data/postgres" });
    expect(spec).toMatchObject({
      schedule: "45 3 * * 0",
      jobTemplate: { spec: { activeDeadlineSeconds: 3_600, backoffLimit: 0 } },
    });
    const pod = spec.jobTemplate.spec.template.spec;
    expect(pod).toMatchObject({
      automountServiceAccountToken: false,
      securityContext: { runAsNonRoot: true, runAsUser: 10_001 },
    });
    expect(JSON.stringify(pod)).toContain("backups-postgres-restore-drill");
    expect(JSON.stringify(pod)).not.toContain("backups-postgres-backup");
    const [fetch, verify] = [pod.initContainers[0], pod.containers[0]];
    expect(fetch.image).toBe("ghcr.io/cloudnative-pg/plugin-barman-cloud-sidecar:v0.14.0");
    expect(verify.image).toBe("ghcr.io/cloudnative-pg/postgresql:17.5");
    expect(JSON.stringify(verify)).not.toContain("credentials");
    // 10Gi of data, and twice the log of a day and two minutes.
    expect(
      pod.volumes.find(({ name }: { name: string }) => name === "scratch").ephemeral.volumeClaimTemplate.spec,
    ).toMatchObject({
      resources: { requests: { storage: "63Gi" } },
    });
  });
});

test("a bucket of another authority is checked against that authority", async () => {
  const { inputsOf } = await made((to) => ({ backup: { to } }), "another authority");
  const { endpointCA } = inputsOf(":ObjectStore", "postgres-backup").spec.configuration;
  expect(endpointCA).toEqual({ name: "postgres-backup-storage-tls", key: "ca.crt" });
  expect(inputsOf(":Certificate", "postgres-backup-storage").spec.issuerRef.name).toBe("storage");
});

test("without a drill it says why on what makes the backups, and nobody reads the bucket", async () => {
  const drill = optOut("restored every night into the reporting server");
  const { resources, inputsOf, outputs } = await made((to) => ({ backup: { to, drill } }));
  expect(resources.filter(({ type }) => type.endsWith(":CronJob"))).toEqual([]);
  expect(outputs.granted.map(({ right }) => right)).toEqual(["owner"]);
  expect(inputsOf(":ScheduledBackup", "postgres-backup").metadata.annotations).toEqual({
    "plumbline.dev/opt-out.restoreDrill": drill.optOut,
  });
});

test("without backups it says why on itself", async () => {
  const backup = optOut("rebuilt nightly from the event log");
  const { resources, inputsOf } = await made(() => ({ backup }));
  const said = { "plumbline.dev/opt-out.backup": backup.optOut };
  expect(inputsOf(":Cluster", "postgres").metadata.annotations).toMatchObject(said);
  expect(inputsOf(":Cluster", "postgres").spec.plugins).toBeUndefined();
  expect(resources.filter(({ type }) => /:(?:ObjectStore|ScheduledBackup|CronJob)$/.test(type))).toEqual([]);
});

test("a restored server begins with what another one was, and archives into a folder of its own", async () => {
  const { inputsOf, outputs } = await made((to) => ({
    backup: { to, serverName: "postgres-2" },
    restore: { from: to, serverName: "postgres", until: "2026-11-29T12:00:00Z" },
  }));
  const origin = { barmanObjectName: "postgres-origin", serverName: "postgres" };
  expect(inputsOf(":Cluster", "postgres").spec).toMatchObject({
    bootstrap: { recovery: { source: "origin", recoveryTarget: { targetTime: "2026-11-29 12:00:00+00:00" } } },
    externalClusters: [{ name: "origin", plugin: { parameters: origin } }],
    plugins: [{ parameters: { barmanObjectName: "postgres-backup", serverName: "postgres-2" } }],
  });
  expect(inputsOf(":Cluster", "postgres").spec.bootstrap.initdb).toBeUndefined();
  expect(inputsOf(":ObjectStore", "postgres-origin").spec.retentionPolicy).toBeUndefined();
  expect(outputs.granted.map(({ right, name }) => `${right} ${name}`)).toEqual([
    "owner postgres-backup",
    "reader postgres-origin",
    "reader postgres-restore-drill",
  ]);
});
