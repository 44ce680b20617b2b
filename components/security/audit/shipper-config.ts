import {
  type CollectorConfig,
  HEALTH_CHECK,
  MEMORY_LIMITER,
  OWN_TELEMETRY,
  type Pipeline,
  patience,
} from "../../observability/collector/config.ts";
import { BREAK_GLASS_RECEIVER, breakGlassReceiver } from "../break-glass.ts";

/** Where the shipper keeps how far it has read, and what waits to be sent: a folder of the node, which outlives its pods. */
export const SHIPPED = "/var/lib/audit-shipper";

/** Where Loki takes logs, and for whom. */
interface ToLogs {
  readonly endpoint: string;
  readonly tenant: string;
}

/** Where objects are added. */
export interface ToArchive {
  readonly bucket: string;
  readonly endpoint: string;
  readonly region: string;
}

export interface ShipperConfigArgs {
  readonly folder: string;
  readonly breakGlass: readonly string[];
  readonly logs: ToLogs | undefined;
  readonly archive: ToArchive | undefined;
}

const MIB = 2 ** 20;
/** What waits on a node for each place: hours of a busy API server's log, which the policy keeps to changes. */
const WAITING = 256 * MIB;
/** Of the rights for emergencies, who are few and are told of long before. */
const FEW_WAIT = 16 * MIB;
/** What an object of the API server may be, 1.5 MiB, and what is said of it. A longer line is cut, and then is no JSON. */
const LONGEST_LINE = "2MiB";
/** A second for who looks; a minute for objects, each of which costs a request. */
const FLUSHED = { logs: "1s", archive: "1m" } as const;
/** Loki takes requests of 4 MiB. What four senders of each place hold at once must fit into a shipper's memory. */
const SENT = { logs: { least: MIB, most: 2 * MIB }, archive: { least: MIB, most: 4 * MIB } } as const;
/** Go's words for the API server's microseconds. */
const TIMESTAMP = "2006-01-02T15:04:05.999999Z07:00";
/** Before every object of the archive; what is asked of it names its partitions by the day. */
const ARCHIVED_AS = { prefix: "api", partition: "year=%Y/month=%m/day=%d" } as const;

/** A line that is no event: what is said in its place. A part of one may be a part of a secret. */
const BROKEN = "<broken JSON>";
/**
 * Kinds that hold what lets somebody in. The policy of our own records no content of them; that of somebody else may, and no line of it must
 * leave the node with it.
 */
const SECRET = "^(secrets|configmaps|tokenreviews)$";

/** Reads the API server's audit log in files of a folder, counts what the rights for emergencies do, and sends all to where it is kept. Pure. */
export function shipperConfig(args: ShipperConfigArgs): CollectorConfig {
  const { folder, breakGlass, logs, archive } = args;
  const files = `${folder}/*.log`;
  const counts = breakGlass.length > 0;
  const exporters = {
    ...(logs && { "otlphttp/audit": logsExporter(logs, WAITING) }),
    ...(archive && { "awss3/audit": archiveExporter(archive, ARCHIVED_AS.prefix, WAITING) }),
  };
  // A place of its own, so that a full queue of all other lines never keeps these from being counted.
  const counted = logs
    ? { "otlphttp/break-glass": logsExporter(logs, FEW_WAIT) }
    : archive && { "awss3/break-glass": archiveExporter(archive, "break-glass", FEW_WAIT) };
  const extensions = { ...HEALTH_CHECK, file_storage: { directory: SHIPPED, create_directory: true, fsync: true } };
  const pipelines: Record<string, Pipeline> = {
    "logs/audit": {
      receivers: ["filelog/audit"],
      processors: ["memory_limiter", "transform/audit"],
      exporters: Object.keys(exporters),
    },
    ...(counts && {
      "logs/break-glass": {
        receivers: [BREAK_GLASS_RECEIVER],
        processors: ["memory_limiter", "transform/break-glass"],
        exporters: Object.keys(counted ?? {}),
      },
    }),
  };
  return {
    extensions,
    receivers: {
      "filelog/audit": {
        include: [files],
        start_at: "beginning",
        include_file_name: false,
        max_log_size: LONGEST_LINE,
        storage: "file_storage",
        retry_on_failure: { enabled: true, max_elapsed_time: "0s" },
        operators: [{ type: "json_parser", parse_to: "body", on_error: "send_quiet", timestamp: STAMPED }],
      },
      ...(counts && breakGlassReceiver(breakGlass, files, "file_storage")),
    },
    processors: {
      ...MEMORY_LIMITER,
      "transform/audit": eventsOf("kube-apiserver"),
      ...(counts && { "transform/break-glass": eventsOf("break-glass") }),
    },
    exporters: { ...exporters, ...(counts && counted) },
    service: { extensions: Object.keys(extensions), telemetry: OWN_TELEMETRY, pipelines },
  };
}

const STAMPED = {
  parse_from: "body.stageTimestamp",
  layout_type: "gotime",
  layout: TIMESTAMP,
};

/** Takes content out of what holds secrets, and says who wrote it. What goes wrong is not told of: that would tell the line. */
function eventsOf(service: string) {
  const kind = `log.body["objectRef"]["resource"]`;
  const holds = `IsString(${kind}) and IsMatch(${kind}, "${SECRET}")`;
  const token = `${kind} == "serviceaccounts" and log.body["objectRef"]["subresource"] == "token"`;
  return {
    error_mode: "silent",
    log_statements: [
      { context: "log", conditions: ["not IsMap(log.body)"], statements: [`set(log.body, "${BROKEN}")`] },
      {
        context: "log",
        conditions: [`IsMap(log.body) and ((${holds}) or (${token}))`],
        statements: ["requestObject", "responseObject"].map((field) => `delete_key(log.body, "${field}")`),
      },
      {
        context: "resource",
        statements: [
          `set(resource.attributes["service.name"], "${service}")`,
          `set(resource.attributes["service.namespace"], "kube-system")`,
        ],
      },
    ],
  };
}

function logsExporter({ endpoint, tenant }: ToLogs, waits: number) {
  return { endpoint, headers: { "X-Scope-OrgID": tenant }, ...waiting("logs", waits) };
}

/** Objects of lines of JSON, a day in a folder. Their names cannot be guessed, so that who may only add cannot put another in the place of one. */
function archiveExporter({ bucket, endpoint, region }: ToArchive, prefix: string, waits: number) {
  return {
    s3uploader: {
      region,
      endpoint,
      s3_bucket: bucket,
      s3_prefix: prefix,
      s3_partition_format: ARCHIVED_AS.partition,
      s3_partition_timezone: "UTC",
      s3_force_path_style: true,
      compression: "gzip",
      unique_key_func_name: "uuidv7",
    },
    marshaler: "body",
    timeout: "30s",
    ...waiting("archive", waits),
  };
}

/** What cannot be sent waits on the node's disk and is tried for ever; when that is full, no further line is read. */
function waiting(to: keyof typeof SENT, bytes: number) {
  const { sending_queue, retry_on_failure } = patience(bytes, "0s");
  const { least, most } = SENT[to];
  const batch = { flush_timeout: FLUSHED[to], sizer: "bytes", min_size: least, max_size: most };
  return {
    sending_queue: { ...sending_queue, sizer: "bytes", block_on_overflow: true, storage: "file_storage", batch },
    retry_on_failure,
  };
}
