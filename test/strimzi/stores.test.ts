import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import { Cluster } from "../../components/cluster/index.ts";
import { OPTIONAL_OPERATORS } from "../../components/cluster/operators/index.ts";
import { golden } from "../../components/testing/golden.ts";
import { GENERATED, isSecret, type Recording, record } from "../../components/testing/record.ts";
import { ENVIRONMENTS, evaluate, packConfig, RULES } from "../../policies/index.ts";
import { STRIMZI_POM } from "../../rehearsal/toolchain/strimzi-crds.ts";
import { strimziShop } from "./shop.ts";

let shop: Recording<void>;
beforeAll(async () => {
  shop = await record("production", () => strimziShop());
});

test("asks for the resources of its golden file (npm run golden:update after a wanted change)", async () => {
  const own = shop.resources.filter(({ type }) =>
    /:(kafka\.strimzi\.io|networking\.k8s\.io|cert-manager\.io)\//.test(type),
  );
  await expect(golden(own)).toMatchFileSnapshot("./golden/stores.yaml");
});

test("the operator's version is that of the classes by which its custom resources are judged", () => {
  const versions = readFileSync(STRIMZI_POM, "utf8").matchAll(
    /<artifactId>(api|crd-generator)<\/artifactId>\s*<version>(.+?)<\/version>/g,
  );
  const { version, chart, crds } = OPTIONAL_OPERATORS.strimzi;
  expect([...versions].map(([, artifact, of]) => `${artifact} ${of}`)).toEqual([
    `api ${version}`,
    `crd-generator ${version}`,
  ]);
  expect([chart.version, crds.artifact]).toEqual([version, `io.strimzi:api:${version}`]);
});

test("a cluster gets the operator where it is asked for, and else not", async () => {
  const made = async (...also: "strimzi"[]) => {
    const args = { context: "shop", operators: "installed", also } as const;
    const { resources } = await record("production", () => void new Cluster("cluster", args));
    const charts = resources
      .filter(({ type }) => type.endsWith(":Chart"))
      .map(({ name }) => name)
      .sort();
    const homes = resources
      .filter(({ type }) => type.endsWith("core/v1:Namespace"))
      .map(({ name }) => name)
      .sort();
    return { charts, homes };
  };
  const [without, asked] = [await made(), await made("strimzi")];
  expect(without.charts.length).toBeGreaterThan(3);
  expect(asked.charts).toEqual([...without.charts, "strimzi"].sort());
  expect(asked.homes).toEqual([...without.homes, "strimzi-system"].sort());
});

test("a user's password is in two Secrets alone: the consumer's, and the one that the operator reads", () => {
  const holding = shop.resources.filter(({ inputs }) => JSON.stringify(inputs).includes(`${GENERATED}kafka-mailer`));
  const encoded = Buffer.from(`${GENERATED}kafka-mailer`).toString("base64");
  const given = shop.inputsOf(":Secret", "kafka-mailer-password");
  expect(holding.map(({ name }) => name)).toEqual(["shop-kafka-mailer"]);
  expect(isSecret(given.data)).toBe(true);
  expect(JSON.stringify(given.data)).toContain(encoded);
  const { secretKeyRef } = shop.inputsOf(":KafkaUser", "kafka-mailer").spec.authentication.password.valueFrom;
  expect(secretKeyRef).toEqual({ name: "kafka-mailer-password", key: "password-1" });
});

test("a consumer sees no difference: the same variables and files, only the address is another", async () => {
  const ours = await record("production", () => strimziShop({}));
  const addresses = [ours, shop].map(({ inputsOf }) => {
    const [{ env, volumeMounts }] = inputsOf(":Deployment", "mailer").spec.template.spec.containers;
    const [at] = env.filter(({ name }: { name: string }) => name === "ORDERS_TOPIC_BROKERS");
    const rest = env.filter(({ name }: { name: string }) => !name.endsWith("_TOPIC_BROKERS"));
    return { at: at.value, sees: { rest, volumeMounts } };
  });
  expect(addresses.map(({ at }) => at)).toEqual([
    "kafka.shop-data.svc:9092",
    "kafka-kafka-bootstrap.shop-data.svc:9092",
  ]);
  expect(addresses[1]?.sees).toEqual(addresses[0]?.sees);
});

describe.each(Object.entries(ENVIRONMENTS))("judged by all rules, as strictly as %s", (environment, settings) => {
  /** What decides these is no input of a resource. */
  const BY_OPTIONS = ["hpa-owns-replicas", "stateful-protected"];
  /** What decides these stands elsewhere in a stack: who is told is its Monitoring's, what collects logs its Logging. */
  const ELSEWHERE = ["critical-alert-pages", "logs-collected"];
  const config = packConfig(settings, RULES);
  const params = Object.fromEntries(Object.entries(config).map(([id, { enforcementLevel: _, ...own }]) => [id, own]));
  const judged = () => {
    const left = [...BY_OPTIONS, ...ELSEWHERE];
    const rules = RULES.filter(({ id }) => config[id]?.enforcementLevel !== "disabled" && !left.includes(id));
    const resources = shop.resources.map(({ type, name, inputs }) => ({
      type,
      name,
      props: Object.fromEntries(Object.entries(inputs).filter(([, value]) => !isSecret(value))),
    }));
    return evaluate(resources, { rules, params });
  };

  test("breaks no rule that would stop it, and none that is about its own resources", () => {
    const findings = judged();
    const isStopped = ({ rule }: (typeof findings)[number]) => config[rule.id]?.enforcementLevel !== "advisory";
    const isOwn = ({ object }: (typeof findings)[number]) => object.group === "kafka.strimzi.io";
    const broken = findings.filter((one) => one.verdict !== "pass" && (isStopped(one) || isOwn(one)));
    expect(broken.map(({ rule, object, violations }) => `${rule.id}: ${object.label}: ${violations[0]?.path}`)).toEqual(
      [],
    );
    if (environment !== "production") return;
    const judging = findings.filter(isOwn).map(({ rule, object }) => `${rule.id} of a ${object.kind}`);
    expect(judging).toEqual(
      expect.arrayContaining([
        "kafka-topic-replicated of a Kafka",
        "kafka-topic-replicated of a KafkaTopic",
        "backup-covers-stateful of a Kafka",
        "personal-data-retention-bounded of a KafkaTopic",
      ]),
    );
  });
});
