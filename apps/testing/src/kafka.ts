import { randomBytes, randomUUID } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { Admin, Consumer, type ConsumerOptions, Producer, stringSerializers } from "@platformatic/kafka";
import { type Missing, run, runs } from "./command.ts";
import { eventually, freePort } from "./net.ts";
import { RealProcess } from "./process.ts";
import { Scratch } from "./scratch.ts";

const POM = join(import.meta.dirname, "..", "kafka", "pom.xml");
const { PLUMBLINE_CACHE, XDG_CACHE_HOME = join(homedir(), ".cache") } = process.env;
const JARS = join(PLUMBLINE_CACHE ?? join(XDG_CACHE_HOME, "plumbline"), "kafka-4.1.0");

export const kafkaMissing: Missing = !runs("java", "-version")
  ? "there is no java on PATH (apt-get install default-jre-headless)"
  : existsSync(JARS) || runs("mvn", "--version")
    ? undefined
    : "Kafka's jars are not in the cache, and there is no mvn on PATH that could fetch them (apt-get install maven)";

/** The id of the broker that keeps a group: its members and what they committed. */
export async function keeperOf(member: ConsumerOptions<Buffer, Buffer, Buffer, Buffer>): Promise<number> {
  const consumer = new Consumer(member);
  try {
    return await consumer.findGroupCoordinator();
  } finally {
    await consumer.close();
  }
}

/** A real Kafka broker of one node: TLS with a certificate of its own, SCRAM-SHA-512, no topic made by accident. */
export class TestKafka {
  readonly brokers: string;
  readonly user = "shop";
  readonly password = randomBytes(16).toString("hex");
  /** PEM file of the authority that signed the broker's certificate. */
  readonly caFile: string;
  readonly #scratch = new Scratch();
  readonly #port: number;
  readonly #internalPort: number;
  readonly #controllerPort: number;
  #process: RealProcess | undefined;

  private constructor(port: number, internalPort: number, controllerPort: number) {
    this.#port = port;
    this.#internalPort = internalPort;
    this.#controllerPort = controllerPort;
    this.brokers = `127.0.0.1:${port}`;
    this.caFile = join(this.#scratch.directory, "ca.pem");
  }

  /** `options` are for Java, as one that takes an agent in. */
  static async start(options: readonly string[] = []): Promise<TestKafka> {
    fetchJars();
    const kafka = new TestKafka(await freePort(), await freePort(), await freePort());
    await kafka.#begin(options).catch((error) => kafka.stop().finally(() => Promise.reject(error)));
    return kafka;
  }

  async #begin(options: readonly string[]): Promise<void> {
    this.#makeCertificate();
    const settings = this.#scratch.file("server.properties", this.#settings());
    const scram = `SCRAM-SHA-512=[name=${this.user},password=${this.password}]`;
    const id = Buffer.from(randomUUID().replaceAll("-", ""), "hex").toString("base64url");
    run(
      60,
      "java",
      ...JAVA,
      "kafka.tools.StorageTool",
      "format",
      `--cluster-id=${id}`,
      "-c",
      settings,
      "--add-scram",
      scram,
    );
    this.#process = new RealProcess("java", [...options, ...JAVA, "kafka.Kafka", settings]);
    await eventually("Kafka answers", 60, () => this.createTopics("warm-up"));
  }

  /** Writes a message as it is, past every service. */
  async send(topic: string, value: string): Promise<void> {
    const producer = new Producer({ ...this.#internal, serializers: stringSerializers });
    try {
      await producer.send({ messages: [{ topic, value }] });
    } finally {
      await producer.close();
    }
  }

  async createTopics(...topics: string[]): Promise<void> {
    const admin = new Admin(this.#internal);
    try {
      await admin.createTopics({ topics, partitions: 3, replicas: 1 });
    } finally {
      await admin.close();
    }
  }

  async stop(): Promise<void> {
    await this.#process?.stop("SIGKILL");
    this.#scratch.remove();
  }

  #makeCertificate(): void {
    const store = ["-storetype", "PKCS12", "-keystore", this.#keystore, "-storepass", this.password];
    const keytool = (...args: string[]) => run(30, "keytool", ...args, ...store);
    keytool("-genkeypair", "-alias", "broker", "-keyalg", "EC", "-dname", "CN=localhost", "-ext", "san=ip:127.0.0.1");
    keytool("-exportcert", "-alias", "broker", "-rfc", "-file", this.caFile);
  }

  /** Without TLS and password: the listener of brokers among themselves. */
  get #internal() {
    return { clientId: "tests", bootstrapBrokers: [`127.0.0.1:${this.#internalPort}`], retries: 0 };
  }

  get #keystore(): string {
    return join(this.#scratch.directory, "broker.p12");
  }

  #settings(): string {
    const scram = "listener.name.clients.scram-sha-512.sasl.jaas.config";
    return [
      "process.roles=broker,controller",
      "node.id=1",
      `controller.quorum.voters=1@127.0.0.1:${this.#controllerPort}`,
      `listeners=CLIENTS://127.0.0.1:${this.#port},INTERNAL://127.0.0.1:${this.#internalPort},CONTROLLER://127.0.0.1:${this.#controllerPort}`,
      `advertised.listeners=CLIENTS://127.0.0.1:${this.#port},INTERNAL://127.0.0.1:${this.#internalPort}`,
      "listener.security.protocol.map=CLIENTS:SASL_SSL,INTERNAL:PLAINTEXT,CONTROLLER:PLAINTEXT",
      "controller.listener.names=CONTROLLER",
      "inter.broker.listener.name=INTERNAL",
      "listener.name.clients.sasl.enabled.mechanisms=SCRAM-SHA-512",
      `${scram}=org.apache.kafka.common.security.scram.ScramLoginModule required;`,
      "ssl.keystore.type=PKCS12",
      `ssl.keystore.location=${this.#keystore}`,
      `ssl.keystore.password=${this.password}`,
      `log.dirs=${join(this.#scratch.directory, "data")}`,
      "auto.create.topics.enable=false",
      "offsets.topic.replication.factor=1",
      "offsets.topic.num.partitions=1",
      "group.initial.rebalance.delay.ms=0",
      "transaction.state.log.replication.factor=1",
      "transaction.state.log.min.isr=1",
    ].join("\n");
  }
}

const JAVA = [
  "-Xmx320m",
  "-XX:+UseSerialGC",
  "-XX:TieredStopAtLevel=1",
  "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
  "-cp",
  join(JARS, "*"),
];

/** Fetched once, into a directory that takes its name only when it is whole: two runs at a time do not meet. */
function fetchJars(): void {
  if (existsSync(JARS)) return;
  mkdirSync(dirname(JARS), { recursive: true });
  const partial = mkdtempSync(`${JARS}-`);
  const goal = "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies";
  run(300, "mvn", "-q", "-B", "-f", POM, goal, `-DoutputDirectory=${partial}`);
  try {
    renameSync(partial, JARS);
  } catch {
    rmSync(partial, { recursive: true });
  }
}
