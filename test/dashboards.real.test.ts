import { execFileSync } from "node:child_process";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { kafkaMissing, TestKafka } from "@plumbline-shop/testing/kafka";
import { eventually, freePort } from "@plumbline-shop/testing/net";
import { postgresMissing, TestPostgres } from "@plumbline-shop/testing/postgres";
import { type RealProcess, startService } from "@plumbline-shop/testing/process";
import { Scratch } from "@plumbline-shop/testing/scratch";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { objectivePlan } from "../components/observability/index.ts";
import { findGo } from "../rehearsal/toolchain/go.ts";
import { compilerEnvironment } from "../rehearsal/toolchain/go-build.ts";
import { clusterSeries } from "./support/cluster-series.ts";
import { DASHBOARDS, OBJECTIVES, queriesOf, SERVICE } from "./support/dashboards.ts";
import { type PrometheusBinary, prometheusBinary, type RunningPrometheus } from "./support/prometheus.ts";
import { promtool } from "./support/promtool.ts";
import { whyNotUnpacked } from "./support/unpacked-image.ts";

test.skipIf(whyNotUnpacked)("Prometheus can read every query of every dashboard", async () => {
  const tool = await promtool();
  try {
    const queries = Object.values(DASHBOARDS).flatMap(queriesOf);
    expect(queries.length).toBeGreaterThan(100);
    // Each under a name of its own: the same rule twice is refused.
    const rules = queries.map(({ expr }, index) => ({ record: `query:${index}`, expr }));
    const groups = [{ name: "queries", rules }];
    const said = tool.run(["check", "rules", "/rules.yml"], { "rules.yml": { groups } });
    expect(said).toContain(`SUCCESS: ${queries.length} rules found`);
  } finally {
    tool.remove();
  }
});

const { go } = await findGo();

describe.skipIf(go === undefined)(`Grafana's own schema${go ? "" : " (skipped: there is no Go)"}`, () => {
  /** What is wrong with dashboards, by their names: Grafana's types in Go, which take nothing that they do not know. */
  const wrongWith = (texts: Readonly<Record<string, string>>) =>
    JSON.parse(
      execFileSync(go?.path ?? "", ["-C", join(import.meta.dirname, "grafana"), "run", "."], {
        input: JSON.stringify(texts),
        env: compilerEnvironment(),
        encoding: "utf8",
        stdio: ["pipe", "pipe", "ignore"],
      }),
    ) as Record<string, string>;

  test("has nothing against any dashboard", () => {
    expect(wrongWith(DASHBOARDS)).toEqual({});
  }, 600_000);

  test.each([
    ["a field of a panel's that there is not", '"graphMode"', '"graphModus"', "unexpected field 'graphModus'"],
    ["a query that is no text", /"expr":"count[^"\\]*(\\.[^"\\]*)*"/, '"expr":5', "cannot unmarshal number"],
    ["a link without an address's kind", '"type":"link",', "", "required field is missing"],
  ])(
    "would tell of %s",
    (_, from, to, said) => {
      const text = DASHBOARDS["a service"] ?? "";
      const changed = text.replace(from, to);
      expect(changed).not.toBe(text);
      expect(wrongWith({ changed }).changed).toContain(said);
    },
    600_000,
  );
});

const missing = whyNotUnpacked ?? postgresMissing ?? kafkaMissing;

describe.skipIf(missing)(`a real service that Prometheus reads${missing ? ` (skipped: ${missing})` : ""}`, () => {
  const { name, namespace } = SERVICE;
  const labels = { namespace, pod: `${name}-5d9c7b8f6-x2x4z` };
  const scratch = new Scratch();
  let postgres: TestPostgres;
  let kafka: TestKafka;
  let service: RealProcess;
  let binary: PrometheusBinary;
  let prometheus: RunningPrometheus;
  let cluster: Server;
  let load: NodeJS.Timeout;

  beforeAll(async () => {
    postgres = await TestPostgres.start();
    kafka = await TestKafka.start();
    await postgres.createDatabase(name, name, "s3cret");
    await kafka.createTopics("orders");
    const [port, adminPort] = [await freePort(), await freePort()];
    const secret = (file: string, text: string) => scratch.file(file, text);
    service = startService(new URL(`../apps/${name}/src/main.ts`, import.meta.url), {
      PORT: `${port}`,
      ADMIN_PORT: `${adminPort}`,
      INVENTORY_DB_HOST: "127.0.0.1",
      INVENTORY_DB_PORT: `${postgres.port}`,
      INVENTORY_DB_NAME: name,
      INVENTORY_DB_USER_FILE: secret("db-user", name),
      INVENTORY_DB_PASSWORD_FILE: secret("db-password", "s3cret"),
      ORDERS_TOPIC_BROKERS: kafka.brokers,
      ORDERS_TOPIC_NAME: "orders",
      ORDERS_TOPIC_CA_FILE: kafka.caFile,
      ORDERS_TOPIC_USER_FILE: secret("topic-user", kafka.user),
      ORDERS_TOPIC_PASSWORD_FILE: secret("topic-password", kafka.password),
    });
    await eventually(`${name} is ready`, 60, async () => {
      const answer = await fetch(`http://127.0.0.1:${adminPort}/readyz`);
      if (!answer.ok) throw new Error(`${await answer.text()}\n${service.output}`);
    });
    cluster = createServer((_, answer) => answer.end(clusterSeries({ ...labels, container: name })));
    await new Promise<void>((resolve) => cluster.listen(0, "127.0.0.1", resolve));
    binary = await prometheusBinary();
    const { spec } = objectivePlan(name, { namespace, team: namespace, objectives: OBJECTIVES });
    // What is reckoned every two minutes is here, too, as soon as it can be.
    const rules = { groups: spec.groups.map(({ interval: _, ...group }) => group) };
    const { port: clusterPort } = cluster.address() as AddressInfo;
    prometheus = await binary.serve({
      rules: [rules],
      targets: [
        { address: `127.0.0.1:${adminPort}`, job: name, labels: { ...labels, service: name } },
        { address: `127.0.0.1:${clusterPort}`, job: "cluster", labels: {} },
      ],
      alertmanagers: [],
    });
    let sent = 0;
    load = setInterval(async () => {
      sent++;
      const body = JSON.stringify({ available: sent });
      const put = { method: "PUT", headers: { "content-type": "application/json" }, body };
      const calls = [fetch(`http://127.0.0.1:${port}/stock/anvil`, put), fetch(`http://127.0.0.1:${port}/stock/none`)];
      const order = { id: crypto.randomUUID(), items: [{ sku: "anvil", quantity: 1 }] };
      if (sent % 10 === 1) calls.push(kafka.send("orders", JSON.stringify(order)).then(() => new Response()));
      await Promise.allSettled(calls);
    }, 100);
  });
  afterAll(async () => {
    clearInterval(load);
    await prometheus?.stop();
    binary?.remove();
    cluster?.close();
    await service?.stop("SIGKILL");
    await Promise.all([kafka?.stop(), postgres?.stop()]);
    scratch.remove();
  });

  test("answers every query of its dashboard with a number", async () => {
    const queries = queriesOf(DASHBOARDS["a service"] ?? "");
    expect(queries.length).toBeGreaterThan(20);
    await eventually("every query has an answer", 90, async () => {
      const answers = await Promise.all(queries.map(({ expr }) => prometheus.query(expr)));
      const silent = queries.filter((_, index) => !answers[index]?.some(({ value }) => Number.isFinite(value)));
      expect(silent.map(({ of, expr }) => `${of}: ${expr}`)).toEqual([]);
    });
  });

  test("is told apart by what it answers and takes", async () => {
    const own = `namespace="${namespace}",service="${name}"`;
    const routes = await prometheus.query(`sum by (status) (rate(http_requests_total{${own}}[5m])) > 0`);
    expect(routes.map(({ metric }) => metric.status).sort()).toEqual(["200", "404"]);
    const [handled] = await prometheus.query(`sum(messages_consumed_total{${own},topic="orders",outcome="handled"})`);
    expect(handled?.value).toBeGreaterThan(0);
  });

  test("marks a release, once, by its revision and its image", async () => {
    const marks = queriesOf(DASHBOARDS["a service"] ?? "").filter(({ of }) => of === "Release");
    const [mark, ...more] = await prometheus.query(marks[0]?.expr ?? "");
    expect(more).toEqual([]);
    expect(mark?.metric).toEqual({
      revision: "inventory-5d9c7b8f6",
      image_spec: "registry.example.com/inventory:1.4.2",
    });
  });
});
