import { addressProblems, destinationProblems } from "../../core/address.ts";
import type { Problem } from "../../core/invalid.ts";
import { isDnsLabel } from "../../core/names.ts";
import type { Destination } from "../../core/usage.ts";
import type { Severity } from "../rules.ts";

/** One key of a Secret in Alertmanager's namespace. It is mounted as a file, and stands nowhere in the configuration. */
export interface KeyFile {
  readonly secret: string;
  readonly key: string;
}

/** What tells a person, and where its key is. Every receiver is told of the end of an alert too. */
export type Receiver =
  | {
      readonly kind: "pagerduty";
      /** The integration key of a service, of the type Events API v2. */
      readonly routingKey: KeyFile;
      /**
       * `https://events.pagerduty.com/v2/enqueue` by default; in the EU `https://events.eu.pagerduty.com/v2/enqueue`. Network policies
       * let Alertmanager out to its port.
       */
      readonly url?: string;
    }
  | {
      readonly kind: "opsgenie";
      /** The key of an API integration. */
      readonly apiKey: KeyFile;
      /**
       * `https://api.opsgenie.com/` by default, which ends on 2027-04-05. Jira Service Management takes the same calls at
       * `https://api.atlassian.com/jsm/ops/integration/`. Network policies let Alertmanager out to its port.
       */
      readonly apiUrl?: string;
    }
  | {
      readonly kind: "slack";
      /** The address of an incoming webhook, which is a secret itself. */
      readonly url: KeyFile;
      /** Such as `#checkout`; the webhook's own by default. */
      readonly channel?: string;
    }
  | {
      readonly kind: "webhook";
      /** The whole address, which may hold a key. It gets Alertmanager's own JSON. */
      readonly url: KeyFile;
      /** Where it answers, for network policies, which cannot read the address; by default anywhere, on port 443. */
      readonly at?: readonly Destination[];
    };

/** A receiver as Alertmanager's configuration has it. */
export interface ReceiverConfig {
  readonly name: string;
  readonly [configs: `${string}_configs`]: readonly Readonly<Record<string, unknown>>[];
}

/** The first alert of a group that still fires; when all are over, the first of them. */
const ONE = "{{ $one := index .Alerts 0 }}{{ with .Alerts.Firing }}{{ $one = index . 0 }}{{ end }}";
/** What is wrong, and what to do, of that alert, and how many fire. */
const TITLE = `${ONE}{{ or $one.Annotations.summary .GroupLabels.alertname }}{{ $n := len .Alerts.Firing }}{{ if gt $n 1 }} (one of {{ $n }}){{ end }}`;
const RUNBOOK = `${ONE}{{ $one.Annotations.runbook_url }}`;
const TEAM = "{{ .CommonLabels.team }}";

/** Opsgenie's names of how urgent it is. */
const PRIORITY = { critical: "P1", warning: "P3" } as const;

/** `folder`: where Secrets are mounted, each in a folder of its own. */
export function receiverConfig(name: string, receiver: Receiver, severity: Severity, folder: string): ReceiverConfig {
  const file = ({ secret, key }: KeyFile) => `${folder}/${secret}/${key}`;
  const told = { send_resolved: true };
  switch (receiver.kind) {
    case "pagerduty": {
      const { routingKey, url } = receiver;
      const details = { runbook: RUNBOOK, team: TEAM };
      const message = { description: TITLE, severity, details };
      return {
        name,
        pagerduty_configs: [{ ...told, routing_key_file: file(routingKey), ...(url && { url }), ...message }],
      };
    }
    case "opsgenie": {
      const { apiKey, apiUrl } = receiver;
      const message = { message: TITLE, description: `${TITLE}\n${RUNBOOK}`, tags: TEAM, priority: PRIORITY[severity] };
      return {
        name,
        opsgenie_configs: [
          { ...told, api_key_file: file(apiKey), ...(apiUrl && { api_url: withSlash(apiUrl) }), ...message },
        ],
      };
    }
    case "slack": {
      const { url, channel } = receiver;
      const message = {
        title: `{{ if eq .Status "resolved" }}Over: {{ end }}${TITLE}`,
        title_link: RUNBOOK,
        text: `Team ${TEAM}, ${severity}`,
      };
      return { name, slack_configs: [{ ...told, api_url_file: file(url), ...(channel && { channel }), ...message }] };
    }
    case "webhook":
      return { name, webhook_configs: [{ ...told, url_file: file(receiver.url) }] };
  }
}

/** Alertmanager puts the path of a call right behind it. */
function withSlash(url: string): string {
  return url.endsWith("/") ? url : `${url}/`;
}

const KINDS = ["pagerduty", "opsgenie", "slack", "webhook"] as const;
/** What rings until somebody answers. A webhook may lead to what does. */
const WAKES: readonly string[] = ["pagerduty", "opsgenie", "webhook"];

/** What is wrong with a receiver. */
export function receiverProblems(field: string, receiver: Receiver, severity: Severity): Problem[] {
  const { kind } = receiver;
  if (!KINDS.includes(kind)) return [{ field: `${field}.kind`, given: kind, allowed: KINDS.join(", ") }];
  const problems: Problem[] = [];
  if (severity === "critical" && !WAKES.includes(kind))
    problems.push({ field: `${field}.kind`, given: kind, allowed: `${WAKES.join(", ")}: a chat wakes nobody` });
  switch (receiver.kind) {
    case "pagerduty":
      problems.push(...keyProblems(`${field}.routingKey`, receiver.routingKey));
      return [...problems, ...(receiver.url === undefined ? [] : addressProblems(`${field}.url`, receiver.url))];
    case "opsgenie":
      problems.push(...keyProblems(`${field}.apiKey`, receiver.apiKey));
      return [
        ...problems,
        ...(receiver.apiUrl === undefined ? [] : addressProblems(`${field}.apiUrl`, receiver.apiUrl)),
      ];
    case "slack":
      problems.push(...keyProblems(`${field}.url`, receiver.url));
      return [...problems, ...channelProblems(`${field}.channel`, receiver.channel)];
    case "webhook":
      return [...problems, ...keyProblems(`${field}.url`, receiver.url), ...atProblems(field, receiver.at)];
  }
}

/** What is wrong with where an address that is in a Secret leads to, if it is said. */
export function atProblems(field: string, at: readonly Destination[] | undefined): Problem[] {
  if (at === undefined) return [];
  return destinationProblems(`${field}.at`, at, "where it answers, or no at: then it is let out anywhere, on port 443");
}

/** What is wrong with where a key is. What was given is not repeated: it may be the key itself. */
export function keyProblems(field: string, given: KeyFile | undefined): Problem[] {
  const isKeyFile =
    typeof given === "object" &&
    isDnsLabel(given?.secret ?? "") &&
    typeof given.key === "string" &&
    /^[\w.-]{1,253}$/.test(given.key) &&
    !/^\.{1,2}$/.test(given.key);
  if (isKeyFile) return [];
  const allowed =
    '{ secret: <a Secret in its namespace>, key: <a key in it> }, such as { secret: "paging", key: "key" }';
  return [{ field, given: given === undefined ? undefined : "<something else>", allowed }];
}

function channelProblems(field: string, given: string | undefined): Problem[] {
  if (given === undefined || /^[#@][^\s{}]{1,79}$/.test(given)) return [];
  return [{ field, given, allowed: 'a channel such as "#checkout", or a person such as "@anna"' }];
}
