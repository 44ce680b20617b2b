import { type OptOut, optOut } from "../components/core/index.ts";
import type { AlertingArgs, Heartbeat, KeyFile, Receiver } from "../components/observability/index.ts";
import type { Environment } from "./environment-schema.ts";
import type { Paging } from "./monitoring-schema.ts";

/** Where Jira Service Management takes the calls that Opsgenie takes. */
const JIRA = "https://api.atlassian.com/jsm/ops/integration/";

/** Who is told of what, as `Monitoring` takes it; nobody is where an environment has no `paging`. */
export function alertingOf({ name, paging }: Environment): AlertingArgs | OptOut {
  if (paging === undefined) return optOut(`the environment ${name} names nobody who is told: paging in its file`);
  const { critical, warning, teams, heartbeat } = paging;
  return {
    critical: receiverOf(critical),
    warning: receiverOf(warning),
    ...(teams && {
      teams: Object.fromEntries(
        Object.entries(teams).map(([team, own]) => [
          team,
          Object.fromEntries(Object.entries(own).map(([severity, receiver]) => [severity, receiverOf(receiver)])),
        ]),
      ),
    }),
    heartbeat: {
      url: keyFile(heartbeat),
      ...(heartbeat.every && { every: heartbeat.every }),
      ...(heartbeat.at && { at: heartbeat.at }),
    } satisfies Heartbeat,
  };
}

function receiverOf(given: Paging["critical"]): Receiver {
  const file = keyFile(given);
  switch (given.kind) {
    case "pagerduty":
      return { kind: "pagerduty", routingKey: file, ...(given.url !== undefined && { url: given.url }) };
    case "opsgenie":
      return { kind: "opsgenie", apiKey: file };
    case "jiraServiceManagement":
      return { kind: "opsgenie", apiKey: file, apiUrl: JIRA };
    case "slack":
      return { kind: "slack", url: file, ...(given.channel !== undefined && { channel: given.channel }) };
    case "webhook":
      return { kind: "webhook", url: file, ...(given.at && { at: given.at }) };
  }
}

/** A Secret `<namespace>/<name>` holds one key, which is called so. */
export function keyFile({ secretRef }: { readonly secretRef: string }): KeyFile {
  return { secret: secretRef.split("/")[1] ?? "", key: "key" };
}
