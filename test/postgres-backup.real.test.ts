import { load } from "js-yaml";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { optOut } from "../components/core/opt-out.ts";
import { POSTGRESQL } from "../rehearsal/images/postgres.ts";
import { SEAWEEDFS } from "../rehearsal/images/seaweedfs.ts";
import { whyNoRealNodes } from "../rehearsal/nodes/index.ts";
import { apply } from "../rehearsal/nodes/testing/reach.ts";
import { type RealCluster, realCluster } from "../rehearsal/nodes/testing/real-cluster.ts";
import { BUCKET, bucketOf, keySecrets, objectStoreObjects, STORAGE, s3Pod } from "./support/one-object-store.ts";
import { NAMESPACE, postgresObjects, SERVER, type Wanted, WRITER, writes } from "./support/postgres.ts";

const why = whyNoRealNodes();
/** The shortest RPO that there is: the log goes every half minute. */
const OBJECTIVES = { rto: "10m", rpo: "60s" } as const;
const ARGS: Wanted = {
  instances: 1,
  replication: optOut("what is tried here is its backups"),
  objectives: OBJECTIVES,
  bucket: bucketOf,
};
/** Flips bits in the middle of the archive of the data, as a bad disk does. */
const CORRUPT = `
pages = s3.get_paginator("list_objects_v2").paginate(Bucket="${BUCKET}", Prefix="${SERVER}/base/")
key = max((one for page in pages for one in page["Contents"]), key=lambda one: one["Size"])["Key"]
body = bytearray(s3.get_object(Bucket="${BUCKET}", Key=key)["Body"].read())
middle = len(body) // 2
for at in range(middle, middle + 64): body[at] ^= 0xff
s3.put_object(Bucket="${BUCKET}", Key=key, Body=bytes(body), ServerSideEncryption="AES256")
print("flipped 64 bytes of", len(body), "in", key)
`;
const MAKE_BUCKET = `
try: s3.create_bucket(Bucket="${BUCKET}")
except s3.exceptions.BucketAlreadyExists: pass
`;
const LIST = `
for page in s3.get_paginator("list_objects_v2").paginate(Bucket="${BUCKET}"):
    for one in page.get("Contents", []):
        print(one["Key"], one["Size"], s3.head_object(Bucket="${BUCKET}", Key=one["Key"]).get("ServerSideEncryption"))
`;

/** The tests build on each other, in this order. */
describe.skipIf(why !== undefined)(`PostgreSQL's backups${why === undefined ? "" : ` (skipped: ${why})`}`, () => {
  let lab: RealCluster;
  /** What the drill was before the server was restored, into other folders. */
  let drillJob: { spec: { template: { spec: Record<"initContainers" | "containers", { name: string }[]> } } };
  let before: readonly number[];
  let until: string;
  let disaster: number;
  const kubectl = (...words: string[]) => lab.kubectl("-n", NAMESPACE, ...words);
  const eventually = (what: () => Promise<void>) => vi.waitFor(what, { timeout: 240_000, interval: 1_000 });
  const psql = (query: string) =>
    kubectl("exec", `${SERVER}-1`, "-c", "postgres", "--", "psql", "-qAtd", "orders", "-c", query);
  const acknowledged = async () => writes(await kubectl("logs", WRITER)).filter((write) => write.acknowledged);
  const inWriter = (script: string) => kubectl("exec", WRITER, "--", "bash", "-c", script);
  const ready = () =>
    eventually(async () => {
      const path = "jsonpath={.status.readyInstances}";
      expect(await kubectl("get", "clusters.postgresql.cnpg.io", SERVER, "-o", path)).toBe("1");
    });
  /** Runs a script beside the object store, and gives what it printed. */
  async function inStore(name: string, script: string): Promise<string> {
    await apply(lab, [s3Pod(name, script)]);
    await lab.kubectl("-n", STORAGE, "wait", "pod", name, "--for=jsonpath={.status.phase}=Succeeded", "--timeout=120s");
    return lab.kubectl("-n", STORAGE, "logs", name);
  }
  /** Runs the drill, and gives what it said when it was done. */
  async function drill(name: string): Promise<{ succeeded: boolean; log: string }> {
    const job = { apiVersion: "batch/v1", kind: "Job", metadata: { name, namespace: NAMESPACE }, spec: drillJob.spec };
    await apply(lab, [job]);
    let done = "";
    await eventually(async () => {
      done = await kubectl("get", "job", name, "-o", 'jsonpath={.status.conditions[?(@.status=="True")].type}');
      expect(done).toMatch(/Complete|Failed/);
    });
    const { initContainers, containers } = drillJob.spec.template.spec;
    // Of one that never started there is no log.
    const logs = [...initContainers, ...containers].map((one) =>
      kubectl("logs", `job/${name}`, "-c", one.name).catch(() => ""),
    );
    return { succeeded: done.includes("Complete"), log: (await Promise.all(logs)).join("\n") };
  }

  beforeAll(async () => {
    lab = await realCluster("postgres-backup", {
      simulated: false,
      images: [POSTGRESQL, SEAWEEDFS],
      operators: ["cloudnative-pg", "plugin-barman-cloud"],
    });
    await lab.start();
    const { base, writer } = await postgresObjects({ ...ARGS, backup: {} });
    await apply(lab, [...base, ...keySecrets(NAMESPACE), ...objectStoreObjects("internal")]);
    await inStore("make-bucket", MAKE_BUCKET);
    await ready();
    await apply(lab, writer);
    const job = await kubectl(
      "create",
      "job",
      "drill",
      `--from=cronjob/${SERVER}-restore-drill`,
      "--dry-run=client",
      "-o",
      "yaml",
    );
    drillJob = load(job) as typeof drillJob;
  });
  afterAll(() => lab?.remove());

  test("a base backup is made as soon as the server stands, and the log follows within the RPO", async () => {
    await eventually(async () => {
      expect(await kubectl("get", "backups.postgresql.cnpg.io", "-o", "jsonpath={.items[*].status.phase}")).toBe(
        "completed",
      );
    });
    await eventually(async () => expect((await acknowledged()).length).toBeGreaterThan(20));
    // Between two writes: what is acknowledged before is to be there, what comes after is not.
    await inWriter("touch /tmp/pause; while [ -e /tmp/writing ]; do sleep 0.1; done");
    before = (await acknowledged()).map(({ number }) => number);
    until = (await psql("select to_json(clock_timestamp() at time zone 'UTC')")).replaceAll('"', "").concat("Z");
    await inWriter("sleep 1; rm /tmp/pause");
    await eventually(async () => {
      expect(
        await psql(`select last_archived_time > '${until}' and last_failed_wal is null from pg_stat_archiver`),
      ).toBe("t");
    });
    await eventually(async () => expect((await acknowledged()).length).toBeGreaterThan(before.length + 20));
    const objects = (await inStore("list", LIST)).split("\n");
    console.log(objects.join("\n"));
    expect(objects.filter((line) => !line.endsWith(" AES256"))).toEqual([]);
  });

  test("everything is deleted: the drill brings back all but the last minute", async () => {
    disaster = Date.now();
    await kubectl("delete", "clusters.postgresql.cnpg.io", SERVER, "--wait=false");
    await kubectl("delete", "pods", "-l", `cnpg.io/cluster=${SERVER}`, "--grace-period=0", "--force");
    await kubectl("delete", "persistentvolumeclaims", "-l", `cnpg.io/cluster=${SERVER}`);
    await eventually(async () => expect(await kubectl("get", "clusters.postgresql.cnpg.io", "-o", "name")).toBe(""));
    const last = (await acknowledged()).at(-1)?.at ?? Number.NaN;
    const { succeeded, log } = await drill("drill-after-disaster");
    console.log(log);
    expect(succeeded, log).toBe(true);
    const [, commit] = /"drill":"passed".*"lastCommit":(\d+)/.exec(log) ?? [];
    const lost = last / 1_000 - Number(commit);
    console.log(`RPO: ${Math.max(0, lost).toFixed(0)} s of writes were lost; ${OBJECTIVES.rpo} is promised`);
    expect(lost).toBeLessThan(60);
  });

  test("it is restored to a moment, with exactly what had been acknowledged, within the RTO", async () => {
    const began = Date.now();
    const restored = { serverName: SERVER, until };
    const { base } = await postgresObjects({ ...ARGS, backup: { serverName: `${SERVER}-2` }, restored });
    await apply(lab, base);
    await eventually(async () => {
      const after = (await acknowledged()).filter(({ at }) => at > began);
      expect(after.length).toBeGreaterThan(0);
    });
    const took = ((await acknowledged()).find(({ at }) => at > began)?.at ?? Number.NaN) - began;
    console.log(
      `RTO: writes are taken ${(took / 1_000).toFixed(0)} s after the restore began; ${OBJECTIVES.rto} is promised`,
    );
    const first = Math.min(...(await acknowledged()).filter(({ at }) => at > began).map(({ number }) => number));
    const there = await psql(`select number from writes where number < ${first} order by number`);
    expect(there.split("\n").map(Number)).toEqual(before);
    console.log(`${before.length} writes were acknowledged until ${until}, and are there; disaster ${disaster}`);
  });

  test("a damaged backup is noticed by the drill", async () => {
    console.log(await inStore("corrupt", CORRUPT));
    const { succeeded, log } = await drill("drill-of-damaged");
    console.log(log);
    expect(succeeded).toBe(false);
    expect(log).toContain('"drill": "failed"');
  });
});
