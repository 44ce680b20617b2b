import { selector } from "../../core/labels.ts";
import { isOptOut } from "../../core/opt-out.ts";
import { type Alert, diskAlerts } from "../../observability/alert.ts";
import type { Watched } from "../../observability/store-monitoring.ts";
import type { CompleteArgs } from "./args.ts";
import { COPIES, METRICS_PORTS, members, names } from "./config.ts";

/** Of S3's requests: what a client that tries again does not notice. */
const ERROR_SHARE = 0.05;
/** Of what etcd's database may be, which it never outgrows: it takes no more then. */
const METADATA_SHARE = 0.8;

/** Every program of SeaweedFS shows the names of all: whose number it is, the container tells. */
type Metric = (metric: string, container: keyof typeof METRICS_PORTS, more?: string) => string;

/** How many of each there are, those of etcd that know a leader. */
type Running = Readonly<Record<"etcd" | "masters" | "gateways" | "volumes", string>>;

/** What is watched of the servers: who leads, how many there are, whether each object has its copies, and what S3 answers. */
export function watched(name: string, args: CompleteArgs): Watched {
  const { namespace, replication } = args;
  const { server, volume } = names(name);
  const of: Metric = (metric, container, more = "") => {
    const set = container === "volume" ? volume : server;
    return `${metric}{namespace="${namespace.name}",pod=~"${set}-[0-9]+",container="${container}"${more}}`;
  };
  const count = (series: string) => `(count(${series}) or vector(0))`;
  const running: Running = {
    etcd: count(`${of("etcd_server_has_leader", "etcd")} == 1`),
    masters: count(of("SeaweedFS_build_info", "master")),
    gateways: count(of("SeaweedFS_build_info", "gateway")),
    volumes: count(of("SeaweedFS_build_info", "volume")),
  };
  const leaders = `(sum(${of("SeaweedFS_master_is_leader", "master")}) or vector(0))`;
  // A master that led before goes on showing what it knew then.
  const short = `sum(${of("SeaweedFS_master_replica_placement_mismatch", "master")} and on (pod) ${of("SeaweedFS_master_is_leader", "master")} == 1)`;
  const requests = (more = "") => `sum(rate(${of("SeaweedFS_s3_request_total", "gateway", more)}[5m]))`;
  const errors = `${requests(',code=~"5.."')} / ${requests()}`;
  const metadata = `max(${of("etcd_mvcc_db_total_size_in_bytes", "etcd")}) / max(${of("etcd_server_quota_backend_bytes", "etcd")})`;
  const copies = isOptOut(replication) ? 1 : COPIES;
  const alerts: Alert[] = [
    {
      name: "ObjectStoreNoMetadata",
      severity: "critical",
      expr: `${running.etcd} < 1`,
      lasts: "1m",
      summary: "no etcd has a leader: no object can be found, read or written",
    },
    {
      name: "ObjectStoreNoMaster",
      severity: "critical",
      expr: `${leaders} < 1`,
      lasts: "1m",
      summary: "no master leads: no object can be written",
    },
    {
      name: "ObjectStoreNoGateway",
      severity: "critical",
      expr: `${running.gateways} < 1`,
      lasts: "1m",
      summary: "no gateway runs: S3 does not answer",
    },
    {
      name: "ObjectStoreWritesBlocked",
      severity: "critical",
      expr: `${running.volumes} < ${copies}`,
      lasts: "1m",
      summary: `fewer than ${copies} volume servers run: no object can be written, and some cannot be read`,
    },
    {
      name: "ObjectStoreErrors",
      severity: "critical",
      expr: `${errors} > ${ERROR_SHARE}`,
      lasts: "5m",
      summary: `more than ${ERROR_SHARE * 100} % of S3's requests end with an error of its own`,
    },
    ...(copies > 1 ? lossAlerts(args, running, short) : []),
    ...volumeAlerts(of),
    {
      name: "ObjectStoreMetadataFilling",
      severity: "warning",
      expr: `${metadata} > ${METADATA_SHARE}`,
      lasts: "10m",
      summary: `etcd's database has used more than ${METADATA_SHARE * 100} % of its room; full, it takes no more objects`,
    },
    ...diskAlerts("ObjectStore", namespace.name, `data-(${server}|${volume})-[0-9]+`),
  ];
  const slowest = (metric: string, container: keyof typeof METRICS_PORTS, by: string) =>
    `histogram_quantile(0.99, sum by (le, ${by}) (rate(${of(metric, container)}[5m])))`;
  const disk = (type: string) => of("SeaweedFS_volumeServer_resource", "volume", `,type="${type}"`);
  return {
    title: "Object store",
    runbook: "object-store",
    pods: selector(name),
    scrapes: Object.keys(METRICS_PORTS).map((part) => ({ port: `metrics-${part}` })),
    alerts,
    panels: [
      {
        title: "Servers",
        queries: {
          "etcd with a leader": running.etcd,
          masters: running.masters,
          gateways: running.gateways,
          "volume servers": running.volumes,
        },
      },
      { title: "Masters that lead", queries: { leaders } },
      ...(copies > 1 ? [{ title: "Volumes that lack a copy", queries: { volumes: short } }] : []),
      {
        title: "Requests",
        unit: "ops",
        queries: {
          "{{type}} {{code}}": `sum by (type, code) (rate(${of("SeaweedFS_s3_request_total", "gateway")}[5m]))`,
        },
      },
      { title: "Requests that end with an error of S3", unit: "percentunit", queries: { errors } },
      {
        title: "99 of 100 requests take less than",
        unit: "s",
        queries: { "{{type}}": slowest("SeaweedFS_s3_request_seconds_bucket", "gateway", "type") },
      },
      {
        title: "Buckets, without their copies",
        unit: "bytes",
        queries: { "{{bucket}}": `max by (bucket) (${of("SeaweedFS_s3_bucket_size_bytes", "gateway")})` },
      },
      {
        title: "Free disk of volume servers",
        unit: "percentunit",
        queries: { "{{pod}}": `max by (pod) (${disk("free")}) / max by (pod) (${disk("all")})` },
      },
      { title: "etcd's database, of its room", unit: "percentunit", queries: { used: metadata } },
      {
        title: "99 of 100 writes to etcd's log take less than",
        unit: "s",
        queries: { "{{pod}}": slowest("etcd_disk_wal_fsync_duration_seconds_bucket", "etcd", "pod") },
      },
    ],
  };
}

function lossAlerts(args: CompleteArgs, { etcd, masters, gateways, volumes }: Running, short: string): Alert[] {
  const quorum = members(args);
  const { replicas } = args;
  return [
    {
      name: "ObjectStoreServerMissing",
      severity: "warning",
      expr: [etcd, masters, gateways].map((running) => `${running} < ${quorum}`).join(" or "),
      lasts: "10m",
      summary: `fewer than ${quorum} servers have an etcd with a leader, a master and a gateway: the next loss may stop all`,
    },
    {
      name: "ObjectStoreVolumeServerMissing",
      severity: "warning",
      expr: `${volumes} < ${replicas}`,
      lasts: "10m",
      summary: `fewer than ${replicas} volume servers run: objects that lay on the others have one copy left`,
    },
    {
      name: "ObjectStoreCopiesMissing",
      severity: "warning",
      expr: `${short} > 0`,
      // The leading master makes copies anew every 17 minutes: it has tried twice.
      lasts: "40m",
      summary: "{{ $value }} volumes lack a copy, and none is made by itself: the next loss may lose objects",
    },
  ];
}

function volumeAlerts(of: Metric): Alert[] {
  const failing = [
    of("SeaweedFS_volumeServer_disk_error_status", "volume"),
    of("SeaweedFS_volumeServer_io_quarantine", "volume", ',kind="volume"'),
  ];
  return [
    {
      name: "ObjectStoreDiskFails",
      severity: "warning",
      expr: failing.map((series) => `max by (pod) (${series}) > 0`).join(" or "),
      lasts: "5m",
      summary: "the disk of {{ $labels.pod }} cannot be read or written: what lies on it has one good copy left",
    },
    {
      name: "ObjectStoreReadOnly",
      severity: "warning",
      expr: `sum by (pod) (${of("SeaweedFS_volumeServer_read_only_volumes", "volume", ',type="IsReadOnly"')}) > 0`,
      // While one is moved or tidied up it takes no writes either.
      lasts: "30m",
      summary: "{{ $value }} volumes of {{ $labels.pod }} take no writes",
    },
  ];
}
