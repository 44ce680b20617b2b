import { freePort } from "@plumbline-shop/testing/net";
import { RealProcess } from "@plumbline-shop/testing/process";
import { Scratch } from "@plumbline-shop/testing/scratch";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Namespace } from "../../components/cluster/index.ts";
import { EXTERNAL_SECRETS } from "../../components/cluster/operators/index.ts";
import { ExternalSecret, SecretSource } from "../../components/security/index.ts";
import type { KubeObject } from "../../rehearsal/plugins/kubernetes/object.ts";
import { eventually, type TestCluster, testCluster } from "../../rehearsal/plugins/kubernetes/testing/cluster.ts";
import { objectsOf } from "../support/component-objects.ts";
import { namesIn } from "../support/metrics.ts";
import { SECRETS_ALERTS } from "../support/secrets-alerts.ts";
import { StrictServer } from "../support/strict.ts";
import { externalSecretsModule } from "./program.ts";
import { type SecretsManager, secretsManager } from "./secrets-manager.ts";

const NAMESPACE = `secrets-${process.pid}`;
const SOURCE = `source-${process.pid}`;
const KINDS = ["ClusterSecretStore", "ExternalSecret"];
const CRD = { apiVersion: "apiextensions.k8s.io/v1", kind: "CustomResourceDefinition" };
const quota = { cpu: "1", memory: "1Gi", pods: 5 } as const;
/** What must be nowhere but in the source and in the Secrets. */
const TEXTS = {
  first: "the-first-text-of-the-pager",
  second: "the-second-text-of-the-pager",
  password: "the-password-of-the-broker",
};
const at = (name: string) => `shop/tests/${NAMESPACE}/${name}`;
/** The shortest time after which a change arrives, and what a busy machine adds to it. */
const REFRESHED = 60_000 + 30_000;

const program = () => {
  const namespace = new Namespace(NAMESPACE, { quota });
  const aws = {
    region: "eu-central-1",
    prefix: "shop/tests",
    accountId: "123456789012",
    oidcProvider: "oidc.example.com/id/1",
  };
  const source = new SecretSource(SOURCE, { ...aws, namespaces: [namespace] });
  const from = { namespace, source, refresh: "1m" } as const;
  new ExternalSecret("pager", { ...from, keys: { key: {} } });
  new ExternalSecret("withdrawn", { ...from, keys: { key: {} } });
  new ExternalSecret("absent", { ...from, keys: { key: {} } });
  new ExternalSecret("broker", {
    ...from,
    keys: { user: { field: "username" }, password: { field: "password" } },
    template: { url: "amqps://{{ .user }}:{{ .password }}@broker" },
  });
};

const scratch = new Scratch();
let cluster: TestCluster;
let aws: SecretsManager;
let operator: RealProcess;
let metrics: string;
let definitions: readonly KubeObject[];
let objects: readonly KubeObject[];

beforeAll(async () => {
  const module = await externalSecretsModule(scratch);
  const command = await module.program();
  cluster = await testCluster();
  definitions = module.definitions;
  const apply = (object: KubeObject) => cluster.api.apply(object, { manager: "secrets", force: true, dryRun: false });
  for (const definition of definitions) await apply(definition);
  for (const { metadata } of definitions)
    await eventually(
      () => cluster.api.get({ ...CRD, name: metadata.name }),
      ({ status }) => JSON.stringify(status ?? {}).includes('"type":"Established"'),
    );
  const home = { apiVersion: "v1", kind: "Namespace", metadata: { name: EXTERNAL_SECRETS.namespace } };
  objects = [home, ...((await objectsOf(program)) as KubeObject[])];
  for (const kind of ["Namespace", "ServiceAccount"])
    for (const object of objects.filter((one) => one.kind === kind)) await apply(object);

  aws = await secretsManager();
  aws.secrets.set(at("pager"), TEXTS.first);
  aws.secrets.set(at("withdrawn"), TEXTS.first);
  aws.secrets.set(at("broker"), JSON.stringify({ username: "shop", password: TEXTS.password }));
  metrics = `127.0.0.1:${await freePort()}`;
  const flags = [
    `--metrics-addr=${metrics}`,
    `--live-addr=127.0.0.1:${await freePort()}`,
    "--loglevel=debug",
    "--concurrent=4",
  ];
  const only = ["push-secret", "cluster-push-secret", "cluster-external-secret"].map(
    (of) => `--enable-${of}-reconciler=false`,
  );
  operator = new RealProcess(command, [...flags, ...only], {
    PATH: process.env.PATH,
    KUBECONFIG: cluster.kubeconfig,
    AWS_SECRETSMANAGER_ENDPOINT: aws.url,
    AWS_STS_ENDPOINT: aws.url,
    AWS_EC2_METADATA_DISABLED: "true",
  });
  for (const kind of KINDS) for (const object of objects.filter((one) => one.kind === kind)) await apply(object);
});
afterAll(async () => {
  const mine = (objects ?? []).filter(({ kind }) => [...KINDS, "Namespace"].includes(kind));
  for (const { apiVersion, kind, metadata } of [...mine.toReversed(), ...(definitions ?? [])]) {
    const { name, namespace } = metadata;
    await cluster.api.delete({ apiVersion, kind, name, ...(namespace && { namespace }) }, "Background").catch(() => {});
  }
  await operator?.stop("SIGKILL");
  aws?.close();
  await cluster?.close();
  scratch.remove();
});

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
}

/** Whether it is ready, by the condition that an `up` waits for, and why not. */
async function ready(kind: string, name: string): Promise<Condition | undefined> {
  const key = {
    apiVersion: "external-secrets.io/v1",
    kind,
    name,
    ...(kind === "ExternalSecret" && { namespace: NAMESPACE }),
  };
  const { status } = await cluster.api.get(key);
  return (status as { conditions?: Condition[] } | undefined)?.conditions?.find(({ type }) => type === "Ready");
}

/** What a Secret holds, in clear. */
async function held(name: string): Promise<Record<string, string>> {
  const { data } = await cluster.api.get({ apiVersion: "v1", kind: "Secret", namespace: NAMESPACE, name });
  return Object.fromEntries(
    Object.entries(data as Record<string, string>).map(([key, text]) => [key, Buffer.from(text, "base64").toString()]),
  );
}

test("the API server takes both kinds, by the operator's own definitions, and no field that these do not have", async () => {
  const server = new StrictServer(cluster);
  const ours = objects.filter(({ kind }) => KINDS.includes(kind));
  expect(await server.refusals(ours)).toEqual([]);
  const typos = KINDS.map((kind) => ours.find((one) => one.kind === kind) as KubeObject).map((object) => ({
    ...object,
    spec: { ...(object.spec as object), refreshIntervall: "5m" },
  }));
  expect(await server.refusals(typos)).toEqual(
    KINDS.map((kind) => expect.stringMatching(`^${kind} .*refreshIntervall`)),
  );
  server.close();
});

test("the operator signs in as the source's service account, for AWS and with the role of the source, and makes each Secret", async () => {
  const isTrue = (condition: Condition | undefined) => condition?.status === "True";
  await eventually(() => ready("ClusterSecretStore", SOURCE), isTrue, 60_000);
  for (const name of ["pager", "withdrawn", "broker"])
    await eventually(() => ready("ExternalSecret", name), isTrue, 60_000);
  expect(await held("pager")).toEqual({ key: TEXTS.first });
  expect(await held("broker")).toEqual({ url: `amqps://shop:${TEXTS.password}@broker` });
  const account = objects.find(({ kind, metadata }) => kind === "ServiceAccount" && metadata.name === SOURCE);
  const annotations = account?.metadata.annotations as Record<string, string> | undefined;
  expect(aws.signedIn[0]).toMatchObject({
    role: annotations?.["eks.amazonaws.com/role-arn"],
    claims: { sub: `system:serviceaccount:external-secrets:${SOURCE}`, aud: ["sts.amazonaws.com"] },
  });
});

test("what the source does not have is told with the reason, by the condition that an up waits for and by the metric of the alert", async () => {
  const told = await eventually(
    () => ready("ExternalSecret", "absent"),
    (condition) => condition?.status === "False",
    60_000,
  );
  expect(told).toMatchObject({ reason: "SecretSyncedError", message: expect.stringMatching(/\S/) });
  const served = await eventually(
    async () => (await fetch(`http://${metrics}/metrics`)).text(),
    (text) => seriesOf(text, "externalsecret", "absent", "False") === "1",
  );
  expect(seriesOf(served, "externalsecret", "pager", "False")).toBe("0");
  const asked = JSON.stringify(SECRETS_ALERTS).match(/\b\w+_status_condition\b/g) ?? [];
  expect(new Set(asked)).toEqual(new Set(["externalsecret_status_condition", "clustersecretstore_status_condition"]));
  for (const name of asked) expect([...namesIn(served)]).toContain(name);
});

test("a changed secret arrives within the minute, and one that was taken away stays and is told of", async () => {
  const [begin] = [Date.now(), aws.secrets.set(at("pager"), TEXTS.second), aws.secrets.delete(at("withdrawn"))];
  await eventually(
    () => held("pager"),
    ({ key }) => key === TEXTS.second,
    REFRESHED,
  );
  expect(Date.now() - begin).toBeLessThan(REFRESHED);
  await eventually(
    () => ready("ExternalSecret", "withdrawn"),
    (condition) => condition?.status === "False",
    REFRESHED,
  );
  expect(await held("withdrawn")).toEqual({ key: TEXTS.first });
}, 240_000);

test("no event, no status and no line of the operator's log, at its most talkative, repeats a secret", async () => {
  const { items: events } = await cluster.api.list("v1", "Event", NAMESPACE);
  const { items: ours } = await cluster.api.list("external-secrets.io/v1", "ExternalSecret", NAMESPACE);
  expect(events.length).toBeGreaterThan(0);
  expect(operator.output).toContain("pager");
  const said = [JSON.stringify(events), JSON.stringify(ours), operator.output].join("\n");
  for (const text of [...Object.values(TEXTS), "key-of-the-session", "token-of-the-session"]) {
    expect(said).not.toContain(text);
    expect(said).not.toContain(Buffer.from(text).toString("base64"));
  }
});

/** The value of the series by which the operator tells of one object. */
function seriesOf(served: string, of: string, name: string, status: string): string | undefined {
  const labels = [`condition="Ready"`, `name="${name}"`, `namespace="${NAMESPACE}"`, `status="${status}"`];
  const line = served
    .split("\n")
    .find((one) => one.startsWith(`${of}_status_condition{`) && labels.every((label) => one.includes(label)));
  return line?.split(" ").at(-1);
}
