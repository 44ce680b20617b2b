import {
  BATCH,
  type CollectorConfig,
  HEALTH_CHECK,
  MEMORY_LIMITER,
  OWN_TELEMETRY,
  type Pipeline,
  patience,
} from "../collector/config.ts";
import { type CompleteArgs, PERSONAL, PLATFORM } from "./args.ts";

/** Where a node keeps what containers write, and the agent what it has read of it. */
export const AGENT_PATHS = {
  logs: "/var/log/pods",
  read: "/var/lib/otelcol",
  password: "/etc/collector-password",
  authority: "/etc/collector-authority",
};

/** What a level of the log is called in OpenTelemetry: pino's names, which most others share. */
const SEVERITIES = { trace: "TRACE", debug: "DEBUG", info: "INFO", warn: "WARN", error: "ERROR", fatal: "FATAL" };
/** In any text. */
const E_MAIL = String.raw`[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(\\.[A-Za-z0-9-]+)+`;
const MASK = "<e-mail>";
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
      operators: [{ type: "container", id: "container" }],
    },
  ]);
  const exporters = all.map(([tenant]) => [exporterOf(args, tenant), exporterConfig(args, target, tenant)]);
  const pipelines = all.map(([tenant]): [string, Pipeline] => [
    `logs/${tenant}`,
    {
      receivers: [`filelog/${tenant}`],
      processors: ["memory_limiter", "transform/lines", "batch"],
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
    processors: { ...MEMORY_LIMITER, "transform/lines": linesOf([...PERSONAL, ...args.alsoDropped]), ...BATCH },
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

/** A JSON line becomes fields, one level deep, so that a field is found at any depth; another line stays a text. */
function linesOf(dropped: readonly string[]) {
  const mapped = (...statements: string[]) => ({ context: "log", conditions: ["IsMap(log.body)"], statements });
  const id = (name: string, digits: number) =>
    `set(log.${name}.string, log.body["${name}"]) where IsString(log.body["${name}"]) and IsMatch(log.body["${name}"], "^[0-9a-f]{${digits}}$")`;
  return {
    error_mode: "ignore",
    log_statements: [
      // What the runtime wrote beside the line; pod and container say where it is from.
      {
        context: "log",
        statements: [String.raw`delete_matching_keys(log.attributes, "^(log\\.file\\.path|logtag|time)$")`],
      },
      {
        context: "log",
        conditions: [String.raw`IsString(log.body) and IsMatch(log.body, "^\\s*\\{")`],
        statements: ["set(log.body, ParseJSON(log.body))"],
      },
      mapped(
        "flatten(log.body)",
        `delete_matching_keys(log.body, "${personalPattern(dropped)}")`,
        `replace_all_patterns(log.body, "value", "${E_MAIL}", "${MASK}")`,
        id("trace_id", 32),
        id("span_id", 16),
        ...Object.entries(SEVERITIES).map(
          ([level, severity]) =>
            `set(log.severity_number, SEVERITY_NUMBER_${severity}) where log.body["level"] == "${level}"`,
        ),
        `set(log.severity_text, log.body["level"]) where IsString(log.body["level"])`,
        `set(resource.attributes["service.name"], log.body["service"]) where IsString(log.body["service"])`,
      ),
      {
        context: "log",
        conditions: ["IsString(log.body)"],
        statements: [`replace_pattern(log.body, "${E_MAIL}", "${MASK}")`],
      },
      {
        context: "resource",
        statements: [
          `set(resource.attributes["service.name"], resource.attributes["k8s.container.name"]) where resource.attributes["service.name"] == nil`,
          `set(resource.attributes["service.namespace"], resource.attributes["k8s.namespace.name"])`,
        ],
      },
    ],
  };
}

/** The names of fields at any depth, as `card_number`, `cardNumber` and `CARD-NUMBER`, and of all that lies below them. */
export function personalPattern(fields: readonly string[]): string {
  const words = fields.map((field) => field.replaceAll(/[A-Z]/g, (letter) => `[_-]?${letter.toLowerCase()}`));
  return String.raw`(?i)(^|\\.)(${words.join("|")})(\\.|$)`;
}

function exporterOf({ store }: Pick<CompleteArgs, "store">, tenant: string): string {
  return `${store.kind === "elasticsearch" ? "elasticsearch" : "otlphttp"}/${tenant}`;
}

function exporterConfig({ store }: Pick<CompleteArgs, "store">, { loki }: Target, tenant: string): object {
  // What waits outlives the agent; for how long a store may be away is bounded by the node's disk alone.
  const { sending_queue, retry_on_failure } = patience(500, "0s");
  const waiting = { sending_queue: { ...sending_queue, storage: "file_storage" }, retry_on_failure };
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
