import { join } from "node:path";
import { ARCHITECTURE } from "./architecture.ts";
import type { ImageDescription } from "./description.ts";

const HOME = "/opt/kafka";
const JAVA = `/usr/lib/jvm/java-17-openjdk-${ARCHITECTURE}`;

/** The programs in Kafka's `bin` that run a broker and administer it, each with the class it starts. */
const TOOLS = {
  "kafka-acls": "org.apache.kafka.tools.AclCommand",
  "kafka-broker-api-versions": "org.apache.kafka.tools.BrokerApiVersionsCommand",
  "kafka-configs": "kafka.admin.ConfigCommand",
  "kafka-console-consumer": "org.apache.kafka.tools.consumer.ConsoleConsumer",
  "kafka-console-producer": "org.apache.kafka.tools.ConsoleProducer",
  "kafka-consumer-groups": "org.apache.kafka.tools.consumer.group.ConsumerGroupCommand",
  "kafka-get-offsets": "org.apache.kafka.tools.GetOffsetShell",
  "kafka-metadata-quorum": "org.apache.kafka.tools.MetadataQuorumCommand",
  "kafka-storage": "kafka.tools.StorageTool",
  "kafka-topics": "org.apache.kafka.tools.TopicCommand",
} as const;

/** A launcher that reads the environment that Kafka's own read. */
function launcher(main: string, heap: string, tuning: string): string {
  return [
    "#!/bin/sh",
    `exec java $\{KAFKA_HEAP_OPTS:-${heap}} $\{KAFKA_JVM_PERFORMANCE_OPTS:-${tuning}} $KAFKA_LOG4J_OPTS $KAFKA_OPTS \\`,
    `  -cp "${HOME}/libs/*" ${main} "$@"`,
    "",
  ].join("\n");
}

/** Quick to start, and no threads for the garbage. */
const SMALL = "-XX:+UseSerialGC -XX:TieredStopAtLevel=1";
const tool = (main: string) => launcher(main, "-Xmx256m", SMALL);

/** Kafka as a combined node, broker or controller, and its tools; `getent` of libc-bin is for the scripts beside it. */
export const KAFKA: ImageDescription = {
  reference: "docker.io/apache/kafka:4.1.0",
  about: "kafka_2.13",
  standIn: {
    for: "Kafka 4.1.0 as the Apache project ships it",
    differs:
      "The broker's jars are the same; it runs on Debian's Java 17, its launchers are Plumbline's own, and Connect, Streams and remote storage are left out.",
  },
  layers: [
    {
      kind: "debian",
      packages: ["openjdk-17-jre-headless", "bash", "dash", "coreutils", "grep", "sed", "libc-bin"],
      // For printing, drawing, sound and certificates of public authorities.
      without: [
        "ca-certificates-java",
        "libasound2",
        "libcups2",
        "libfontconfig1",
        "libfreetype6",
        "libharfbuzz0b",
        "util-linux",
      ],
      // For compilers, and for heaps of 32 GB and more.
      omit: [`${JAVA}/lib/ct.sym`, `${JAVA}/lib/server/classes_nocoops.jsa`],
    },
    { kind: "maven", pom: join(import.meta.dirname, "kafka", "pom.xml"), to: `${HOME}/libs` },
    {
      kind: "files",
      programs: {
        ...Object.fromEntries(Object.entries(TOOLS).map(([name, main]) => [`${HOME}/bin/${name}.sh`, tool(main)])),
        // Quick and small before fast: six of them share the machine.
        [`${HOME}/bin/kafka-server-start.sh`]: launcher("kafka.Kafka", "-Xmx1g -Xms1g", SMALL),
      },
      links: { "/usr/bin/java": `${JAVA}/bin/java` },
      shared: ["/tmp"],
    },
  ],
  workdir: HOME,
};
