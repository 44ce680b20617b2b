import { once } from "node:events";
import { readFileSync } from "node:fs";
import { get } from "node:https";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { freePort } from "@plumbline-shop/testing/net";
import type { RealProcess } from "@plumbline-shop/testing/process";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import type { Namespace } from "../../components/cluster/index.ts";
import { optOut } from "../../components/core/opt-out.ts";
import { RabbitMQ } from "../../components/data/index.ts";
import { complete } from "../../components/data/rabbitmq/args.ts";
import { names, PATHS, PORTS } from "../../components/data/rabbitmq/config.ts";
import { watched } from "../../components/data/rabbitmq/monitoring.ts";
import type { Issuer } from "../../components/edge/issuer.ts";
import { RABBITMQ } from "../../rehearsal/images/rabbitmq.ts";
import { metricsIn, namesIn } from "../support/metrics.ts";
import { unknownOf } from "../support/rabbitmq-alerts.ts";
import { type Changes, changed, changedLines } from "./change.ts";
import { addresses, Ground, whyNotPlain } from "./ground.ts";
import { type Ingredients, madeBy, type Objects } from "./objects.ts";
import { consumerOf, containerOf } from "./pod.ts";

const why = await whyNotPlain([PORTS.clients, PORTS.management, PORTS.metrics, PORTS.internode]);
const NAME = "broker";
const ERLANG = "/usr/lib/erlang";
const WARNING = /\[(warning|error)\]/;
/** There is no list of nodes, which Kubernetes has, and no index yet; and it says what it was told: Prometheus collects. */
const EXPECTED =
  /Classic peer discovery backend|rebuilding indices from scratch|Metrics collection disabled in management agent/;
const PATIENCE = { timeout: 60_000, interval: 250 };
const ARGS = { nodes: 1, replication: optOut("one process on one machine"), queues: { orders: {}, settled: {} } };
/** The operator makes the administrator. */
const ADMIN = {
  kind: "Secret",
  metadata: { name: names(NAME).admin, namespace: "data" },
  stringData: { username: "admin", password: "admin-of-a-test" },
};

/** One node and the set-up. The tests build on each other, in this order. */
describe.skipIf(why)(`RabbitMQ as a plain process${why ? ` (skipped: ${why})` : ""}`, () => {
  const [own = ""] = addresses(1);
  const ground = new Ground();
  let objects: Objects;
  let node: RealProcess;
  let common: Readonly<Record<string, string>>;

  beforeAll(async () => {
    await ground.take(RABBITMQ, [ERLANG]);
    objects = await madeBy(program, [own], [ADMIN]);
    common = { ERL_INETRC: path("inetrc"), ERL_EPMD_PORT: String(await freePort()), HOME: path("home") };
    // Erlang has a file of hosts of its own: no name is another here.
    const known = [`${NAME}.data.svc`, `${NAME}-server-0.${NAME}-nodes.data`];
    ground.write(
      path("inetrc"),
      `{host, {${own.replaceAll(".", ",")}}, ${JSON.stringify(known)}}.\n{lookup, [file]}.\n`,
    );
    ground.run([`${ground.root}${ERLANG}/bin/epmd`, "-address", own], common);
    node = startNode();
    await vi.waitFor(() => expect(node.output).toContain("completed with"), PATIENCE);
    const { template } = objects.of("Job").spec;
    const setup = containerOf(template, "setup", { objects, pod: "setup", folder: ground.folder, changes: {} });
    const ran = ground.start({ ...setup, environment: { ...setup.environment, ...common } });
    expect(await ran.exit(), ran.output).toEqual({ code: 0, signal: null });
  });
  afterAll(() => ground.remove());

  function program({ store, consumer }: Ingredients): void {
    const broker = new RabbitMQ(NAME, { ...store, ...ARGS });
    consumer("shop", [broker.queue("orders").publish]);
    consumer("mailer", [broker.queue("orders").consume]);
  }
  const path = (name: string) => `${ground.folder}/node/${name}`;
  const changes: Changes = {
    [PATHS.tls]: path("tls"),
    [PATHS.internode]: path("internode"),
    "prometheus.tcp.ip = 127.0.0.1": `prometheus.tcp.ip = ${own}`,
    "-proto_dist inet_tls": `-proto_dist inet_tls -kernel inet_dist_use_interface {${own.replaceAll(".", ",")}}`,
  };

  /** The node as the operator starts it. */
  function startNode(): RealProcess {
    const { spec } = objects.of("RabbitmqCluster");
    const here = (text: string) => changed(text, changes);
    const files = {
      "conf.d/10-operator.conf": here(operatorConf(own)),
      "conf.d/90-additional.conf": here(spec.rabbitmq.additionalConfig),
      "rabbitmq-env.conf": here(spec.rabbitmq.envConfig),
      enabled_plugins: "[rabbitmq_management,rabbitmq_prometheus].\n",
      "home/.erlang.cookie": "COOKIEOFATEST",
    };
    for (const [name, text] of Object.entries(files)) ground.write(path(name), text);
    for (const [name, text] of Object.entries(objects.data("Secret", spec.tls.secretName)))
      ground.write(path(`tls/${name}`), text);
    for (const [name, text] of Object.entries(objects.data("ConfigMap", names(NAME).internode)))
      ground.write(path(`internode/${name}`), here(text));
    for (const name of ["mnesia", "log"]) ground.makeFolder(path(name));
    return ground.run(["rabbitmq-server"], {
      ...common,
      RABBITMQ_CONF_ENV_FILE: path("rabbitmq-env.conf"),
      RABBITMQ_CONFIG_FILE: path("rabbitmq.conf"),
      RABBITMQ_CONFIG_FILES: path("conf.d"),
      RABBITMQ_ENABLED_PLUGINS_FILE: path("enabled_plugins"),
      RABBITMQ_MNESIA_BASE: path("mnesia"),
      RABBITMQ_LOG_BASE: path("log"),
      RABBITMQ_NODENAME: `rabbit@${NAME}-server-0.${NAME}-nodes.data`,
      RABBITMQ_USE_LONGNAME: "true",
    });
  }

  /** Starts the client of the tests on real nodes as a consumer. */
  function client(name: string, what: "publish" | "consume" | "rights"): RealProcess {
    const { files, folders, environment } = consumerOf(name, { objects, folder: ground.folder, changes: {} });
    ground.lay({ files, folders });
    const script = readFileSync(join(import.meta.dirname, "../real-pods/amqp.escript"), "utf8");
    // Each client has its own: a file is empty while it is written.
    const escript = path(`${name}-${what}.escript`);
    ground.write(escript, changed(script, { "/usr/lib/rabbitmq": `${ground.root}/usr/lib/rabbitmq` }));
    const of = (key: string) => `"$ORDERS_QUEUE_${key}"`;
    const told = `HOST=${of("HOST")} CA_FILE=${of("CA_FILE")} USERNAME="$(cat ${of("USER_FILE")})" PASSWORD="$(cat ${of("PASSWORD_FILE")})"`;
    return ground.run(["sh", "-c", `${told} exec escript ${escript} ${what}`], {
      ...environment,
      ...common,
    });
  }

  test("is told what pods are told, but for folders and what is listened on", () => {
    const { additionalConfig, envConfig } = objects.of("RabbitmqCluster").spec.rabbitmq;
    expect(changedLines(additionalConfig + envConfig, changes).map(([was]) => was)).toEqual([
      "prometheus.tcp.ip = 127.0.0.1",
      expect.stringMatching(/^SERVER_ADDITIONAL_ERL_ARGS=/),
      expect.stringMatching(/^RABBITMQ_CTL_ERL_ARGS=/),
    ]);
  });

  test("takes the configuration without a warning", () => {
    expect(node.output.split("\n").filter((line) => WARNING.test(line) && !EXPECTED.test(line))).toEqual([]);
  });

  test("confirms what is published, and delivers it", async () => {
    const [publisher, receiver] = [client("shop", "publish"), client("mailer", "consume")];
    await vi.waitFor(() => expect(publisher.output).toMatch(/ confirmed\n/), PATIENCE);
    await vi.waitFor(() => expect(receiver.output).toMatch(/ delivered\n/), PATIENCE);
    for (const each of [publisher, receiver]) await each.stop("SIGKILL");
  });

  test("tells Prometheus, over TLS, all that alerts and dashboard ask for", async () => {
    const args = complete({ ...ARGS, namespace: { name: "data" } as Namespace, issuer: {} as Issuer, zones: ["a"] });
    const { scrapes, ...asked } = watched(NAME, args);
    const [{ path: page = "", params = {}, tls } = {}] = scrapes;
    const query = Object.entries(params).flatMap(([key, values]) => values.map((value) => `${key}=${value}`));
    const ca = objects.data("Secret", tls?.secret ?? "")["ca.crt"];
    const path = `${page}?${query.join("&")}`;
    const names = metricsIn([{ ...asked, scrapes }], "rabbitmq_");
    expect(names.length).toBeGreaterThan(10);
    // A queue tells of itself every five seconds.
    await vi.waitFor(async () => {
      const request = get({ host: own, port: PORTS.metrics, path, ca, servername: tls?.serverName });
      const [response] = await once(request, "response");
      const known = namesIn(await text(response));
      expect(unknownOf(names, known)).toEqual([]);
    }, PATIENCE);
  });

  test("lets a user do what it declared, and nothing else", async () => {
    const rights = client("mailer", "rights");
    await rights.exit();
    expect(rights.output.match(/^.*: (allowed|refused)$/gm)).toEqual([
      "read orders: allowed",
      "read settled: refused",
      "read orders.dead: refused",
      "make a queue: refused",
      "write to orders: refused",
      "write by the nameless exchange: refused",
    ]);
  });
});

/** What the operator writes where listeners without TLS are disabled, and its administrator. */
function operatorConf(address: string): string {
  const certificate = (prefix: string) => [
    `${prefix}.certfile = ${PATHS.tls}/tls.crt`,
    `${prefix}.keyfile = ${PATHS.tls}/tls.key`,
    `${prefix}.cacertfile = ${PATHS.tls}/ca.crt`,
  ];
  return [
    "listeners.tcp = none",
    `listeners.ssl.default = ${address}:5671`,
    "ssl_options.verify = verify_peer",
    ...["ssl_options", "management.ssl", "prometheus.ssl"].flatMap(certificate),
    ...["management.ssl", "prometheus.ssl"].map((listener) => `${listener}.ip = ${address}`),
    "management.ssl.port = 15671",
    "prometheus.ssl.port = 15691",
    "auth_mechanisms.1 = PLAIN",
    "auth_mechanisms.2 = AMQPLAIN",
    `default_user = ${ADMIN.stringData.username}`,
    `default_pass = ${ADMIN.stringData.password}`,
    "",
  ].join("\n");
}
