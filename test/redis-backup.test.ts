import { expect, test } from "vitest";
import { Namespace } from "../components/cluster/index.ts";
import { ObjectStore, Redis } from "../components/data/index.ts";
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
];

/** What the Redis alone cannot give, and what every workload of ours is warned of. */
const ELSEWHERE = [
  "alert-has-runbook",
  "critical-alert-pages",
  "ephemeral-storage-bounded",
  "image-digest-required",
  "image-pull-policy-always",
];

test("a backed-up Redis is what the rules on backups ask for", async () => {
  const { resources } = await record("test", () => {
    const namespace = new Namespace("shop-data", { quota: { cpu: "10", memory: "10Gi", pods: 100 } });
    const issuer = new Issuer("internal", { authority: "private" });
    const zones = ["a", "b", "c"];
    const objects = new ObjectStore("objects", { namespace, issuer, zones, buckets: { backups: {} } });
    const objectives = { rto: "1h", rpo: "1h" } as const;
    new Redis("sessions", {
      namespace,
      issuer,
      zones,
      role: "store",
      objectives,
      backup: { to: objects.bucket("backups") },
    });
    return {};
  });
  const findings = evaluate(
    resources.map(({ type, name, inputs }) => ({ type, name, props: inputs })),
    { rules: RULES },
  );
  const ofRedis = findings.filter(({ object }) => object.label.includes("/sessions"));
  expect(JUDGING.filter((id) => !ofRedis.some(({ rule }) => rule.id === id))).toEqual([]);
  const broken = ofRedis.filter(({ verdict }) => verdict !== "pass").map(({ rule }) => rule.id);
  expect([...new Set(broken)].sort()).toEqual(ELSEWHERE);
});
