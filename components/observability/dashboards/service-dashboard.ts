import { type Objectives, type Target, targetsOf } from "../../core/objectives.ts";
import { selecting } from "../selecting.ts";
import type { DashboardOf, Row } from "./dashboard-plan.ts";
import type { Panel } from "./panel.ts";

/** The program whose dashboard it is. Its container is called as it is, and so tells its pods from all others. */
export interface Shown {
  readonly name: string;
  readonly namespace: string;
  /** Whether it answers requests; a worker only takes work from queues. */
  readonly serves: boolean;
  /** Whether an autoscaler says how many pods it has. */
  readonly scales: boolean;
  /** What its metrics tell: requests alone, by the names that its objectives ask for, or all that apps/chassis does. */
  readonly told: "nothing" | "requests" | "chassis";
  readonly objectives?: Objectives | undefined;
  /** Where people read the folder of runbooks. Without it there is no link to one. */
  readonly runbooks?: string | undefined;
}

/** Ten readings of a monitor: what two of them missed is no gap. */
const WINDOW = "5m";
/** How long a release is marked. */
const MARKED = "5m";
/** Of what a container may have: above it, it is slowed down, or ended. */
const NEARLY_FULL = 0.9;
/** A request waits as long as the loop is held up, before anything looks at it. */
const LOOP_SECONDS = 0.1;

/** What is said about a dashboard of a service: its links lead to the same service, in other programs. */
export function serviceDashboard({ name, namespace, serves, runbooks }: Shown): DashboardOf {
  const pods = selecting({ namespace, container: name });
  return {
    name,
    namespace,
    title: `${serves ? "Service" : "Worker"}: ${namespace}/${name}`,
    kind: serves ? "service" : "worker",
    links: {
      ...(runbooks && serves && { Runbook: `${runbooks}/objectives.md` }),
      Logs: explore("logs", { expr: `{k8s_namespace_name="${namespace}",k8s_container_name="${name}"}` }),
      Traces: explore("traces", { queryType: "search", service: name }),
    },
    sources: { logs: "loki", traces: "jaeger" },
    marks: {
      // A pod is called after what it is a copy of: another name is another revision, be it a new version, other settings or a way back.
      Release: {
        expr: `${revisions(pods)} unless ${revisions(pods, ` offset ${MARKED}`)}`,
        text: "{{revision}} of {{image_spec}}",
      },
    },
  };
}

function revisions(pods: string, offset = ""): string {
  const pattern = "(.+)-[a-z0-9]{5}";
  return `count by (revision, image_spec) (label_replace(kube_pod_container_info${pods}${offset}, "revision", "$1", "pod", "${pattern}"))`;
}

/** Rate, errors and duration, what is promised of them, and how full it is. */
export function serviceRows(shown: Shown): Row[] {
  const { name, namespace, serves, told, objectives = {} } = shown;
  const own = { namespace, service: name };
  const targets = told === "nothing" ? [] : targetsOf(objectives);
  const [answers, onChassis] = [serves && told !== "nothing", told === "chassis"];
  return [
    { title: "Now", panels: nowPanels(shown, targets) },
    ...(answers ? [{ title: "Requests", panels: requestPanels(own, targets) }] : []),
    ...(onChassis ? [{ title: "Messages", panels: messagePanels(own) }] : []),
    { title: "How full it is", panels: [...saturationPanels(shown), ...(onChassis ? [loopPanel(own)] : [])] },
  ];
}

function nowPanels({ name, namespace }: Shown, targets: readonly Target[]): Panel[] {
  const pods = selecting({ namespace, container: name });
  return [
    ...targets.map(
      (target): Panel => ({
        title: `Error budget left: ${target.name} ${target.given}`,
        unit: "percentunit",
        now: true,
        bad: { below: 0 },
        queries: { left: recorded("slo:budget:remaining", name, namespace, target) },
      }),
    ),
    {
      title: "Alerts that fire",
      now: true,
      bad: { from: 1 },
      queries: { firing: `count(ALERTS${selecting({ namespace, service: name, alertstate: "firing" })}) or vector(0)` },
    },
    {
      title: "Pods that are ready, of all",
      now: true,
      queries: {
        ready: `sum(kube_pod_container_status_ready${pods})`,
        all: `count(kube_pod_container_status_ready${pods})`,
      },
    },
  ];
}

type Own = Readonly<Record<"namespace" | "service", string>>;

function requestPanels(own: Own, targets: readonly Target[]): Panel[] {
  const requests = `http_requests_total${selecting(own)}`;
  const buckets = `http_request_duration_seconds_bucket${selecting(own)}`;
  const quantile = (share: number, by = "") => `histogram_quantile(${share}, sum by (le${by}) (${rate(buckets)}))`;
  const failed = `sum(${rate(`http_requests_total${selecting(own, 'status=~"5.."')}`)}) or vector(0)`;
  return [
    { title: "Rate, by answer", unit: "reqps", queries: { "{{status}}": `sum by (status) (${rate(requests)})` } },
    {
      title: "Rate, by route",
      unit: "reqps",
      queries: { "{{method}} {{route}}": `sum by (method, route) (${rate(requests)})` },
    },
    ...(targets.some(({ seconds }) => seconds === undefined)
      ? []
      : [
          {
            title: "Share that fails",
            unit: "percentunit",
            queries: { failed: `(${failed}) / (sum(${rate(requests)}) > 0)` },
          },
        ]),
    ...targets.map((target) => missedPanel(own, target)),
    {
      title: "Duration",
      unit: "s",
      queries: { p50: quantile(0.5), p95: quantile(0.95), p99: quantile(0.99) },
    },
    { title: "Duration of p99, by route", unit: "s", queries: { "{{route}}": quantile(0.99, ", route") } },
  ];
}

/** The share of requests that miss what is promised, as its alerts reckon it, with what may. */
function missedPanel({ service, namespace }: Own, target: Target): Panel {
  const ratio = (window: string) => recorded(`slo:errors:ratio_rate${window}`, service, namespace, target);
  return {
    title:
      target.seconds === undefined
        ? `Share that fails: ${target.given} % must not`
        : `Share that takes longer than ${target.given}`,
    unit: "percentunit",
    bad: { from: target.budget },
    queries: { "of 5 min": ratio("5m"), "of an hour": ratio("1h") },
  };
}

function messagePanels(own: Own): Panel[] {
  const messages = `messages_consumed_total${selecting(own)}`;
  const buckets = `message_duration_seconds_bucket${selecting(own)}`;
  return [
    {
      title: "Messages taken, by what became of them",
      unit: "ops",
      queries: { "{{topic}} {{outcome}}": `sum by (topic, outcome) (${rate(messages)})` },
    },
    {
      title: "Time that a message takes, p99",
      unit: "s",
      queries: { "{{topic}}": `histogram_quantile(0.99, sum by (le, topic) (${rate(buckets)}))` },
    },
  ];
}

/** By what kubelets (cAdvisor) and kube-state-metrics tell. */
function saturationPanels({ name, namespace, scales }: Shown): Panel[] {
  const own = { namespace, container: name };
  const used = (metric: string) => `container_${metric}${selecting(own)}`;
  const limit = (resource: string) =>
    `sum by (pod) (kube_pod_container_resource_limits${selecting({ ...own, resource })})`;
  const autoscaler = (metric: string) =>
    `max(kube_horizontalpodautoscaler_${metric}${selecting({ namespace, horizontalpodautoscaler: name })})`;
  return [
    {
      title: "Processors, of the limit",
      unit: "percentunit",
      bad: { from: NEARLY_FULL },
      queries: { "{{pod}}": `sum by (pod) (${rate(used("cpu_usage_seconds_total"))}) / ${limit("cpu")}` },
    },
    {
      title: "Time slices in which it was held back",
      unit: "percentunit",
      queries: {
        "{{pod}}": `sum by (pod) (${rate(used("cpu_cfs_throttled_periods_total"))}) / sum by (pod) (${rate(used("cpu_cfs_periods_total"))})`,
      },
    },
    {
      title: "Memory, of the limit",
      unit: "percentunit",
      bad: { from: NEARLY_FULL },
      queries: { "{{pod}}": `sum by (pod) (${used("memory_working_set_bytes")}) / ${limit("memory")}` },
    },
    {
      title: "Replicas",
      queries: {
        ready: `sum(kube_pod_container_status_ready${selecting(own)})`,
        ...(scales && {
          "wanted by the autoscaler": autoscaler("status_desired_replicas"),
          most: autoscaler("spec_max_replicas"),
        }),
      },
    },
    {
      title: "Restarts within an hour",
      queries: { "{{pod}}": `sum by (pod) (increase(kube_pod_container_status_restarts_total${selecting(own)}[1h]))` },
    },
  ];
}

function loopPanel(own: Own): Panel {
  return {
    title: "How long the event loop is held up, p99",
    unit: "s",
    bad: { from: LOOP_SECONDS },
    queries: { "{{pod}}": `nodejs_eventloop_lag_p99_seconds${selecting(own)}` },
  };
}

function recorded(metric: string, service: string, namespace: string, { name: objective }: Target): string {
  return `${metric}${selecting({ namespace, service, objective })}`;
}

function rate(series: string): string {
  return `rate(${series}[${WINDOW}])`;
}

/** A page of Grafana where one asks further, with the question put, to the data source that the dashboard's variable says. */
function explore(source: string, query: Readonly<Record<string, string>>): string {
  const datasource = `\${${source}}`;
  const panes = { 1: { datasource, queries: [{ refId: "A", ...query }], range: { from: "now-1h", to: "now" } } };
  // Grafana fills in the variable before it reads the address, so its sign must stand in it as it is.
  const text = encodeURIComponent(JSON.stringify(panes)).replace(encodeURIComponent(datasource), datasource);
  return `/explore?schemaVersion=1&panes=${text}`;
}
