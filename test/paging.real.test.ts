import { randomUUID } from "node:crypto";
import { kafkaMissing, TestKafka } from "@plumbline-shop/testing/kafka";
import { freePort } from "@plumbline-shop/testing/net";
import { postgresMissing, TestPostgres } from "@plumbline-shop/testing/postgres";
import { type RealProcess, startService } from "@plumbline-shop/testing/process";
import { Scratch } from "@plumbline-shop/testing/scratch";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import {
  type AlertingArgs,
  alertmanagerConfig,
  objectivePlan,
  watchdogPlan,
} from "../components/observability/index.ts";
import {
  type AlertmanagerBinary,
  alertmanagerBinary,
  BEAT,
  hurried,
  type RunningAlertmanager,
} from "./support/alertmanager.ts";
import { namesIn } from "./support/metrics.ts";
import { OWN_ALERTS } from "./support/monitoring-alerts.ts";
import { type Pager, pager } from "./support/pager.ts";
import { type PrometheusBinary, prometheusBinary, type RunningPrometheus } from "./support/prometheus.ts";
import { whyNotUnpacked } from "./support/unpacked-image.ts";

const missing = whyNotUnpacked ?? postgresMissing ?? kafkaMissing;
const KEYS = { pagerduty: "a-routing-key-of-pagerduty", opsgenie: "an-api-key-of-opsgenie" };
const key = (name: string) => ({ secret: "paging", key: name });
/** Stands for the services outside until it is known where the local one listens. */
const OUTSIDE = "https://pager.test";
const ALERTING: AlertingArgs = {
  critical: { kind: "pagerduty", routingKey: key("pagerduty"), url: `${OUTSIDE}/v2/enqueue` },
  warning: { kind: "webhook", url: key("warnings") },
  teams: { checkout: { critical: { kind: "opsgenie", apiKey: key("opsgenie"), apiUrl: OUTSIDE } } },
  heartbeat: { url: key("heartbeat") },
};
const PASSWORD = "a-password-of-orders";
const RUNBOOKS = "https://git.example.com/docs/runbooks";
/** Two of the same program: one is the shop's, the other the team checkout's. */
const SERVICES = [
  { service: "orders", team: "shop" },
  { service: "baskets", team: "checkout" },
] as const;
/** From the first failed request to the page, and from the last to the end of it; in earnest readings are 30 s apart, not 1. */
const PAGED_WITHIN = 15_000;
const OVER_WITHIN = 90_000;

describe.skipIf(missing)(`a fault reaches a person${missing ? ` (skipped: ${missing})` : ""}`, () => {
  const scratch = new Scratch();
  const services: { readonly api: string; readonly admin: string; readonly process: RealProcess }[] = [];
  let binaries: { alertmanager: AlertmanagerBinary; prometheus: PrometheusBinary };
  let postgres: TestPostgres;
  let kafka: TestKafka;
  let outside: Pager;
  let alertmanager: RunningAlertmanager;
  let prometheus: RunningPrometheus;

  beforeAll(async () => {
    postgres = await TestPostgres.start();
    kafka = await TestKafka.start();
    await postgres.createDatabase("orders", "orders", PASSWORD);
    await kafka.createTopics("orders");
    for (const _ of SERVICES) services.push(await startOrders());
    binaries = { alertmanager: await alertmanagerBinary(), prometheus: await prometheusBinary() };
    outside = await pager(KEYS);
    const files = { ...KEYS, warnings: `${outside.url}/webhook`, heartbeat: `${outside.url}/beat` };
    for (const [name, content] of Object.entries(files))
      binaries.alertmanager.write(`/etc/alertmanager/secrets/paging/${name}`, content);
    const config = hurried(alertmanagerConfig(ALERTING)).replaceAll(OUTSIDE, outside.url);
    alertmanager = await binaries.alertmanager.serve(config);
    const objectives = SERVICES.map(({ service, team }) =>
      objectivePlan(service, { namespace: "shop", team, runbooks: RUNBOOKS, objectives: { availability: 99.9 } }),
    );
    prometheus = await binaries.prometheus.serve({
      rules: [
        ...objectives.map(({ spec }) => spec),
        watchdogPlan({ namespace: "data", team: "platform", runbooks: RUNBOOKS }).spec,
        OWN_ALERTS.spec,
      ],
      targets: SERVICES.map(({ service }, index) => ({
        address: services[index]?.admin ?? "",
        job: service,
        labels: { namespace: "shop", service, pod: `${service}-1` },
      })),
      alertmanagers: [alertmanager.address],
      externalLabels: { environment: "test" },
    });
  });
  afterAll(async () => {
    await prometheus?.stop();
    await alertmanager?.stop();
    await outside?.close();
    for (const { process } of services) await process.stop("SIGKILL");
    await Promise.all([kafka?.stop(), postgres?.stop()]);
    binaries?.alertmanager.remove();
    binaries?.prometheus.remove();
    scratch.remove();
  });

  /** The service of apps/orders, as it runs in a pod. */
  async function startOrders() {
    const [port, adminPort] = [await freePort(), await freePort()];
    const credentials = (prefix: string, user: string, password: string) => ({
      [`${prefix}_USER_FILE`]: scratch.file(`${prefix}-user`, user),
      [`${prefix}_PASSWORD_FILE`]: scratch.file(`${prefix}-password`, password),
    });
    const process = startService(new URL("../apps/orders/src/main.ts", import.meta.url), {
      PORT: `${port}`,
      ADMIN_PORT: `${adminPort}`,
      ORDERS_DB_HOST: "127.0.0.1",
      ORDERS_DB_PORT: `${postgres.port}`,
      ORDERS_DB_NAME: "orders",
      ...credentials("ORDERS_DB", "orders", PASSWORD),
      ORDERS_TOPIC_NAME: "orders",
      ORDERS_TOPIC_BROKERS: kafka.brokers,
      ORDERS_TOPIC_CA_FILE: kafka.caFile,
      ...credentials("ORDERS_TOPIC", kafka.user, kafka.password),
    });
    const api = `http://127.0.0.1:${port}`;
    await vi.waitFor(
      async () => {
        if (process.hasExited) throw new Error(process.output);
        expect(await ask(api)).toBe(404);
      },
      { timeout: 30_000, interval: 100 },
    );
    return { api, admin: `127.0.0.1:${adminPort}`, process };
  }

  /** Asks a service for an order that there is not. */
  const ask = async (api: string) => {
    const answer = await fetch(`${api}/orders/${randomUUID()}`);
    await answer.body?.cancel();
    return answer.status;
  };
  const askAll = async (times: number): Promise<number[]> => {
    const asked = services.flatMap(({ api }) => Array.from({ length: times }, () => ask(api)));
    return [...new Set(await Promise.all(asked))];
  };
  const to = (path: string) => outside.taken.filter((call) => call.path.startsWith(path));
  const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

  test("a service that breaks wakes its team once, and the end of the fault ends the page", async () => {
    for (let second = 0; second < 5; second += 1) {
      expect(await askAll(50)).toEqual([404]);
      await pause(1_000);
    }
    expect([...to("/v2/enqueue"), ...to("/v2/alerts")]).toEqual([]);

    await postgres.admin("ALTER TABLE orders RENAME TO mislaid", "orders");
    const broken = performance.now();
    for (let second = 0; second < 3; second += 1) {
      expect(await askAll(5)).toEqual([500]);
      await pause(1_000);
    }
    const patience = { timeout: PAGED_WITHIN - (performance.now() - broken), interval: 100 };
    await vi.waitFor(() => expect([to("/v2/enqueue").length, to("/v2/alerts").length]).toEqual([1, 1]), patience);
    const paged = performance.now() - broken;
    const [event, alert] = [to("/v2/enqueue")[0]?.body, to("/v2/alerts")[0]?.body];
    const says = (service: string) =>
      new RegExp(`^${service}: [\\d.]+% of its requests fail .* of which 0.1% may: undo`);
    expect(event).toMatchObject({
      event_action: "trigger",
      payload: {
        summary: expect.stringMatching(says("orders")),
        severity: "critical",
        custom_details: { runbook: `${RUNBOOKS}/objectives.md#objectiveburnsfast`, team: "shop" },
      },
    });
    expect(alert).toMatchObject({ message: expect.stringMatching(/^baskets: /), priority: "P1", tags: ["checkout"] });

    await postgres.admin("ALTER TABLE mislaid RENAME TO orders", "orders");
    const mended = performance.now();
    // The budget burns no more when what fails is a small share again: of hundreds of requests a second that takes seconds, not minutes.
    await vi.waitFor(
      async () => {
        expect(await askAll(100)).toEqual([404]);
        expect([to("/v2/enqueue").length, to("/v2/alerts").length]).toEqual([2, 2]);
      },
      { timeout: OVER_WITHIN, interval: 50 },
    );
    const over = performance.now() - mended;
    expect(to("/v2/enqueue")[1]?.body).toMatchObject({ event_action: "resolve", dedup_key: event.dedup_key });
    expect(to("/v2/alerts")[1]?.path).toBe(`/v2/alerts/${alert.alias}/close?identifierType=alias`);
    await pause(3_000);
    expect([to("/v2/enqueue").length, to("/v2/alerts").length, outside.refused]).toEqual([2, 2, []]);
    console.info(`paged after ${Math.round(paged)} ms, over after ${Math.round(over)} ms`);
  }, 180_000);

  test("what the alerts about the monitoring ask for is what these servers tell", async () => {
    const member = await binaries.alertmanager.serve(hurried(alertmanagerConfig(ALERTING)), "gossips");
    const metrics = async ({ address }: { address: string }) => (await fetch(`http://${address}/metrics`)).text();
    const served = await Promise.all([metrics(prometheus), metrics(alertmanager), metrics(member)]);
    await member.stop();
    const names = namesIn(served.join("\n"));
    const asked = JSON.stringify(OWN_ALERTS.spec).match(/\b(prometheus|alertmanager)_[a-z_]+(?=\{)/g) ?? [];
    expect(new Set(asked).size).toBeGreaterThanOrEqual(7);
    for (const name of asked) expect(names, name).toContain(name);
  });

  test("a stopped Prometheus is noticed outside: the heartbeat is heard no more", async () => {
    await vi.waitFor(() => expect(outside.silence()).toBeLessThan(2 * BEAT), { timeout: 20_000, interval: 100 });
    const before = to("/beat").length;
    await pause(5 * BEAT);
    expect(to("/beat").length - before).toBeGreaterThanOrEqual(4);
    await prometheus.stop();
    const stopped = performance.now();
    await vi.waitFor(() => expect(outside.silence()).toBeGreaterThan(3 * BEAT), { timeout: 40_000, interval: 100 });
    console.info(`silent for three calls ${Math.round(performance.now() - stopped)} ms after Prometheus was stopped`);
    expect(outside.refused).toEqual([]);
  });
});
