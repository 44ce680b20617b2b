import { embedded } from "../../core/embedded.ts";
import type { Field } from "../../core/field.ts";
import { containersOf, podOf } from "../../core/pods.ts";
import { defineRule } from "../../core/rule.ts";
import { anyOf } from "../../core/sound.ts";
import type { Stack } from "../../core/stack.ts";
import type { StackObject } from "../../core/stack-object.ts";
import { someKnown } from "../../core/unknown.ts";

/** Where a node keeps what containers write. */
const LOGS = /^\/(?:var(?:\/log(?:\/(?:pods|containers))?|\/lib\/docker(?:\/containers)?)?)?\/?$/;
/** Charts that collect logs on every node, by the last part of their names. */
const CHARTS =
  /(?:^|\/)(?:fluent-bit|fluentd|promtail|alloy|vector|k8s-monitoring|filebeat|loki-stack|datadog|aws-for-fluent-bit)$/;
const ADDONS = /^(?:amazon-cloudwatch-observability|aws-for-fluent-bit)$/;

export const logsCollected = defineRule({
  id: "logs-collected",
  section: "observability",
  title: "What the pods of a namespace write is collected from every node",
  severity: "medium",
  why: "a pod's log goes with the pod: after a crash or a move there is nothing left to read",
  fix: "run a collector as a DaemonSet that mounts the node's /var/log, e.g. Alloy or Fluent Bit",
  frameworks: ["SOC2:CC7.2", "ISO-27001-2022:A.8.15"],
  scope: "stack",
  optOut: "logs",
  exemptable: true,
  params: {},
  subjects: ({ group, kind }) => group === "" && kind === "Namespace",
  *check(_namespace, _, stack) {
    if (anyOf(stack.derived(collectors), collects)) return;
    yield {
      path: "",
      given: "without a collector of logs in the stack",
      wanted: "a DaemonSet, chart or add-on that reads the logs of every node",
    };
  },
});

const collectors = (stack: Stack) => stack.objects.filter(mayCollect);

function mayCollect({ group, kind, resource }: StackObject): boolean {
  if (group === "helm.sh" || resource.type === "aws:eks/addon:Addon") return true;
  return (
    (group === "apps" && kind === "DaemonSet") || (group === "opentelemetry.io" && kind === "OpenTelemetryCollector")
  );
}

function collects(object: StackObject): boolean {
  const { root, group, kind } = object;
  if (group === "helm.sh") return CHARTS.test(root.at("chart").text() ?? "");
  if (kind === undefined) return ADDONS.test(root.at("addonName").text() ?? "");
  if (kind === "OpenTelemetryCollector")
    return root.at("spec", "mode").text() === "daemonset" && readsFiles(root.at("spec"));
  return readsNode(object);
}

/** An agent that mounts the node's logs, in a container too. */
function readsNode(agent: StackObject): boolean {
  const volumes = podOf(agent).spec.at("volumes").items();
  const names = (volume: Field) => volume.at("name").text();
  const isLogs = (volume: Field) => LOGS.test(volume.at("hostPath", "path").text() ?? "none");
  return someKnown(
    volumes,
    (volume) =>
      isLogs(volume) &&
      someKnown(containersOf(agent), ({ field }) =>
        someKnown(field.at("volumeMounts").items(), (mount) => mount.at("name").text() === names(volume)),
      ),
  );
}

/** The configuration is a text in v1alpha1, and fields since v1beta1. */
function readsFiles(spec: Field): boolean {
  const config = typeof spec.at("config").value === "string" ? embedded(spec, "config") : spec.at("config");
  const pipelines = config.at("service", "pipelines").entries();
  return someKnown(
    pipelines,
    ([name, pipeline]) =>
      /^logs\b/.test(name) && someKnown(pipeline.at("receivers").items(), (one) => /^filelog\b/.test(one.text() ?? "")),
  );
}
