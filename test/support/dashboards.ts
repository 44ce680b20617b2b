import type { Objectives } from "../../components/core/index.ts";
import { dashboardPlan } from "../../components/observability/dashboards/dashboard-plan.ts";
import { platformDashboard, platformRows } from "../../components/observability/dashboards/platform-dashboard.ts";
import {
  type Shown,
  serviceDashboard,
  serviceRows,
} from "../../components/observability/dashboards/service-dashboard.ts";
import { STORES } from "./store-alerts.ts";

const RUNBOOKS = "https://git.example.com/docs/runbooks";
export const OBJECTIVES: Objectives = { availability: 99.9, latency: { p99: "300ms" } };
/** A service with all that one can have on its dashboard. */
export const SERVICE: Shown = {
  name: "inventory",
  namespace: "shop",
  serves: true,
  scales: true,
  told: "chassis",
  objectives: OBJECTIVES,
  runbooks: RUNBOOKS,
};

const service = (shown: Shown) => dashboardPlan(serviceDashboard(shown), serviceRows(shown));

/** Every kind of dashboard that there is, by a name for tests: the text that Grafana is given. */
export const DASHBOARDS: Readonly<Record<string, string>> = Object.fromEntries(
  [
    ["a service", service(SERVICE)] as const,
    ["a service that promises nothing", service({ ...SERVICE, objectives: {} })] as const,
    ["a service of another runtime", service({ ...SERVICE, told: "requests", scales: false })] as const,
    ["a service that tells nothing", service({ ...SERVICE, told: "nothing" })] as const,
    ["a worker", service({ ...SERVICE, serves: false, objectives: undefined })] as const,
    ["the platform", dashboardPlan(platformDashboard("platform", "dashboards", RUNBOOKS), platformRows())] as const,
    ...Object.entries(STORES).map(([name, { watched }]) => {
      const shown = { name: "store", namespace: "data", title: watched.title, kind: "store" } as const;
      return [name, dashboardPlan(shown, watched.panels)] as const;
    }),
  ].map(([name, { data }]) => [name, Object.values(data).join()]),
);

/** What a dashboard asks Prometheus, by the title of the panel that does, or the name of the mark. */
export function queriesOf(text: string): { of: string; expr: string }[] {
  const { panels = [], annotations } = JSON.parse(text) as Read;
  return [
    ...panels.flatMap(({ title = "", targets = [] }) => targets.map(({ expr }) => ({ of: title, expr }))),
    ...(annotations?.list ?? []).map(({ name, expr }) => ({ of: name, expr })),
  ];
}

/** As much of a dashboard as tests read. */
interface Read {
  readonly panels?: readonly { readonly title?: string; readonly targets?: readonly { readonly expr: string }[] }[];
  readonly annotations?: { readonly list?: readonly { readonly name: string; readonly expr: string }[] };
}
