import { expect, test } from "vitest";
import { Namespace } from "../cluster/index.ts";
import { optOut } from "../core/index.ts";
import { record } from "../testing/record.ts";
import { Microservice, type MicroserviceArgs, Worker } from "./index.ts";

const WHY = optOut("tried without it, in a test");
const RUNBOOKS = "https://git.example.com/docs/runbooks";
const OBJECTIVES = { availability: 99.9, latency: { p99: "300ms" } } as const;

interface Dashboard {
  readonly uid: string;
  readonly title: string;
  readonly links: readonly { readonly title: string; readonly url: string }[];
  readonly panels: readonly { readonly id: number; readonly title: string; readonly type: string }[];
}

/** What a service or a worker of that name makes of its arguments. */
async function made(kind: typeof Microservice | typeof Worker, args: Partial<MicroserviceArgs> = {}, name = "orders") {
  const { resources } = await record("test", () => {
    const namespace = new Namespace("shop", { quota: { cpu: "4", memory: "8Gi", pods: 20 } });
    new kind(name, { namespace, image: "registry.example.com/orders:1.4.2", zones: ["a"], ...args });
  });
  const of = (type: string, of: string) => resources.find((one) => one.type.endsWith(type) && one.name === of)?.inputs;
  const configMap = of(":ConfigMap", `${name}-dashboard`);
  const dashboard: Dashboard | undefined = configMap && JSON.parse(configMap.data[`${name}.json`]);
  return { configMap, dashboard, service: of(":Service", name), text: JSON.stringify(configMap) };
}

test("a service has one, beside it, that any Grafana finds, and that leads on", async () => {
  const { configMap, dashboard } = await made(Microservice, { objectives: OBJECTIVES, runbooks: RUNBOOKS });
  expect(configMap.metadata).toMatchObject({ namespace: "shop", labels: { grafana_dashboard: "1" } });
  expect(dashboard).toMatchObject({ uid: "shop-orders", title: "Service: shop/orders" });
  expect(dashboard?.links.map(({ title }) => title)).toEqual(["Runbook", "Logs", "Traces"]);
  expect(dashboard?.links[0]?.url).toBe(`${RUNBOOKS}/objectives.md`);
  const panes = new URL(dashboard?.links[1]?.url.replace(`\${logs}`, "loki") ?? "", "http://grafana").searchParams;
  expect(JSON.parse(panes.get("panes") ?? "")[1]).toMatchObject({
    datasource: "loki",
    queries: [{ expr: '{k8s_namespace_name="shop",k8s_container_name="orders"}' }],
  });
});

test("what it does not have is not on it", async () => {
  const all = await made(Microservice, { objectives: OBJECTIVES });
  const rows = ({ dashboard }: typeof all) =>
    dashboard?.panels.filter(({ type }) => type === "row").map(({ title }) => title);
  expect(rows(all)).toEqual(["Now", "Requests", "Messages", "How full it is"]);
  for (const part of ["slo:budget:remaining", "slo:errors:ratio_rate5m", "kube_horizontalpodautoscaler", "nodejs_"])
    expect(all.text).toContain(part);
  expect((await made(Microservice)).text).not.toContain("slo:");
  expect((await made(Microservice, { objectives: OBJECTIVES, alerts: WHY })).text).not.toContain("slo:");
  expect((await made(Microservice, { scaling: { min: 3, max: 3 } })).text).not.toContain("horizontalpodautoscaler");
  const goes = await made(Microservice, { runtime: "go" });
  expect(rows(goes)).toEqual(["Now", "Requests", "How full it is"]);
  expect(goes.text).not.toContain("nodejs_");
  expect(rows(await made(Microservice, { metrics: WHY, alerts: WHY }))).toEqual(["Now", "How full it is"]);
  expect(rows(await made(Worker))).toEqual(["Now", "Messages", "How full it is"]);
});

test("no two panels have the same number", async () => {
  const { dashboard } = await made(Microservice, { objectives: OBJECTIVES });
  const ids = dashboard?.panels.map(({ id }) => id) ?? [];
  expect(ids.length).toBeGreaterThan(15);
  expect(new Set(ids).size).toBe(ids.length);
});

test("long names that begin alike have addresses of their own", async () => {
  const [one, other] = ["a", "b"].map((end) => `a-service-with-a-name-of-forty-letters-${end}`);
  const first = (await made(Microservice, {}, one)).dashboard?.uid;
  const second = (await made(Microservice, {}, other)).dashboard?.uid;
  expect(first).not.toBe(second);
  for (const uid of [first, second]) expect(uid).toMatch(/^shop-a-service-[\w-]{1,25}$/);
});

test("stepped down from, there is none, and the service says why", async () => {
  const { configMap, service } = await made(Microservice, { dashboard: WHY });
  expect(configMap).toBeUndefined();
  expect(service.metadata.annotations["plumbline.dev/opt-out.dashboard"]).toBe(WHY.optOut);
});

test("a transform sees it, and so does Grafana what came of it", async () => {
  const { configMap } = await made(Microservice, {
    transform: { dashboard: (args) => ({ args: { ...args, data: { "orders.json": '{"panels":[]}' } } }) },
  });
  expect(configMap.data).toEqual({ "orders.json": '{"panels":[]}' });
});
