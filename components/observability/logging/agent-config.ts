import {
  type CollectorConfig,
  HEALTH_CHECK,
  MEMORY_LIMITER,
  OWN_TELEMETRY,
  type Pipeline,
} from "../collector/config.ts";
import { maskedFields, maskedText, quoted, withoutFields } from "../collector/personal.ts";
import { PLATFORM } from "../tenants.ts";
import { agentPatience, LONGEST_LINE } from "./agent-queue.ts";
import { type CompleteArgs, PERSONAL } from "./args.ts";

/** Where a node keeps what containers write, and the agent what it has read of it. */
export const AGENT_PATHS = {
  logs: "/var/log/pods",
  read: "/var/lib/otelcol",
  password: "/etc/collector-password",
  authority: "/etc/collector-authority",
};

/** What a level of the log is called in OpenTelemetry: pino's names, which most others share. */
const SEVERITIES = { trace: "TRACE", debug: "DEBUG", info: "INFO", warn: "WARN", error: "ERROR", fatal: "FATAL" };
/** `name: {"id":1}`: JSON behind words. */
const AFTER_WORDS = String.raw`(?s)^(?P<words>[^{"']+)(?P<json>[{].*[}])\s*$`;
/** A name before a colon, a brace at the begin, or what ends as JSON does: it was JSON, or nearly, and cannot be read as such. */
const LIKE_JSON = String.raw`^\s*[{]|[{]\s*\w+\s*:|^\s*[\[]\s*[{"]|[{,]\s*\\*["'][^"']*["']\s*:|["'}\]]\s*[}]\s*$`;
/** All of it but the words before its first brace, if no quote is before that. */
const BROKEN = "(?s)^(?:([^{\"']*)[{].*|.*)$";
const BROKEN_TRACE = String.raw`"trace_id"\s*:\s*"(?P<id>[0-9a-f]{32})"`;
/** Older files than this are not begun with, by an agent that has read nothing yet. */
const OLDEST = "24h";

/** Whom the agent sends to. */
export interface Target {
  /** `name` is the agent's own namespace and pods, whose log it does not read: it would write of what it writes. */
  readonly agent: { readonly name: string; readonly namespace: string };
  /** Address of Loki's API that takes logs, if that is where they go. */
  readonly loki: string;
}

/**
 * Reads the logs of every container of a node, drops what is personal before anything leaves it, says of each line which trace it belongs
 * to, and sends it under its tenant's name.
 */
export function agentConfig(
  args: Pick<CompleteArgs, "store" | "tenants" | "alsoDropped">,
  target: Target,
): CollectorConfig {
  const tenants = Object.entries(args.tenants);
  const taken = tenants.flatMap(([, { namespaces }]) => namespaces);
  const all = [...tenants.map(([tenant, { namespaces }]) => [tenant, namespaces] as const), [PLATFORM, ["*"]] as const];
  const own = `${AGENT_PATHS.logs}/${target.agent.namespace}_${target.agent.name}-*/*/*.log`;
  const receivers = all.map(([tenant, namespaces]) => [
    `filelog/${tenant}`,
    {
      include: namespaces.map(files),
      exclude: [own, ...(tenant === PLATFORM ? taken.map(files) : [])],
      start_at: "beginning",
      exclude_older_than: OLDEST,
      include_file_name: false,
      include_file_path: true,
      storage: "file_storage",
      retry_on_failure: { enabled: true, max_elapsed_time: "0s" },
      // Lines that the node's runtime has cut are put together; namespace, pod and container are in the path.
      operators: [{ type: "container", id: "container", max_log_size: LONGEST_LINE }],
    },
  ]);
  const exporters = all.map(([tenant]) => [exporterOf(args, tenant), exporterConfig(args, target, tenant, all.length)]);
  const isIndexed = args.store.kind === "elasticsearch";
  const streams = isIndexed ? all.map(([tenant]) => [streamOf(tenant), streamConfig(tenant)]) : [];
  const pipelines = all.map(([tenant]): [string, Pipeline] => [
    `logs/${tenant}`,
    {
      receivers: [`filelog/${tenant}`],
      processors: ["memory_limiter", "transform/lines", ...(isIndexed ? [streamOf(tenant)] : [])],
      exporters: [exporterOf(args, tenant)],
    },
  ]);
  const user = args.store.kind === "loki" ? undefined : args.store.user;
  const extensions = {
    ...HEALTH_CHECK,
    file_storage: { directory: AGENT_PATHS.read, create_directory: true },
    ...(user && {
      basicauth: {
        client_auth: { username: user.name, password: `\${file:${AGENT_PATHS.password}/${user.password.key}}` },
      },
    }),
  };
  return {
    extensions,
    receivers: Object.fromEntries(receivers),
    processors: {
      ...MEMORY_LIMITER,
      "transform/lines": linesOf([...PERSONAL, ...args.alsoDropped]),
      ...Object.fromEntries(streams),
    },
    exporters: Object.fromEntries(exporters),
    service: {
      extensions: Object.keys(extensions),
      telemetry: OWN_TELEMETRY,
      pipelines: Object.fromEntries(pipelines),
    },
  };
}

function files(namespace: string): string {
  return `${AGENT_PATHS.logs}/${namespace}_*/*/*.log`;
}

/**
 * A JSON line becomes fields, one level deep, so that a field is found at any depth; another line stays a text. What cannot be done to a line
 * is not told of: that would tell the line.
 */
function linesOf(dropped: readonly string[]) {
  const when = (condition: string, statements: readonly string[]) => ({
    context: "log",
    conditions: [`IsString(log.body) and IsMatch(log.body, ${quoted(condition)})`],
    statements,
  });
  const id = (name: string, digits: number) =>
    `set(log.${name}.string, log.body["${name}"]) where IsString(log.body["${name}"]) and IsMatch(log.body["${name}"], "^[0-9a-f]{${digits}}$")`;
  return {
    error_mode: "silent",
    log_statements: [
      // What the runtime wrote beside the line; pod and container say where it is from.
      {
        context: "log",
        statements: [String.raw`delete_matching_keys(log.attributes, "^(log\\.file\\.path|logtag|time)$")`],
      },
      when(String.raw`^\s*[{]`, ["set(log.body, ParseJSON(log.body))"]),
      when(String.raw`^\s*[\[]`, [`set(log.body, ParseJSON(Concat(["{\\"items\\":", log.body, "}"], "")))`]),
      when(AFTER_WORDS, [
        `set(log.cache["parts"], ExtractPatterns(log.body, ${quoted(AFTER_WORDS)}))`,
        `set(log.body, ParseJSON(log.cache["parts"]["json"]))`,
        `set(log.body["words"], log.cache["parts"]["words"]) where IsMap(log.body)`,
      ]),
      when(LIKE_JSON, [
        `set(log.cache["trace"], ExtractPatterns(log.body, ${quoted(BROKEN_TRACE)}))`,
        `set(log.trace_id.string, log.cache["trace"]["id"]) where log.cache["trace"]["id"] != nil`,
        `replace_pattern(log.body, ${quoted(BROKEN)}, "$$1<broken JSON>")`,
      ]),
      {
        context: "log",
        conditions: ["IsMap(log.body)"],
        statements: [
          "flatten(log.body)",
          ...withoutFields("log.body", dropped),
          ...maskedFields("log.body"),
          id("trace_id", 32),
          id("span_id", 16),
          ...Object.entries(SEVERITIES).map(
            ([level, severity]) =>
              `set(log.severity_number, SEVERITY_NUMBER_${severity}) where log.body["level"] == "${level}"`,
          ),
          `set(log.severity_text, log.body["level"]) where IsString(log.body["level"])`,
        ],
      },
      { context: "log", conditions: ["IsString(log.body)"], statements: maskedText("log.body") },
      {
        context: "resource",
        statements: [
          // Who wrote it is what the node says; what a line says of itself stays a field of it.
          `set(resource.attributes["service.name"], resource.attributes["k8s.container.name"])`,
          `set(resource.attributes["service.namespace"], resource.attributes["k8s.namespace.name"])`,
        ],
      },
    ],
  };
}

function streamOf(tenant: string): string {
  return `transform/stream-${tenant}`;
}

/** Which data stream of Elasticsearch a line goes to: by the container, which no line can say of itself, and by the tenant. */
function streamConfig(tenant: string): object {
  const statements = [
    `set(resource.attributes["data_stream.dataset"], resource.attributes["service.name"])`,
    `set(resource.attributes["data_stream.namespace"], "${tenant}")`,
  ];
  return { error_mode: "silent", log_statements: [{ context: "resource", statements }] };
}

function exporterOf({ store }: Pick<CompleteArgs, "store">, tenant: string): string {
  return `${store.kind === "elasticsearch" ? "elasticsearch" : "otlphttp"}/${tenant}`;
}

function exporterConfig(
  { store }: Pick<CompleteArgs, "store">,
  { loki }: Target,
  tenant: string,
  tenants: number,
): object {
  const waiting = agentPatience(tenants);
  if (store.kind === "loki") return { endpoint: loki, headers: { "X-Scope-OrgID": tenant }, ...waiting };
  const access = {
    ...(store.authority && { tls: { ca_file: `${AGENT_PATHS.authority}/${store.authority.key}` } }),
    ...(store.user && { auth: { authenticator: "basicauth" } }),
  };
  if (store.kind === "otlp")
    return { endpoint: store.url, headers: { "X-Scope-OrgID": tenant }, ...access, ...waiting };
  // It tries again by itself, by other words.
  return {
    endpoints: [store.url],
    mapping: { mode: "otel" },
    logs_dynamic_id: { enabled: false },
    headers: { "X-Scope-OrgID": tenant },
    retry: { enabled: true, initial_interval: "1s", max_interval: "10s" },
    sending_queue: waiting.sending_queue,
    ...access,
  };
}
