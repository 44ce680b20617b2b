import { expect, test } from "vitest";
import { Cluster } from "../components/cluster/index.ts";
import { record } from "../components/testing/record.ts";
import { loadEnvironment } from "./environment.ts";
import { crossCheck, type Environment, environmentSchema } from "./environment-schema.ts";
import { groundOf } from "./ground.ts";
import { monitoringOf } from "./monitoring.ts";
import { secretRefsOf } from "./secrets.ts";

const SECRETS_FROM = {
  kind: "awsSecretsManager",
  prefix: "shop/production",
  accountId: "123456789012",
  oidcProvider: "oidc.eks.eu-central-1.amazonaws.com/id/EXAMPLE",
} as const;

const monitored = (environment: Environment) =>
  record("production", () => {
    const cluster = new Cluster("cluster", { context: "shop", operators: "provided" });
    monitoringOf(groundOf(environment, { provider: cluster.provider, dependsOn: cluster }));
  });
const broughtIn = async (environment: Environment) =>
  (await monitored(environment)).resources
    .filter(({ type }) => type.endsWith(":ExternalSecret") && type.startsWith("kubernetes:"))
    .map(({ inputs: { metadata, spec } }) => `${metadata.namespace}/${metadata.name} of ${spec.data[0].remoteRef.key}`);

test("each Secret that an environment names is brought from where it says, once, under the key that is mounted", async () => {
  const production = loadEnvironment("production");
  const token = { url: "https://metrics.example.com/push", secretRef: "shop-observability/push" };
  const monitoring = production.monitoring && { ...production.monitoring, remoteWrite: token };
  const environment: Environment = { ...production, secretsFrom: SECRETS_FROM, ...(monitoring && { monitoring }) };
  expect(secretRefsOf(environment)).toEqual(
    ["heartbeat", "pagerduty", "push", "slack"].map((name) => `shop-observability/${name}`),
  );
  expect((await broughtIn(environment)).sort()).toEqual(
    ["heartbeat", "pagerduty", "push", "slack"].map(
      (name) => `shop-observability/${name} of shop/production/shop-observability/${name}`,
    ),
  );
});

test("where an environment does not say, people make them, and nothing is asked of AWS", async () => {
  const { resources } = await monitored(loadEnvironment("production"));
  expect(resources.filter(({ type }) => /ExternalSecret|SecretStore|^aws:/.test(type))).toEqual([]);
});

test.each([
  ["production", {}, []],
  ["local", {}, ["secretsFrom"]],
  ["dev", {}, ["secretsFrom"]],
  ["production", { refresh: "1s" }, ["secretsFrom.refresh"]],
])("in %s, with %j, it is refused where it could bring nothing", (name, more, refused) => {
  const { name: _, ...environment } = loadEnvironment(name);
  const parsed = environmentSchema.parse({ ...environment, secretsFrom: { ...SECRETS_FROM, ...more } });
  const fields: string[] = [];
  crossCheck(parsed, (path) => fields.push(path.join(".")));
  expect(fields).toEqual(refused);
});

test.each([
  ["kind", { kind: "vault" }],
  ["prefix", { prefix: "shop/*" }],
  ["oidcProvider", { oidcProvider: "https://oidc.example.com/id" }],
  ["kmsKeyArn", { kmsKeyArn: "alias/shop" }],
  ["refresh", { refresh: "soon" }],
  ["region", { region: "here" }],
])("a wrong %s is refused by its field", (field, more) => {
  const { error } = environmentSchema.shape.secretsFrom.safeParse({ ...SECRETS_FROM, ...more });
  expect(error?.issues.map(({ path }) => path.join("."))).toEqual([field]);
});
