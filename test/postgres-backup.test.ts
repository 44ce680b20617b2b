import { expect, test } from "vitest";
import { Namespace } from "../components/cluster/index.ts";
import type { Consumer, Grant } from "../components/core/usage.ts";
import { type Bucket, Postgres } from "../components/data/index.ts";
import { Issuer } from "../components/edge/index.ts";
import { record } from "../components/testing/record.ts";
import { evaluate, RULES } from "../policies/index.ts";

/** The rules that a backup is for, or is judged by. */
const JUDGING = [
  "backup-covers-stateful",
  "restore-drill-required",
  "restore-drill-within-rto",
  "data-class-label-required",
  "data-class-flows-to-backup",
  "personal-backup-retention-bounded",
  "personal-data-retention-bounded",
];
/** What the Postgres alone cannot give, and what every workload of ours is warned of. */
const ELSEWHERE = [
  // The stack says where its runbooks are read, and who is paged.
  "alert-has-runbook: PrometheusRule shop-data/postgres",
  "critical-alert-pages: PrometheusRule shop-data/postgres",
  "ephemeral-storage-bounded: CronJob shop-data/postgres-eraser",
  "ephemeral-storage-bounded: CronJob shop-data/postgres-restore-drill",
  "image-digest-required: Cluster shop-data/postgres",
  "image-digest-required: CronJob shop-data/postgres-eraser",
  "image-digest-required: CronJob shop-data/postgres-restore-drill",
  "image-pull-policy-always: CronJob shop-data/postgres-eraser",
  "image-pull-policy-always: CronJob shop-data/postgres-restore-drill",
  "logs-collected: Namespace shop-data",
];

function bucketOf(issuer: Issuer): Bucket {
  const grant = ({ name: consumer }: Consumer): Grant => {
    const secret = `backups-${consumer}`;
    return {
      environment: { ENDPOINT: "https://objects.storage.svc:8333", NAME: "backups" },
      files: { ACCESS_KEY_ID: { secret, key: "id" }, SECRET_ACCESS_KEY: { secret, key: "key" } },
      issuer,
      peers: [{ namespace: "storage", podLabels: { "app.kubernetes.io/name": "objects" }, port: 8333 }],
      dependsOn: [],
      revision: "1",
    };
  };
  return {
    bucketName: "backups",
    dataClass: "personal",
    owner: { usableName: "backups", grant },
    reader: { usableName: "backups", grant },
    writer: { usableName: "backups", grant },
  };
}

test("a backed-up Postgres with personal data is what the rules ask for", async () => {
  const { resources } = await record("test", () => {
    const namespace = new Namespace("shop-data", { quota: { cpu: "10", memory: "10Gi", pods: 100 } });
    const issuer = new Issuer("internal", { authority: "private" });
    new Postgres("postgres", {
      namespace,
      issuer,
      zones: ["a", "b", "c"],
      databases: ["orders"],
      dataClass: "personal",
      retention: "365d",
      objectives: { rto: "1h", rpo: "5m" },
      backup: { to: bucketOf(issuer), keep: "22d" },
      erasure: {
        tables: { orders: { orders: { by: "placed_at", subject: "customer" } } },
        log: { ...bucketOf(issuer), bucketName: "erasures" },
      },
    });
    return {};
  });
  const findings = evaluate(
    resources.map(({ type, name, inputs }) => ({ type, name, props: inputs })),
    { rules: RULES },
  );
  const judged = new Set(findings.map(({ rule }) => rule.id));
  expect(JUDGING.filter((id) => !judged.has(id))).toEqual([]);
  const broken = findings.filter(({ verdict }) => verdict !== "pass");
  expect(broken.map(({ rule, object }) => `${rule.id}: ${object.label}`).sort()).toEqual(ELSEWHERE);
});
