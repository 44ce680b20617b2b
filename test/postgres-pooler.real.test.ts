import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { SCRAPES_METRICS } from "../components/core/labels.ts";
import type { RunningCluster } from "../rehearsal/control/start.ts";
import { injectFault } from "../rehearsal/faults/index.ts";
import { PGBOUNCER } from "../rehearsal/images/pgbouncer.ts";
import { POSTGRESQL } from "../rehearsal/images/postgres.ts";
import { whyNoRealNodes } from "../rehearsal/nodes/index.ts";
import { apply, scriptPod } from "../rehearsal/nodes/testing/reach.ts";
import { BUSYBOX, type RealCluster, realCluster, ZONES } from "../rehearsal/nodes/testing/real-cluster.ts";
import { NAMESPACE, postgresObjects, SERVER, WRITER } from "./support/postgres.ts";
import { watchedPostgres } from "./support/postgres-failover.ts";

const why = whyNoRealNodes();
const POOLER = `${SERVER}-pooler`;
const OF_POOLER = `cnpg.io/poolerName=${POOLER}`;
/** How the writer connects. */
const AS_WRITER =
  "export PGPASSWORD=$(cat /credentials/password) PGUSER=$(cat /credentials/username) PGCONNECT_TIMEOUT=3 PGSSLROOTCERT=/tls/ca.crt PGDATABASE=orders";

/** The tests build on each other, in this order. */
describe.skipIf(why !== undefined)(`a pooler on real nodes${why === undefined ? "" : ` (skipped: ${why})`}`, () => {
  let lab: RealCluster;
  let cluster: RunningCluster;
  const kubectl = (...words: string[]) => lab.kubectl("-n", NAMESPACE, ...words);
  const { eventually, written, primary, stands, whole, paused, another, ask, nothingLost } = watchedPostgres(
    (...words) => kubectl(...words),
  );
  const ofPooler = async (field: string) =>
    (await kubectl("get", "pods", "-l", OF_POOLER, "-o", `jsonpath={.items[*].${field}}`)).split(" ");
  const asWriter = (script: string) => kubectl("exec", WRITER, "--", "bash", "-c", `${AS_WRITER}\n${script}`);

  beforeAll(async () => {
    lab = await realCluster("postgres-pooler", {
      simulated: false,
      images: [POSTGRESQL, PGBOUNCER, BUSYBOX],
      operators: ["cloudnative-pg"],
    });
    cluster = await lab.start();
    const { base, writer } = await postgresObjects({ pooler: {} });
    await apply(lab, base);
    await stands();
    await apply(lab, writer);
    await eventually(async () => expect((await written()).some(({ acknowledged }) => acknowledged)).toBe(true));
    await eventually(async () =>
      expect(await ofPooler("status.containerStatuses[0].ready")).toEqual(Array(3).fill("true")),
    );
  });
  afterAll(() => lab?.remove());

  test("stands in three zones beside the instances, and what the server sees are its connections", async () => {
    expect(new Set(await ofPooler("spec.nodeName"))).toHaveLength(3);
    const sees = await ask("select distinct host(client_addr) from pg_stat_activity where usename = 'writer_orders'");
    const addresses = await ofPooler("status.podIP");
    expect(sees).not.toBe("");
    expect(addresses).toEqual(expect.arrayContaining(sees.trim().split("\n")));
    const limit = await ask("select rolconnlimit from pg_roles where rolname = 'writer_orders'");
    // Five of a single replica, in each of three pods and a fourth.
    expect(limit.trim()).toBe("20");
  });

  test("refuses plain text, another database, and whoever it does not know; and nobody goes around it", async () => {
    const psql = (more: string) => asWriter(`PGHOST=$HOST ${more} psql -c 'select 1'`);
    expect(await psql("PGSSLMODE=verify-full")).toContain("1 row");
    await expect(psql("PGSSLMODE=disable")).rejects.toThrow(/login rejected/i);
    // Nobody asks there for a password.
    await expect(psql("PGSSLMODE=verify-full PGDATABASE=postgres")).rejects.toThrow(/rejects connection/i);
    await expect(psql("PGSSLMODE=verify-full PGUSER=postgres")).rejects.toThrow(/no such user/i);
    await expect(psql("PGSSLMODE=verify-full PGPASSWORD=wrong")).rejects.toThrow(/authentication failed/i);
    const around = `PGHOST=${SERVER}-rw PGSSLMODE=require psql -c 'select 1'`;
    await expect(asWriter(around)).rejects.toThrow(/timeout expired/);
  });

  test("tells what the alerts and the dashboard ask for", async () => {
    const [address] = await ofPooler("status.podIP");
    const watcher = { namespace: "watch", name: "scraper", zone: ZONES[0] ?? "" };
    await apply(lab, [
      { apiVersion: "v1", kind: "Namespace", metadata: { name: watcher.namespace, labels: SCRAPES_METRICS } },
      scriptPod(watcher, `busybox wget -qO- http://${address}:9127/metrics`),
    ]);
    await eventually(async () => {
      const metrics = await lab.kubectl("-n", watcher.namespace, "logs", watcher.name);
      expect(metrics).toMatch(/^cnpg_pgbouncer_last_collection_error 0$/m);
      for (const metric of ["pools_maxwait", "pools_cl_waiting", "pools_sv_active", "pools_sv_idle"])
        expect(metrics).toMatch(
          new RegExp(`^cnpg_pgbouncer_${metric}\\{database="orders",user="writer_orders"\\} \\d`, "m"),
        );
      expect(metrics).toMatch(/^cnpg_pgbouncer_stats_total_xact_count\{database="orders"\} \d/m);
    });
  });

  test("one pod is killed: the others carry on, and no acknowledged write is lost", async () => {
    const [lost = ""] = await ofPooler("metadata.name");
    const moment = Date.now();
    await kubectl("delete", "pod", lost, "--grace-period=0", "--force");
    await paused(moment, moment, "one pod of the pooler killed");
    await nothingLost();
    await eventually(async () => {
      const ready = await kubectl("get", "deployment", POOLER, "-o", "jsonpath={.status.readyReplicas}");
      expect(ready).toBe("3");
    });
  });

  test("the primary's node is killed, with a pod of the pooler on it: no acknowledged write is lost", async () => {
    const lost = await primary();
    const node = await kubectl("get", "pod", lost, "-o", "jsonpath={.spec.nodeName}");
    const moment = Date.now();
    const { undo } = await injectFault(cluster, { type: "node-kill", node, duration: "10m" });
    try {
      await another(lost, moment, "the primary's node killed");
      await nothingLost();
    } finally {
      await undo();
    }
    await whole();
    await nothingLost();
  });

  test("the primary's pod is killed: no acknowledged write is lost, and who was between transactions is still connected", async () => {
    const lost = await primary();
    const waits = "touch /tmp/before; until [ -e /tmp/after ]; do sleep 0.2; done";
    const session = asWriter(`
export PGHOST=$HOST PGSSLMODE=verify-full
psql -qAt <<'SQL'
select 'before ' || inet_server_addr();
\\! ${waits}
select 'after ' || inet_server_addr();
SQL`);
    await eventually(() => asWriter("test -e /tmp/before").then(() => undefined));
    const moment = Date.now();
    await kubectl("delete", "pod", lost, "--grace-period=0", "--force");
    await another(lost, moment, "the primary's pod killed");
    await asWriter("touch /tmp/after");
    const [, before, after] = /^before (\S+)\nafter (\S+)\s*$/.exec(await session) ?? [];
    expect(after).toBeDefined();
    expect(after).not.toBe(before);
    await whole();
    await nothingLost();
  });
});
