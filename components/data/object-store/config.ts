import type { Duration } from "../../core/duration.ts";
import { isDuration, milliseconds } from "../../core/duration.ts";
import { isOptOut } from "../../core/opt-out.ts";
import { type CompleteArgs, expiryOf } from "./args.ts";

/** Where the pods' files are. SeaweedFS looks for its own in the first folder. */
export const PATHS = {
  config: "/etc/seaweedfs",
  scripts: "/etc/seaweedfs-scripts",
  identities: "/etc/seaweedfs-identities",
  tls: "/etc/seaweedfs-tls",
  data: "/data",
} as const;

/** SeaweedFS' own ports. Servers talk on the second of each pair, which is 10000 above the first. */
export const PORTS = {
  s3: 8333,
  s3Servers: 18_333,
  filer: 8888,
  filerServers: 18_888,
  master: 9333,
  masterServers: 19_333,
  volume: 8080,
  volumeServers: 18_080,
  etcd: 2379,
  etcdPeers: 2380,
} as const;

/** Where each server's metrics are, at `/metrics` and without TLS. */
export const METRICS_PORTS = { etcd: 2381, master: 9321, volume: 9322, gateway: 9323 } as const;

/** Three agree on who leads and on what is known of the objects; one of them may be lost. */
const QUORUM = 3;
/** Of each object, in two zones. */
export const COPIES = 2;
/** Objects are written to files of this size, called volumes. */
export const VOLUME_BYTES = 2 ** 30;
/** Volumes that a bucket begins with, and gets more of at once: as many writes go on side by side. */
export const FIRST_VOLUMES = 2;
/** A master that is silent this long is replaced. Its default of 10 s was a pause of 17 s. */
const ELECTION_TIMEOUT = "3s";
/** Of etcd's database. Half its disk: to be made compact it is written once more. About 500 bytes are one object. */
const METADATA_BYTES = 4 * 2 ** 30;
/** What clients of S3 must name; there is only one, and it is what they take for the default. */
export const REGION = "us-east-1";
const DATA_CENTER = "cluster";
const MEBIBYTE = 2 ** 20;

/** Names of what belongs to an object store. Each set and its headless service share a name. */
export function names(name: string) {
  return {
    server: `${name}-server`,
    volume: `${name}-volume`,
    config: `${name}-config`,
    security: `${name}-security`,
    identities: `${name}-identities`,
    setup: `${name}-setup`,
  };
}

/** How many servers agree by majority. */
export function members({ replication }: CompleteArgs): number {
  return isOptOut(replication) ? 1 : QUORUM;
}

/** Full names of the servers, by which all others find them. */
function servers(name: string, args: CompleteArgs): string[] {
  const { server } = names(name);
  return Array.from({ length: members(args) }, (_, index) => `${server}-${index}.${domain(server, args)}`);
}

/** What comes after a pod's own name. */
export function domain(service: string, { namespace }: CompleteArgs): string {
  return `${service}.${namespace.name}.svc`;
}

/** The masters, as every other server is told of them. */
export function masters(name: string, args: CompleteArgs): string {
  return servers(name, args)
    .map((host) => `${host}:${PORTS.master}`)
    .join(",");
}

/** Names that the certificate is for: the one that consumers see, and each server's own. */
export function serverHosts(name: string, args: CompleteArgs): string[] {
  const { server, volume } = names(name);
  return [name, domain(name, args), `*.${domain(server, args)}`, `*.${domain(volume, args)}`];
}

/** `010`: one more copy, in another rack, and a rack is a zone. */
function placement({ replication }: CompleteArgs): string {
  return isOptOut(replication) ? "000" : "010";
}

/** What is known of every object. It listens for the filer of its own pod alone; its peers know each other by certificate. */
export function etcdArguments(name: string, args: CompleteArgs): string[] {
  const { server } = names(name);
  const tls = PATHS.tls;
  const peer = (host: string) => `https://${host}:${PORTS.etcdPeers}`;
  const local = `http://127.0.0.1:${PORTS.etcd}`;
  const cluster = servers(name, args).map((host, index) => `${server}-${index}=${peer(host)}`);
  return [
    "--name=$(POD)",
    `--data-dir=${PATHS.data}/etcd`,
    `--listen-client-urls=${local}`,
    `--advertise-client-urls=${local}`,
    `--listen-peer-urls=${peer("0.0.0.0")}`,
    `--initial-advertise-peer-urls=${peer(`$(POD).${domain(server, args)}`)}`,
    `--initial-cluster=${cluster.join(",")}`,
    `--peer-cert-file=${tls}/tls.crt`,
    `--peer-key-file=${tls}/tls.key`,
    `--peer-trusted-ca-file=${tls}/ca.crt`,
    "--peer-client-cert-auth",
    `--peer-cert-allowed-cn=${server}`,
    // The name says who it is; it would also look for the address that a peer comes from among the hosts.
    "--peer-skip-client-san-verification",
    `--listen-metrics-urls=http://0.0.0.0:${METRICS_PORTS.etcd}`,
    "--auto-compaction-mode=revision",
    "--auto-compaction-retention=1000",
    `--quota-backend-bytes=${METADATA_BYTES}`,
  ];
}

/** Masters know which volume is where, and lead writes to one. */
export function masterArguments(name: string, args: CompleteArgs): string[] {
  return [
    "-logtostderr",
    "master",
    ...itself(names(name).server, args),
    `-port=${PORTS.master}`,
    `-peers=${members(args) === 1 ? "none" : masters(name, args)}`,
    `-mdir=${PATHS.data}/master`,
    `-defaultReplication=${placement(args)}`,
    `-volumeSizeLimitMB=${VOLUME_BYTES / MEBIBYTE}`,
    `-electionTimeout=${ELECTION_TIMEOUT}`,
    "-disableHttp",
    // Otherwise it tells its makers how large it is.
    "-telemetry=false",
    `-metricsPort=${METRICS_PORTS.master}`,
  ];
}

/** Volume servers hold the objects. */
export function volumeArguments(name: string, args: CompleteArgs): string[] {
  return [
    "-logtostderr",
    "volume",
    ...itself(names(name).volume, args),
    `-port=${PORTS.volume}`,
    `-master=${masters(name, args)}`,
    `-dir=${PATHS.data}`,
    // As many volumes as the disk has room for, also after it grew.
    "-max=0",
    `-dataCenter=${DATA_CENTER}`,
    "-rack=$(ZONE)",
    `-metricsPort=${METRICS_PORTS.volume}`,
  ];
}

/** The filer knows which object is where, and S3 is what consumers speak; one process is both. */
export function gatewayArguments(name: string, args: CompleteArgs, uploadBytes: number): string[] {
  return [
    "-logtostderr",
    "filer",
    ...itself(names(name).server, args),
    `-port=${PORTS.filer}`,
    `-master=${masters(name, args)}`,
    `-defaultReplicaPlacement=${placement(args)}`,
    `-dataCenter=${DATA_CENTER}`,
    "-disableHttp",
    `-metricsPort=${METRICS_PORTS.gateway}`,
    "-s3",
    `-s3.port=${PORTS.s3}`,
    `-s3.cert.file=${PATHS.tls}/tls.crt`,
    `-s3.key.file=${PATHS.tls}/tls.key`,
    `-s3.config=${PATHS.identities}/s3.json`,
    `-s3.concurrentUploadLimitMB=${Math.floor(uploadBytes / MEBIBYTE)}`,
    "-s3.iam=false",
    "-s3.autoCreateBucket=false",
    "-s3.allowDeleteBucketNotEmpty=false",
    "-s3.port.iceberg=0",
    "-s3.port.lance=0",
  ];
}

function itself(service: string, args: CompleteArgs): string[] {
  return [`-ip=$(POD).${domain(service, args)}`, "-ip.bind=0.0.0.0"];
}

/** Keys by which servers show each other that a request was allowed, and the one that objects are encrypted with. */
export interface ServerKeys {
  readonly volumes: string;
  readonly filers: string;
  /** Encrypts the key of each object whose writer asks for it (`AES256`). Without it those objects cannot be read again. */
  readonly objects: string;
}

/** Who talks to servers: only who has their certificate, and a signature for each read and write. It holds secrets. */
export function securityToml(name: string, keys: ServerKeys): string {
  const pair = [`cert = "${PATHS.tls}/tls.crt"`, `key = "${PATHS.tls}/tls.key"`];
  const ca = `ca = "${PATHS.tls}/ca.crt"`;
  const section = (title: string, ...all: string[]) => [`[${title}]`, ...all];
  const own = `allowed_commonNames = "${names(name).server}"`;
  return lines(
    ...["", ".read"].flatMap((right) => section(`jwt.signing${right}`, `key = "${keys.volumes}"`)),
    ...["", ".read"].flatMap((right) => section(`jwt.filer_signing${right}`, `key = "${keys.filers}"`)),
    ...section("s3.sse", `key = "${keys.objects}"`),
    ...section("grpc", ca),
    ...["master", "volume", "filer", "s3", "client"].flatMap((part) => section(`grpc.${part}`, ...pair, own)),
    ...section("https.client", "enabled = true", ...pair, ca),
    ...["master", "volume", "filer"].flatMap((part) => section(`https.${part}`, ...pair, ca)),
  );
}

/** Each filer asks the etcd of its own pod: one that is lost takes its filer with it, and no other filer waits for it. */
const FILER_TOML = lines("[etcd]", "enabled = true", `servers = "127.0.0.1:${PORTS.etcd}"`, 'key_prefix = "filer."');

/** What the leading master does by itself, every 17 minutes: among others it makes a second copy of what has lost one. */
const MASTER_TOML = lines(
  "[master.maintenance]",
  'scripts = """',
  "  lock",
  "  volume.deleteEmpty -quietFor=24h -apply",
  "  volume.fix.replication -apply",
  "  volume.balance -apply",
  "  fs.log.purge -daysAgo=7",
  "  s3.clean.uploads -timeAgo=24h",
  "  unlock",
  '"""',
  "sleep_minutes = 17",
  "[master.volume_growth]",
  `copy_1 = ${FIRST_VOLUMES}`,
  `copy_2 = ${FIRST_VOLUMES}`,
);

/** Files without secrets that every server reads. */
export function configFiles(): Record<string, string> {
  return { "filer.toml": FILER_TOML, "master.toml": MASTER_TOML };
}

/**
 * Runs the gateway, and has it read the identities anew when they change: the kubelet refreshes the file in place, one identity a line.
 * What is new it takes up at once. What is gone it forgets only when it starts anew, which the gateways do one after the other.
 */
const GATEWAY_SH = `#!/bin/sh
file=${PATHS.identities}/s3.json
start() {
  known="$(cat $file)"
  weed "$@" &
  weed=$!
}
trap 'kill -TERM $weed; wait $weed; exit' TERM
start "$@"
while kill -0 $weed 2>/dev/null; do
  sleep 10 & wait $!
  now="$(cat $file)"
  [ "$now" = "$known" ] && continue
  kill -HUP $weed
  gone=
  while read -r line; do
    case "$now" in *"\${line%,}"*) ;; *) gone=yes ;; esac
  done <<END
$known
END
  known="$now"
  [ -z "$gone" ] && continue
  sleep $((\${POD##*-} * 30)) & wait $!
  kill -TERM $weed
  wait $weed
  start "$@"
done
wait $weed
`;

/** Makes the buckets that are not there yet, and sets all of them up as they are declared. */
const SETUP_SH = `#!/bin/sh
set -eu
ask() { weed shell -master "$MASTERS"; }
known="
$(echo s3.bucket.list | ask)"
for bucket in $BUCKETS; do
  case "$known" in
    *"
  $bucket	"*) ;;
    *) echo "s3.bucket.create -name $bucket" ;;
  esac
done > /tmp/create
ask < /tmp/create
ask < ${PATHS.scripts}/settings
`;

/** Scripts of the gateway and of the setup, and what the setup gives to SeaweedFS' shell. */
export function scripts(args: CompleteArgs): Record<string, string> {
  return { "gateway.sh": GATEWAY_SH, "setup.sh": SETUP_SH, settings: settings(args) };
}

function settings({ buckets, ...declared }: CompleteArgs): string {
  return lines(
    ...Object.entries(buckets).flatMap(([bucket, args]) => {
      const { versioned } = args;
      const expireAfter = expiryOf(declared, args);
      const ttl = expireAfter === undefined ? "-delete" : `-ttl=${timeToLive(expireAfter)}`;
      return [
        `fs.configure -locationPrefix=/buckets/${bucket}/ ${ttl} -apply`,
        ...(versioned ? [`s3.bucket.versioning -name ${bucket} -status Enabled`] : []),
      ];
    }),
  );
}

/** SeaweedFS counts in one byte, from one unit on; undefined if a duration cannot be told so. */
export function timeToLive(duration: Duration): string | undefined {
  if (!isDuration(duration)) return undefined;
  const units = { y: 31_536_000_000, w: 604_800_000, d: 86_400_000, h: 3_600_000, m: 60_000 };
  const span = milliseconds(duration);
  for (const [unit, length] of Object.entries(units)) {
    const count = span / length;
    if (Number.isInteger(count) && count >= 1 && count <= 255) return `${count}${unit}`;
  }
  return undefined;
}

function lines(...all: readonly string[]): string {
  return `${all.join("\n")}\n`;
}
