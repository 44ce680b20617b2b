import { createHash } from "node:crypto";
import { amount } from "../../core/quantity.ts";
import { HOSTS_SH } from "../hosts.ts";
import type { CompleteArgs } from "./args.ts";

/** Where the pod's files are. */
export const PATHS = {
  config: "/etc/redis",
  users: "/etc/redis-users",
  internal: "/etc/redis-internal",
  tls: "/etc/redis-tls",
  run: "/run/redis",
  data: "/data",
} as const;

export const PORT = 6379;
export const SENTINEL_PORT = 26_379;
/** The account by which servers replicate and Sentinels command them. */
const INTERNAL_USER = "internal";
/** The account that health checks use: it has no password, and may only ask whether a server lives and what it is. */
export const HEALTH_USER = "health";

/** The account that reads metrics: it may ask how the server does, and nothing of what is in it. */
export const METRICS_USER = "metrics";
/**
 * No consumer is called so: an ACL file with an account twice is not loaded, and the servers do not start. The last one's keys would have the
 * prefix of the mark of a restore.
 */
export const OWN_USERS = ["default", INTERNAL_USER, HEALTH_USER, METRICS_USER, "plumbline"] as const;

/**
 * The accounts that take a snapshot, as a replica does, and that write one back; no service is called so. The second may also empty a
 * server, which it does if a restore was cut short.
 */
export const BACKUP_USERS = {
  _backup: "+sync +replconf +ping +role",
  _restore: "~* +@write -@dangerous +flushall +ping +echo +select +dbsize +role",
} as const;

/** Memory for data, out of the limit. A store also needs room for the copy that a rewrite of its log takes. */
const MEMORY_SHARE = { cache: 0.75, store: 0.5 };
/** A primary that is silent this long is replaced; shorter ones are taken for pauses. */
const DOWN_AFTER_MS = 5_000;
const FAILOVER_TIMEOUT_MS = 30_000;
/** A primary that no replica has answered for this long takes no more writes: it may have been replaced. */
const REPLICA_LAG_SECONDS = 10;

const TLS = [
  `tls-cert-file ${PATHS.tls}/tls.crt`,
  `tls-key-file ${PATHS.tls}/tls.key`,
  `tls-ca-cert-file ${PATHS.tls}/ca.crt`,
  "tls-auth-clients no",
  "tls-replication yes",
  "tls-protocols TLSv1.3",
];

/** Bytes of memory that a server has for data. */
export function memoryForData({ resources, role }: Pick<CompleteArgs, "resources" | "role">): number {
  return Math.floor(amount(resources.limits.memory) * MEMORY_SHARE[role]);
}

/** redis.conf, but for what only the pod knows: its name and its primary. */
export function redisConf({ resources, role, replicas }: CompleteArgs): string {
  return lines(
    "port 0",
    `tls-port ${PORT}`,
    ...TLS,
    `dir ${PATHS.data}`,
    "appendonly yes",
    "appendfsync everysec",
    `maxmemory ${memoryForData({ resources, role })}`,
    `maxmemory-policy ${role === "cache" ? "allkeys-lru" : "noeviction"}`,
    `aclfile ${PATHS.users}/users.acl`,
    ...(replicas > 1 ? ["min-replicas-to-write 1", `min-replicas-max-lag ${REPLICA_LAG_SECONDS}`] : []),
  );
}

/** sentinel.conf, but for what only the pod knows. */
function sentinelConf(): string {
  return lines(
    "port 0",
    `tls-port ${SENTINEL_PORT}`,
    ...TLS,
    `dir ${PATHS.run}`,
    "sentinel resolve-hostnames yes",
    "sentinel announce-hostnames yes",
    `sentinel announce-port ${SENTINEL_PORT}`,
  );
}

/** What comes after `sentinel monitor`, which only the pod can write. */
function sentinelTuning(name: string): string {
  return lines(
    `sentinel down-after-milliseconds ${name} ${DOWN_AFTER_MS}`,
    `sentinel failover-timeout ${name} ${FAILOVER_TIMEOUT_MS}`,
    `sentinel parallel-syncs ${name} 1`,
    `sentinel client-reconfig-script ${name} ${PATHS.config}/remember-primary.sh`,
  );
}

/**
 * What a consumer may not run. Functions are the server's: one that a consumer loads would run with another's rights, so of scripts it has only those
 * that it sends itself, which locks need. SCAN, RANDOMKEY, PUBSUB and broadcast tracking tell everybody's keys and channels, whatever one's own are.
 */
const NOT_RUN =
  "-@admin -@dangerous -@scripting +eval +eval_ro +evalsha +evalsha_ro +script|load +script|exists " +
  "-scan -randomkey -pubsub -client|tracking";

/** A consumer's line of the ACL file: its own keys and channels, and no command that rules the server or tells of others. */
export function consumerAcl(user: string, password: string): string {
  return `user ${user} on #${digest(password)} ${rights(user)}`;
}

/** What a consumer may do, in the words of an ACL. */
export function rights(user: string): string {
  return `~${keyPrefix(user)}* &${keyPrefix(user)}* +@all ${NOT_RUN}`;
}

/** What the keys of a consumer begin with. */
export function keyPrefix(user: string): string {
  return `${user}:`;
}

/** The ACL file. It holds digests, not passwords. */
export function usersAcl(
  passwords: { readonly internal: string; readonly metrics: string } & Partial<
    Record<keyof typeof BACKUP_USERS, string>
  >,
  consumers: readonly string[],
): string {
  const commands =
    "+psync +replconf +ping +multi +exec +replicaof +slaveof +subscribe +publish +role +info +script|kill " +
    "+client|setname +client|kill +config|rewrite +config|set +acl|load";
  return lines(
    "user default off",
    `user ${INTERNAL_USER} on #${digest(passwords.internal)} allchannels ${commands}`,
    `user ${HEALTH_USER} on nopass +ping +role`,
    `user ${METRICS_USER} on #${digest(passwords.metrics)} +ping +info`,
    ...Object.entries(BACKUP_USERS).flatMap(([user, rights]) => {
      const password = passwords[user as keyof typeof BACKUP_USERS];
      return password === undefined ? [] : [`user ${user} on #${digest(password)} ${rights}`];
    }),
    ...[...consumers].sort(),
  );
}

function digest(password: string): string {
  return createHash("sha256").update(password).digest("hex");
}

/** Finds the primary: from the other Sentinels, else as last remembered, else the first server there ever was. */
const PRIMARY_SH = `#!/bin/sh
export REDISCLI_AUTH="$(cat ${PATHS.internal}/password)"
for server in $SERVERS; do
  [ "$server" = "$SELF" ] && continue
  answer="$(timeout 2 redis-cli --no-auth-warning --tls --cacert ${PATHS.tls}/ca.crt -h "$server" -p ${SENTINEL_PORT} \\
    sentinel get-master-addr-by-name "$NAME" 2>/dev/null | head -n 1)"
  for known in $SERVERS; do
    [ "$answer" = "$known" ] && echo "$answer" | tee ${PATHS.data}/primary && exit 0
  done
done
[ -s ${PATHS.data}/primary ] && cat ${PATHS.data}/primary && exit 0
echo "$SERVERS" | cut -d ' ' -f 1
`;

/** Called by Sentinel after a failover: <name> <role> <state> <from host> <from port> <to host> <to port>. */
const REMEMBER_PRIMARY_SH = `#!/bin/sh
echo "$6" > ${PATHS.data}/primary
`;

/** How both servers begin: what they write holds passwords, and they know themselves by their own name. */
const START_SH = `#!/bin/sh
set -eu
umask 077
export SELF="$HOSTNAME.$DOMAIN"`;

const REDIS_SH = `${START_SH}
primary="$(sh ${PATHS.config}/primary.sh)"
{
  cat ${PATHS.config}/redis.conf
  echo "masteruser ${INTERNAL_USER}"
  echo "masterauth $(cat ${PATHS.internal}/password)"
  echo "replica-announce-ip $SELF"
  [ "$primary" = "$SELF" ] || echo "replicaof $primary ${PORT}"
} > ${PATHS.run}/redis.conf
sh ${PATHS.config}/reload.sh &
exec redis-server ${PATHS.run}/redis.conf
`;

const SENTINEL_SH = `${START_SH}
password="$(cat ${PATHS.internal}/password)"
{
  cat ${PATHS.config}/sentinel.conf
  echo "sentinel announce-ip $SELF"
  echo "sentinel monitor $NAME $(sh ${PATHS.config}/primary.sh) ${PORT} $QUORUM"
  echo "sentinel auth-user $NAME ${INTERNAL_USER}"
  echo "sentinel auth-pass $NAME $password"
  echo "requirepass $password"
  echo "sentinel sentinel-pass $password"
  cat ${PATHS.config}/sentinel-tuning.conf
} > ${PATHS.run}/sentinel.conf
exec redis-server ${PATHS.run}/sentinel.conf --sentinel
`;

/** Takes up new users and renewed certificates without a restart; the kubelet refreshes both files in place. */
const RELOAD_SH = `#!/bin/sh
export REDISCLI_AUTH="$(cat ${PATHS.internal}/password)"
files="${PATHS.users}/users.acl ${PATHS.tls}/tls.crt"
ask() { redis-cli --no-auth-warning --user ${INTERNAL_USER} --tls --cacert ${PATHS.tls}/ca.crt -h "$SELF" -p ${PORT} "$@"; }
known="$(cat $files | sha256sum)"
while sleep 10; do
  now="$(cat $files | sha256sum)"
  [ "$now" = "$known" ] && continue
  ask acl load && ask config set tls-cert-file ${PATHS.tls}/tls.crt tls-key-file ${PATHS.tls}/tls.key && known="$now"
done
`;

/** Every file of the servers' ConfigMap. */
export function serverFiles(name: string, args: CompleteArgs): Record<string, string> {
  return {
    "redis.conf": redisConf(args),
    "sentinel.conf": sentinelConf(),
    "sentinel-tuning.conf": sentinelTuning(name),
    "primary.sh": PRIMARY_SH,
    "remember-primary.sh": REMEMBER_PRIMARY_SH,
    "redis.sh": REDIS_SH,
    "sentinel.sh": SENTINEL_SH,
    "reload.sh": RELOAD_SH,
    "hosts.sh": HOSTS_SH,
  };
}

function lines(...all: readonly string[]): string {
  return `${all.join("\n")}\n`;
}
