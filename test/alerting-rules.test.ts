import { expect, test } from "vitest";
import {
  type AlertingArgs,
  alertmanagerConfig,
  objectivePlan,
  watchdogPlan,
} from "../components/observability/index.ts";
import { evaluate, RULES } from "../policies/index.ts";

const ABOUT = ["alert-has-runbook", "alertmanager-config-sound", "critical-alert-pages", "watchdog-required"];
const rules = RULES.filter(({ id }) => ABOUT.includes(id));
const runbooks = "https://git.example.com/docs/runbooks";
const key = (name: string) => ({ secret: "paging", key: name });
const args: AlertingArgs = {
  critical: { kind: "pagerduty", routingKey: key("pagerduty") },
  warning: { kind: "slack", url: key("slack") },
  teams: { checkout: { critical: { kind: "webhook", url: key("webhook") } } },
  heartbeat: { url: key("heartbeat") },
};

const alerts = [
  watchdogPlan({ namespace: "monitoring", team: "platform", runbooks }),
  ...["checkout", "shop"].map((team) =>
    objectivePlan(`orders-of-${team}`, { namespace: team, team, runbooks, objectives: { availability: 99.9 } }),
  ),
];
const routing = {
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name: "alertmanager", namespace: "monitoring" },
  data: { "alertmanager.yml": JSON.stringify(alertmanagerConfig(args)) },
};

const verdicts = (...objects: { apiVersion: string; kind: string; metadata: { name: string } }[]) =>
  evaluate(
    objects.map((props) => ({
      type: `kubernetes:${props.apiVersion.replace(/^v1$/, "core/v1")}:${props.kind}`,
      name: props.metadata.name,
      props: { ...props },
    })),
    { rules },
  ).map(({ rule, verdict }) => `${rule.id}: ${verdict}`);

test("what is made here holds to the rules about paging", () => {
  expect([...new Set(verdicts(routing, ...alerts))].sort()).toEqual(ABOUT.map((id) => `${id}: pass`));
});

test("without the Watchdog, or without Alertmanager, it does not", () => {
  expect(verdicts(routing, ...alerts.slice(1))).toContain("watchdog-required: fail");
  expect(verdicts(...alerts)).toContain("critical-alert-pages: fail");
});
