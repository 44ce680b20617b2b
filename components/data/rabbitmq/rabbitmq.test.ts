import type * as pulumi from "@pulumi/pulumi";
import { beforeAll, describe, expect, test } from "vitest";
import { Namespace } from "../../cluster/index.ts";
import { InvalidArgsError } from "../../core/index.ts";
import { Issuer } from "../../edge/index.ts";
import { AWS_PLACE } from "../../testing/aws-place.ts";
import { GENERATED, isSecret, type Recording, record } from "../../testing/record.ts";
import { Worker } from "../../workload/index.ts";
import { RabbitMQ } from "./rabbitmq.ts";

const ZONES = ["a", "b", "c"];

describe("a program", () => {
  const quota = { cpu: "10", memory: "10Gi", pods: 100 } as const;
  const service = (namespace: Namespace) => ({ namespace, zones: ZONES, image: "registry.example.com/any:1.0.0" });

  function program(rotation: number, uses: "orders" | "mails" = "orders") {
    return record("test", () => {
      const shop = new Namespace("shop", { quota });
      const data = new Namespace("shop-data", { quota });
      const issuer = new Issuer("internal", { authority: "private" });
      const store = { namespace: data, issuer, zones: ZONES, rotation };
      const broker = new RabbitMQ("broker", { ...store, queues: { orders: {}, mails: {} } });
      new Worker("orders", { ...service(shop), uses: [broker.queue("orders").publish] });
      new Worker("mailer", {
        ...service(shop),
        uses: [broker.queue(uses).consume, broker.queue("orders").deadLetters],
      });
      return { endpoint: broker.endpoint };
    });
  }
  /** The same services, of a RabbitMQ that Amazon MQ runs. */
  function programOnAws() {
    return record("test", () => {
      const shop = new Namespace("shop", { quota });
      const data = new Namespace("shop-data", { quota });
      const queues = { orders: {}, mails: {} };
      const broker = new RabbitMQ("broker", { backend: "aws", aws: AWS_PLACE, namespace: data, queues });
      new Worker("orders", { ...service(shop), uses: [broker.queue("orders").publish] });
      new Worker("mailer", {
        ...service(shop),
        uses: [broker.queue("orders").consume, broker.queue("orders").deadLetters],
      });
    });
  }
  /** A RabbitMQ without consumers. */
  function alone() {
    const namespace = new Namespace("shop-data", { quota });
    const issuer = new Issuer("internal", { authority: "private" });
    const broker = new RabbitMQ("broker", { namespace, issuer, zones: ZONES, queues: { orders: {} } });
    return { broker, orders: broker.queue("orders") };
  }
  const jobName = (recording: Recording<unknown>) => recording.inputsOf(":Job", "broker-setup").metadata.name;

  let first: Recording<{ endpoint: pulumi.Output<string> }>;
  beforeAll(async () => {
    first = await program(1);
  });

  test("gives a consumer the address, what it may use there, and the paths of its credentials", async () => {
    const environment = (worker: string) => {
      const { env } = first.inputsOf(":Deployment", worker).spec.template.spec.containers[0];
      return Object.fromEntries(env.map(({ name, value }: { name: string; value: string }) => [name, value]));
    };
    expect(await new Promise((resolve) => first.outputs.endpoint.apply(resolve))).toBe("broker.shop-data.svc:5671");
    expect(environment("orders")).toMatchObject({
      ORDERS_QUEUE_HOST: "broker.shop-data.svc",
      ORDERS_QUEUE_PORT: "5671",
      ORDERS_QUEUE_EXCHANGE: "orders",
      ORDERS_QUEUE_USER_FILE: "/var/run/secrets/plumbline/orders-queue/username",
      ORDERS_QUEUE_PASSWORD_FILE: "/var/run/secrets/plumbline/orders-queue/password",
      ORDERS_QUEUE_CA_FILE: "/var/run/secrets/plumbline/orders-queue/ca.crt",
    });
    expect(environment("mailer")).toMatchObject({
      ORDERS_QUEUE_NAME: "orders",
      ORDERS_DEAD_LETTERS_NAME: "orders.dead",
    });
  });

  test("gives the same on AWS but for the host, which Amazon MQ tells", async () => {
    const onAws = await programOnAws();
    for (const worker of ["orders", "mailer"]) {
      const [there, here] = [onAws, first].map((made) =>
        JSON.stringify(made.inputsOf(":Deployment", worker).spec.template.spec.containers[0].env),
      );
      expect(there).toBe(here?.replaceAll("broker.shop-data.svc", "broker.aws.invalid"));
      expect(there).toContain("broker.aws.invalid");
    }
  });

  test("is set up on AWS by the same files and one more, the authorities, over HTTPS alone", async () => {
    const onAws = await programOnAws();
    const files = ({ inputsOf }: Pick<typeof onAws, "inputsOf">) => inputsOf(":ConfigMap", "broker-setup").data;
    const { "ca.crt": authorities, ...rest } = files(onAws);
    expect(rest).toEqual(files(first));
    expect(authorities).toContain("BEGIN CERTIFICATE");
    expect(onAws.inputsOf(":NetworkPolicy", "broker-setup").spec.egress).toEqual(
      [0, 1, 2].map((zone) => ({
        to: [{ ipBlock: { cidr: `10.0.${zone}.0/24` } }],
        ports: [{ protocol: "TCP", port: 443 }],
      })),
    );
    const secrets = [":Broker", ":Secret"];
    const elsewhere = onAws.resources.filter(({ type }) => !secrets.some((kind) => type.endsWith(kind)));
    expect(JSON.stringify(elsewhere)).not.toContain(GENERATED);
    expect(isSecret(onAws.inputsOf(":Broker", "broker").users)).toBe(true);
  });

  test("has its metrics read over TLS, by the authority of its own certificate, and is told of", () => {
    expect(first.inputsOf(":PodMonitor", "broker-metrics").spec.podMetricsEndpoints).toEqual([
      expect.objectContaining({
        port: "prometheus-tls",
        scheme: "https",
        params: { family: expect.arrayContaining(["queue_metrics", "ra_metrics"]) },
        tlsConfig: {
          ca: { secret: { name: "broker-certificate-tls", key: "ca.crt" } },
          serverName: "broker.shop-data.svc",
        },
      }),
    ]);
    const [{ rules }] = first.inputsOf(":PrometheusRule", "broker-alerts").spec.groups;
    expect(rules.map(({ alert }: { alert: string }) => alert)).toContain("RabbitMQNoMajority");
    const { data } = first.inputsOf(":ConfigMap", "broker-dashboard");
    expect(JSON.parse(data["broker.json"]).panels.length).toBeGreaterThan(5);
  });

  test("has passwords in Secrets, as secrets, and nowhere else", () => {
    for (const name of ["shop-broker-orders", "shop-broker-mailer"])
      expect(isSecret(first.inputsOf(":Secret", name).stringData)).toBe(true);
    expect(isSecret(first.inputsOf(":Secret", "broker-users").data)).toBe(true);
    const elsewhere = first.resources.filter(({ type }) => !type.endsWith(":Secret"));
    expect(JSON.stringify(elsewhere)).not.toContain(GENERATED);
  });

  test("sets up anew when a password is rotated or a relation changes, and only then", async () => {
    expect(jobName(await program(1))).toBe(jobName(first));
    expect(jobName(await program(2))).not.toBe(jobName(first));
    expect(jobName(await program(1, "mails"))).not.toBe(jobName(first));
  });

  test("refuses a queue that is not there, and tells which was meant", async () => {
    await record("test", () => {
      const { broker } = alone();
      expect(() => broker.queue("order" as "orders")).toThrow(
        /has no queue "order"; it has orders; did you mean "orders"\?/,
      );
    });
  });

  test("refuses two services of one name, who would be one user", async () => {
    await record("test", () => {
      const { orders } = alone();
      const consumer = (namespace: string) => ({ name: "mailer", namespace, podLabels: {}, maxReplicas: 1, opts: {} });
      orders.consume.grant(consumer("shop"));
      orders.publish.grant(consumer("shop"));
      expect(() => orders.consume.grant(consumer("other"))).toThrow(InvalidArgsError);
    });
  });
});
