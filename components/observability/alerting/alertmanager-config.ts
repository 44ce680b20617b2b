import { type Duration, durationProblems, seconds } from "../../core/duration.ts";
import { type Problem, refuse } from "../../core/invalid.ts";
import { nameProblems } from "../../core/names.ts";
import { refuseShape, type Shapes, shapeProblems } from "../../core/shape.ts";
import type { Destination } from "../../core/usage.ts";
import type { Severity } from "../rules.ts";
import {
  atProblems,
  type KeyFile,
  keyProblems,
  type Receiver,
  type ReceiverConfig,
  receiverConfig,
  receiverProblems,
} from "./receiver.ts";
import { WATCHDOG } from "./watchdog.ts";

/** Who is told of what. */
export interface AlertingArgs {
  /** Who is woken by alerts with `severity: critical`: pagerduty, opsgenie, or a webhook that leads to such. */
  readonly critical: Receiver;
  /** Who is told of all else, in the morning. */
  readonly warning: Receiver;
  /** Teams with receivers of their own, by the label `team` of their alerts. What a team does not say is told to all, as above. */
  readonly teams?: Readonly<Record<string, Partial<Record<Severity, Receiver>>>>;
  /** What must notice from outside when nothing is told any more. */
  readonly heartbeat: Heartbeat;
}

/**
 * An address outside of the cluster that is called again and again, and raises the alarm itself when the calls stop: of Healthchecks,
 * Dead Man's Snitch and the like, which take a POST without a key of its own. Let it wait for three calls.
 */
export interface Heartbeat {
  readonly url: KeyFile;
  /** Where it answers, for network policies, which cannot read the address; by default anywhere, on port 443. */
  readonly at?: readonly Destination[];
  /** How often it is called: 30 s to 1 h, `1m` by default. */
  readonly every?: Duration;
}

/** Everyone who is told, but for the heartbeat. */
export function receiversOf({ critical, warning, teams = {} }: AlertingArgs): Receiver[] {
  const own = Object.values(teams).flatMap((team) => [team.critical, team.warning]);
  return [critical, warning, ...own].filter((receiver) => receiver !== undefined);
}

interface Route {
  readonly receiver: string;
  readonly matchers?: readonly string[];
  readonly group_by?: readonly string[];
  readonly group_wait: Duration;
  readonly group_interval: Duration;
  readonly repeat_interval: Duration;
  readonly routes?: readonly Route[];
}

/** Alertmanager's configuration, as far as it is said. JSON of it is YAML. */
export interface AlertmanagerConfig {
  readonly route: Route;
  readonly receivers: readonly ReceiverConfig[];
  readonly inhibit_rules: readonly {
    readonly source_matchers: readonly string[];
    readonly target_matchers: readonly string[];
    readonly equal: readonly string[];
  }[];
}

/** Where Prometheus' operator mounts the Secrets that an Alertmanager names. */
const SECRETS = "/etc/alertmanager/secrets";
const EVERY: Duration = "1m";
/** Alerts with these labels in common are one page: two objectives of a service that fail together wake once. */
const GROUP_BY = ["alertname", "team", "namespace", "service", "store"];
/**
 * How long a group waits for more of its alerts, how soon what is new in it is told, its end among that, and when all of it is told again.
 * Pagers know a page that is told again, and ring no second time.
 */
const PACE = {
  critical: { group_wait: "10s", group_interval: "1m", repeat_interval: "1h" },
  warning: { group_wait: "1m", group_interval: "5m", repeat_interval: "1d" },
} as const satisfies Record<Severity, Partial<Route>>;

/**
 * Alertmanager's configuration: alerts go by severity, and to a team's own receivers where it has some; what is critical hides the warnings
 * of the same service or store; the alert that always fires goes to the heartbeat alone. Alerts without a known severity are warnings. Throws
 * InvalidArgsError on bad input. `secrets` is the folder in which Secrets are mounted.
 */
export function alertmanagerConfig(args: AlertingArgs, secrets = SECRETS): AlertmanagerConfig {
  refuseShape("Alerting", args, SHAPES);
  refuse("Alerting", alertingProblems(args));
  const { critical, warning, teams = {}, heartbeat } = args;
  const own = Object.entries(teams).flatMap(([team, receivers]) =>
    // The critical one first: a team's other receiver takes what is left.
    SEVERITIES.flatMap((severity) => {
      const receiver = receivers[severity];
      return receiver === undefined ? [] : [{ name: `${team}-${severity}`, team, severity, receiver }];
    }),
  );
  const all = SEVERITIES.map((severity) => ({ name: severity, severity, receiver: { critical, warning }[severity] }));
  return {
    route: {
      receiver: "warning",
      group_by: GROUP_BY,
      ...PACE.warning,
      routes: [
        heartbeatRoute(heartbeat),
        ...own.map(({ name, team, severity }) => ({
          receiver: name,
          matchers: [`team="${team}"`, bySeverity(severity)],
          ...PACE[severity],
        })),
        { receiver: "critical", matchers: [bySeverity("critical")], ...PACE.critical },
      ],
    },
    receivers: [
      ...[...all, ...own].map(({ name, receiver, severity }) => receiverConfig(name, receiver, severity, secrets)),
      // Its end is told by silence: that is what is listened for.
      {
        name: "heartbeat",
        webhook_configs: [
          { send_resolved: false, url_file: `${secrets}/${heartbeat.url.secret}/${heartbeat.url.key}` },
        ],
      },
    ],
    // Two alerts without a label are alike in it: only those that have it are compared.
    inhibit_rules: ["service", "store"].map((label) => ({
      source_matchers: [bySeverity("critical"), `${label}!=""`],
      target_matchers: ['severity="warning"', `${label}!=""`],
      equal: ["namespace", label],
    })),
  };
}

const SEVERITIES = ["critical", "warning"] as const satisfies readonly Severity[];

function bySeverity(severity: Severity): string {
  return severity === "critical" ? 'severity="critical"' : 'severity!="critical"';
}

/** Alertmanager looks once in every `group_interval` whether `repeat_interval` is over: as long, and every second call would be left out. */
function heartbeatRoute({ every = EVERY }: Heartbeat): Route {
  return {
    receiver: "heartbeat",
    matchers: [`alertname="${WATCHDOG}"`],
    group_wait: "0s",
    group_interval: every,
    repeat_interval: `${seconds(every) - 1}s`,
  };
}

const SHAPES: Shapes = {
  critical: "an object",
  warning: "an object",
  heartbeat: "an object",
  "critical.at?": "a list of objects",
  "warning.at?": "a list of objects",
  "heartbeat.at?": "a list of objects",
  "teams?": "an object of objects, by name",
  "teams.*.critical?": "an object",
  "teams.*.warning?": "an object",
  "teams.*.*.at?": "a list of objects",
};

/** Everything that is wrong with who is told of what; of what is of no shape, only that. */
export function alertingProblems(args: AlertingArgs): Problem[] {
  const misshapen = shapeProblems(args, SHAPES);
  if (misshapen.length > 0) return misshapen;
  const { critical, warning, teams = {}, heartbeat } = args;
  const given = [
    { field: "critical", receiver: critical, severity: "critical" as const },
    { field: "warning", receiver: warning, severity: "warning" as const },
    ...Object.entries(teams).flatMap(([team, receivers]) =>
      SEVERITIES.flatMap((severity) => {
        const receiver = receivers[severity];
        return receiver === undefined ? [] : [{ field: `teams.${team}.${severity}`, receiver, severity }];
      }),
    ),
  ];
  return [
    ...given.flatMap(({ field, receiver, severity }) => receiverProblems(field, receiver, severity)),
    ...Object.entries(teams).flatMap(([team, receivers]) => teamProblems(`teams.${team}`, team, receivers)),
    ...keyProblems("heartbeat.url", heartbeat.url),
    ...atProblems("heartbeat", heartbeat.at),
    ...(heartbeat.every === undefined ? [] : durationProblems("heartbeat.every", heartbeat.every, "30s", "1h")),
  ];
}

function teamProblems(field: string, team: string, receivers: Partial<Record<Severity, Receiver>>): Problem[] {
  const allowed = `one or more of ${SEVERITIES.join(", ")}`;
  const unknown = Object.keys(receivers).filter((severity) => !SEVERITIES.some((known) => known === severity));
  const said = SEVERITIES.some((severity) => receivers[severity] !== undefined);
  return [
    ...nameProblems(field, team),
    ...unknown.map((severity) => ({ field: `${field}.${severity}`, given: severity, allowed })),
    ...(said || unknown.length > 0 ? [] : [{ field, given: receivers, allowed }]),
  ];
}
