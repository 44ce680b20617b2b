import { createHash } from "node:crypto";
import { HOSTS_SH } from "../hosts.ts";
import type { CompleteArgs } from "./args.ts";
import { exporterConfig, exporterOption } from "./exporter.ts";
import { brokerSettings, declaredTopics } from "./topics.ts";

/** Where the pods' files are. */
export const PATHS = {
  config: "/etc/kafka-config",
  users: "/etc/kafka-users",
  tls: "/etc/kafka-tls",
  run: "/run/kafka",
  data: "/data",
  home: "/opt/kafka",
} as const;

/** Ports: controllers among themselves, brokers among themselves and administration, and consumers. */
export const PORTS = { controller: 9093, internal: 9091, clients: 9092 } as const;

export type Part = "controller" | "broker";
/** Numbers of the nodes: controllers from 0, brokers from 100, so that neither grows into the other. */
export const FIRST_ID: Readonly<Record<Part, number>> = { controller: 0, broker: 100 };

/** Whether brokers are controllers as well. */
export function isCombined({ controllers }: Pick<CompleteArgs, "controllers">): boolean {
  return controllers === "combined";
}

/** The parts that a Kafka has, in the order in which they are made. */
export function partsOf(args: Pick<CompleteArgs, "controllers">): readonly Part[] {
  return isCombined(args) ? ["broker"] : ["controller", "broker"];
}

/** Names of what belongs to a Kafka. */
export function names(name: string) {
  return {
    controller: `${name}-controller`,
    broker: `${name}-broker`,
    config: `${name}-config`,
    server: `${name}-server`,
    admin: `${name}-admin`,
    setup: `${name}-setup`,
    users: `${name}-users`,
  };
}

/** Full names of the nodes of one part. */
export function nodes(name: string, namespace: string, part: Part, count: number): string[] {
  const service = names(name)[part];
  return Array.from({ length: count }, (_, index) => `${service}-${index}.${service}.${namespace}.svc`);
}

/** Names that the nodes' certificate is for. */
export function serverHosts(name: string, namespace: string, parts: readonly Part[]): string[] {
  const each = parts.map((part) => `*.${names(name)[part]}.${namespace}.svc`);
  return [name, `${name}.${namespace}.svc`, ...each];
}

/**
 * The cluster's own id, by which a node refuses the disk of another cluster: made from its name, so it is the same when
 * everything but the disks was lost.
 */
export function clusterId(stack: string, namespace: string, name: string): string {
  return createHash("sha256").update(`${stack}/${namespace}/${name}`).digest().subarray(0, 16).toString("base64url");
}

/** Full names of those who hold the metadata and vote: the controllers, in the order of their numbers. */
export function voters(name: string, { namespace, controllers, brokers }: CompleteArgs): string[] {
  return controllers === "combined"
    ? nodes(name, namespace.name, "broker", brokers)
    : nodes(name, namespace.name, "controller", controllers);
}

/** Settings of every node: who the controllers are, TLS everywhere, and no right that was not given. */
function commonProperties(name: string, args: CompleteArgs): string {
  const first = FIRST_ID[isCombined(args) ? "broker" : "controller"];
  const quorum = voters(name, args).map((host, index) => `${first + index}@${host}:${PORTS.controller}`);
  const { server, admin } = names(name);
  return lines(
    `controller.quorum.voters=${quorum.join(",")}`,
    "controller.listener.names=CONTROLLER",
    "listener.security.protocol.map=CONTROLLER:SSL,INTERNAL:SSL,CLIENTS:SASL_SSL",
    ...tlsProperties(),
    // Nodes know each other, and the administrator, by their certificates; consumers have passwords.
    "listener.name.controller.ssl.client.auth=required",
    "listener.name.internal.ssl.client.auth=required",
    "ssl.principal.mapping.rules=RULE:^CN=([^,]+).*$/$1/,DEFAULT",
    "authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer",
    "allow.everyone.if.no.acl.found=false",
    `super.users=User:${server};User:${admin}`,
    `log.dirs=${PATHS.data}/log`,
  );
}

function brokerProperties(args: CompleteArgs): string {
  const listeners = `INTERNAL://:${PORTS.internal},CLIENTS://:${PORTS.clients}`;
  return lines(
    ...(isCombined(args)
      ? ["process.roles=broker,controller", `listeners=${listeners},CONTROLLER://:${PORTS.controller}`]
      : ["process.roles=broker", `listeners=${listeners}`]),
    "inter.broker.listener.name=INTERNAL",
    "sasl.enabled.mechanisms=SCRAM-SHA-512",
    "listener.name.clients.scram-sha-512.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required;",
    ...Object.entries(brokerSettings(args.brokers)).map((setting) => setting.join("=")),
  );
}

function controllerProperties(): string {
  return lines("process.roles=controller", `listeners=CONTROLLER://:${PORTS.controller}`);
}

function tlsProperties(): string[] {
  return [
    "ssl.enabled.protocols=TLSv1.3",
    "ssl.keystore.type=PEM",
    `ssl.keystore.location=${PATHS.tls}/tls-combined.pem`,
    "ssl.truststore.type=PEM",
    `ssl.truststore.location=${PATHS.tls}/ca.crt`,
  ];
}

/** Logs to the terminal only: the root file system is read-only, and the cluster collects what is printed. */
const LOG4J2 = `status = warn
appender.out.type = Console
appender.out.name = out
appender.out.layout.type = PatternLayout
appender.out.layout.pattern = %d{ISO8601} %p %c %m%n
rootLogger.level = info
rootLogger.appenderRef.out.ref = out
`;

/** For how many seconds Java keeps an address, else 30, and that there is none, else 10: a broker that comes back may have another. */
const JAVA_SECURITY = `networkaddress.cache.ttl=5
networkaddress.cache.negative.ttl=1
`;

/** Starts a node: writes what only the pod knows, formats a new disk, and runs. */
const NODE_SH = `#!/bin/bash
set -euo pipefail
self="$HOSTNAME.$DOMAIN"
config=${PATHS.run}/server.properties
{
  cat ${PATHS.config}/common.properties "${PATHS.config}/$PART.properties"
  echo "node.id=$((FIRST_ID + \${HOSTNAME##*-}))"
  if [ "$PART" = broker ]; then
    echo "broker.rack=\${ZONE:?the pod has no label topology.kubernetes.io/zone: Kubernetes 1.35 or later is needed}"
  fi
  # Whoever asks the machine for its name asks DNS for an address first.
  sed -n "s,://:,://$self:,g; s/^listeners=/advertised.&/p" "${PATHS.config}/$PART.properties"
} > "$config"
roles=$(sed -n "s/^process.roles=//p" "$config")
was=$(cat ${PATHS.data}/roles 2> /dev/null || true)
if [ "\${was:-$roles}" != "$roles" ]; then
  echo "This disk is of a node that was $was, and now is to be $roles: that cannot be changed while there is data." >&2
  exit 1
fi
${PATHS.home}/bin/kafka-storage.sh format --ignore-formatted --cluster-id="$CLUSTER_ID" --config "$config"
# Whole or not at all, and only when there is data.
echo "$roles" > ${PATHS.data}/roles.new
mv ${PATHS.data}/roles.new ${PATHS.data}/roles
export KAFKA_OPTS="\${KAFKA_OPTS:-} ${exporterOption(`${PATHS.config}/exporter.yaml`)}"
# Without -loggc, whose file outgrows /tmp: the pod would be evicted for it.
export EXTRA_ARGS="-name kafkaServer"
exec ${PATHS.home}/bin/kafka-server-start.sh "$config"
`;

/** How the setup speaks to Kafka, with the properties of its administrator in a file. */
const toolsSh = (admin: string) => `#!/bin/bash
set -euo pipefail
bin=${PATHS.home}/bin
server=(--bootstrap-server "$BROKERS" --command-config ${admin})
topics() { "$bin/kafka-topics.sh" "\${server[@]}" "$@" < /dev/null; }
configs() { "$bin/kafka-configs.sh" "\${server[@]}" "$@" < /dev/null; }
allow() { "$bin/kafka-acls.sh" "\${server[@]}" --add --force --allow-principal "User:$1" "\${@:2}" < /dev/null; }

# Every call starts a Java of its own: the first leaves its classes, read and checked, to all others. That halves them.
classes=/tmp/tools.jsa
given=\${KAFKA_OPTS:-}
there=$(KAFKA_OPTS="$given -XX:ArchiveClassesAtExit=$classes -Xlog:disable" topics --describe --exclude-internal)
export KAFKA_OPTS="$given -XX:SharedArchiveFile=$classes -Xlog:disable"
partitions() { sed -n "s/^Topic: $1[[:space:]].*PartitionCount: \\([0-9]*\\).*/\\1/p" <<< "$there"; }

`;

const USERS_SH = `users() {
  cd ${PATHS.users}
  for user in *; do
    [ -f "$user" ] || continue
    (umask 077; echo "SCRAM-SHA-512=password=$(cat "$user")" > ${PATHS.run}/scram)
    configs --alter --entity-type users --entity-name "$user" --add-config-file ${PATHS.run}/scram
    rm ${PATHS.run}/scram
  done
  configs --describe --entity-type users |
    sed -n "s/^SCRAM credential configs for user-principal '\\(.*\\)' are .*/\\1/p" |
    while read -r user; do
      [ -f "$user" ] || configs --alter --entity-type users --entity-name "$user" --delete-config SCRAM-SHA-512
    done
}

`;

const TOPICS_SH = `topics_and_rights() {
  while read -r what name detail more settings; do
    case "$what" in
      topic)
        now=$(partitions "$name")
        if [ -z "$now" ]; then
          IFS=, read -ra each <<< "$settings"
          topics --create --if-not-exists --topic "$name" --partitions "$detail" --replication-factor "$more" \\
            "\${each[@]/#/--config=}"
        else
          configs --alter --entity-type topics --entity-name "$name" --add-config "$settings"
          [ "$detail" -le "$now" ] || topics --alter --topic "$name" --partitions "$detail"
        fi
        ;;
      publish) allow "$name" --producer --topic "$detail" ;;
      consume)
        allow "$name" --operation Read --operation Describe --topic "$detail"
        allow "$name" --operation Read --operation Describe --group "$name" --resource-pattern-type prefixed
        ;;
    esac
  done < ${PATHS.config}/declared
}

`;

/**
 * Brings topics, users and rights to what is declared. A topic that is there gets the declared settings, and partitions if it
 * has fewer; none is taken away. A user that is no longer declared loses its password, and so every right.
 */
const SETUP_SH = `${toolsSh(`${PATHS.config}/admin.properties`)}${USERS_SH}${TOPICS_SH}# Neither needs the other, and most of a call is waiting for its Java.
users &
passwords=$!
topics_and_rights
wait "$passwords"
`;

/**
 * The same for brokers of MSK, which get their users from Secrets Manager. They let everyone do what no right speaks of, so the first
 * right is the administrator's own to everything: from then on a right speaks of everything, and nobody else has one that was not given.
 */
const MSK_SETUP_SH = `${toolsSh(`${PATHS.users}/admin.properties`)}${TOPICS_SH}allow "$ADMIN" --operation All --cluster --topic '*' --group '*' --transactional-id '*'
topics_and_rights
`;

/** One consumer's right to one topic. */
export interface Access {
  readonly topic: string;
  readonly right: "publish" | "consume";
  readonly consumer: string;
  readonly namespace: string;
  readonly podLabels: Readonly<Record<string, string>>;
}

/** Who comes in: a consumer of several topics once. */
export function consumersOf(accesses: readonly Access[]): Access[] {
  const sorted = [...accesses].sort((a, b) => (a.consumer < b.consumer ? -1 : 1));
  return [...new Map(sorted.map((access) => [`${access.namespace}/${access.consumer}`, access])).values()];
}

/** Topics and rights, one to a line, as the setup reads them. */
export function declared(
  args: Pick<CompleteArgs, "topics" | "brokers" | "dataClass">,
  accesses: readonly Access[],
): string {
  const topicLines = declaredTopics(args).map(({ name, partitions, copies, settings }) => {
    const all = Object.entries(settings).map((setting) => setting.join("="));
    return `topic ${name} ${partitions} ${copies} ${all.join(",")}`;
  });
  const rightLines = accesses.map(({ right, consumer, topic }) => `${right} ${consumer} ${topic}`);
  return lines(...topicLines, ...rightLines.sort());
}

/** Every file of the nodes' ConfigMap. */
export function nodeFiles(name: string, args: CompleteArgs): Record<string, string> {
  return {
    "common.properties": commonProperties(name, args),
    ...(isCombined(args) ? {} : { "controller.properties": controllerProperties() }),
    "broker.properties": brokerProperties(args),
    "log4j2.properties": LOG4J2,
    "exporter.yaml": exporterConfig(),
    "node.sh": NODE_SH,
    "hosts.sh": HOSTS_SH,
    "java.security": JAVA_SECURITY,
  };
}

/** Every file of the setup's ConfigMap. */
export function setupFiles(args: CompleteArgs, accesses: readonly Access[]): Record<string, string> {
  return {
    "admin.properties": lines("security.protocol=SSL", ...tlsProperties()),
    "log4j2.properties": LOG4J2,
    "setup.sh": SETUP_SH,
    declared: declared(args, accesses),
  };
}

/** Every file of the setup's ConfigMap for brokers of MSK. `authorities` sign for them. */
export function mskSetupFiles(
  args: Pick<CompleteArgs, "topics" | "brokers" | "dataClass">,
  accesses: readonly Access[],
  authorities: string,
): Record<string, string> {
  return {
    "log4j2.properties": LOG4J2,
    "setup.sh": MSK_SETUP_SH,
    "ca.crt": authorities,
    declared: declared(args, accesses),
  };
}

/** How the administrator of an MSK logs in; it holds a password. */
export function mskAdminProperties(user: string, password: string): string {
  return lines(
    "security.protocol=SASL_SSL",
    "sasl.mechanism=SCRAM-SHA-512",
    `sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required username="${user}" password="${password}";`,
    "ssl.enabled.protocols=TLSv1.3,TLSv1.2",
    "ssl.truststore.type=PEM",
    `ssl.truststore.location=${PATHS.tls}/ca.crt`,
  );
}

function lines(...all: readonly string[]): string {
  return `${all.join("\n")}\n`;
}
