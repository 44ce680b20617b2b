import { describe, expect, test } from "vitest";
import { Namespace } from "../../cluster/index.ts";
import { withoutSecrets } from "../../testing/golden.ts";
import { record } from "../../testing/record.ts";
import { ExternalSecret, type ExternalSecretArgs } from "./external-secret.ts";
import { type ExternalSecretPlanArgs, externalSecretPlan, externalSecretProblems } from "./external-secret-plan.ts";
import { SecretSource } from "./source.ts";
import { type SourcePlanArgs, sourceProblems, sourceStatements } from "./source-plan.ts";

const quota = { cpu: "2", memory: "4Gi", pods: 10 } as const;
const OIDC = "oidc.eks.eu-central-1.amazonaws.com/id/EXAMPLE";
const aws = { region: "eu-central-1", prefix: "shop/production", accountId: "123456789012", oidcProvider: OIDC };
const source: SourcePlanArgs = { name: "secrets", ...aws, namespaces: ["shop"] };
const names = { name: "secrets", prefix: "shop/production", namespaces: ["shop"] };
const wanted: ExternalSecretPlanArgs = { name: "pager", namespace: "shop", source: names, keys: { key: {} } };

const namespace = { name: "shop" };
/** What is thrown at arguments of which one field is wrong. */
const refused = (field: string) => expect.objectContaining({ problems: [expect.objectContaining({ field })] });

/** A source, and what is made of it. */
const program = (args: Partial<ExternalSecretArgs> = {}) =>
  record("production", () => {
    const namespace = new Namespace("shop", { quota });
    const from = new SecretSource("secrets", { ...aws, namespaces: [namespace], kmsKeyArn: KEY });
    return new ExternalSecret("pager", { namespace, source: from, keys: { key: {} }, ...args }).secretName;
  });
const KEY = "arn:aws:kms:eu-central-1:123456789012:key/0a1b-2c3d";

describe("a source", () => {
  test("is read by a role that one service account takes on, and that may read what begins with its prefix, and list nothing", async () => {
    const { inputsOf } = await program();
    const { name, assumeRolePolicy } = inputsOf(":Role", "secrets");
    expect(name).toBe("production-secrets-secrets");
    expect(JSON.parse(assumeRolePolicy).Statement).toEqual([
      {
        Effect: "Allow",
        Principal: { Federated: `arn:aws:iam::123456789012:oidc-provider/${OIDC}` },
        Action: "sts:AssumeRoleWithWebIdentity",
        Condition: {
          StringEquals: {
            [`${OIDC}:sub`]: "system:serviceaccount:external-secrets:secrets",
            [`${OIDC}:aud`]: "sts.amazonaws.com",
          },
        },
      },
    ]);
    expect(JSON.parse(inputsOf(":RolePolicy", "secrets").policy).Statement).toEqual([
      {
        Effect: "Allow",
        Action: ["secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret"],
        Resource: "arn:aws:secretsmanager:eu-central-1:123456789012:secret:shop/production/*",
      },
      {
        Effect: "Allow",
        Action: "kms:Decrypt",
        Resource: KEY,
        Condition: { StringEquals: { "kms:ViaService": "secretsmanager.eu-central-1.amazonaws.com" } },
      },
    ]);
    const account = inputsOf(":ServiceAccount", "secrets");
    expect(account).toMatchObject({ automountServiceAccountToken: false, metadata: { namespace: "external-secrets" } });
    expect(Object.keys(account.metadata.annotations)).toEqual(["eks.amazonaws.com/role-arn"]);
    expect(inputsOf(":ClusterSecretStore", "secrets").spec).toEqual({
      conditions: [{ namespaces: ["shop"] }],
      provider: {
        aws: {
          service: "SecretsManager",
          region: "eu-central-1",
          auth: { jwt: { serviceAccountRef: { name: "secrets", namespace: "external-secrets" } } },
        },
      },
    });
  });

  test("without a key of its own decrypts by AWS' own, which asks for no right", () =>
    expect(sourceStatements(aws)).toHaveLength(1));

  test.each<[field: keyof SourcePlanArgs, given: unknown]>([
    ["name", "Secrets"],
    ["region", "europe"],
    ["region", "cn-north-1"],
    ["prefix", "shop/*"],
    ["prefix", ""],
    ["prefix", "/shop"],
    ["accountId", "12345"],
    ["oidcProvider", `https://${OIDC}`],
    ["oidcProvider", "*"],
    ["kmsKeyArn", "alias/shop"],
    ["namespaces", []],
  ])("is refused with %s %j", (field, given) => {
    expect(sourceProblems({ ...source, [field]: given }).map((problem) => problem.field)).toEqual([field]);
  });

  test.each([
    ["prefix", undefined],
    ["prefix", 7],
    ["namespaces", null],
    ["namespaces", "shop"],
    ["tags", null],
  ])("is refused by its field with %s %j", (field, given) => {
    const args = { ...aws, namespaces: [{ name: "shop" }], [field]: given } as never;
    expect(() => new SecretSource("secrets", args)).toThrow(refused(field));
  });

  test("that is right is refused for nothing", () => expect(sourceProblems({ ...source, kmsKeyArn: KEY })).toEqual([]));
});

describe("a Secret from outside", () => {
  test("goes with its object, stays when its source is gone, and is asked for every five minutes", async () => {
    const { inputsOf, outputs } = await program();
    expect(outputs).toBe("pager");
    const { metadata, spec } = inputsOf("/v1:ExternalSecret", "pager");
    expect(metadata).toMatchObject({ namespace: "shop", annotations: { "pulumi.com/waitFor": "condition=Ready" } });
    expect(spec).toMatchObject({
      refreshInterval: "5m0s",
      secretStoreRef: { kind: "ClusterSecretStore", name: "secrets" },
      target: { name: "pager", creationPolicy: "Owner", deletionPolicy: "Retain" },
      data: [{ secretKey: "key", remoteRef: { key: "shop/production/shop/pager" } }],
    });
  });

  test("may be fields of JSON under another name, and keys made of them", () => {
    const { spec } = externalSecretPlan({
      ...wanted,
      keys: { user: { field: "username" }, password: { field: "password" } },
      remote: "broker",
      refresh: "1h",
      template: { url: "amqps://{{ .user }}:{{ .password }}@broker" },
    });
    expect(spec.refreshInterval).toBe("1h0m0s");
    expect(spec.data).toEqual([
      { secretKey: "user", remoteRef: { key: "shop/production/broker", property: "username" } },
      { secretKey: "password", remoteRef: { key: "shop/production/broker", property: "password" } },
    ]);
    expect(spec.target.template.data).toEqual({ url: "amqps://{{ .user }}:{{ .password }}@broker" });
  });

  test("brings nothing into the state that a reader of it could use", async () => {
    const { resources } = await program();
    expect(resources.filter(({ type }) => /:Secret$|^random:/.test(type))).toEqual([]);
    expect(JSON.stringify(resources.map(({ inputs }) => withoutSecrets(inputs)))).not.toContain("<secret>");
  });

  test.each<[field: string, more: Partial<ExternalSecretPlanArgs>]>([
    ["name", { name: "Pager" }],
    ["refresh", { refresh: "30s" }],
    ["refresh", { refresh: "2d" }],
    ["keys", { keys: {} }],
    ["keys", { keys: { "a key": {} } }],
    ["template", { template: { "a/b": "x" } }],
    ["remote", { remote: "../staging/pager*" }],
    ["namespace", { namespace: "data" }],
  ])("is refused for its %s: %j", (field, more) => {
    expect(externalSecretProblems({ ...wanted, ...more }).map((problem) => problem.field)).toEqual([field]);
  });

  test.each([
    ["keys", undefined],
    ["keys.k", { k: null }],
    ["keys.k.field", { k: { field: 7 } }],
  ])("is refused by its field with %s: %j", (field, keys) => {
    expect(() => new ExternalSecret("pager", { namespace, source: { names }, keys } as never)).toThrow(refused(field));
  });

  test.each([
    ["template", { template: null }],
    ["template.url", { template: { url: null } }],
    ["remote", { remote: null }],
    ["source", { source: null }],
  ])("is refused by its field with %s of %j", (field, wrong) => {
    const args = { namespace, source: { names }, keys: { key: {} }, ...wrong } as never;
    expect(() => new ExternalSecret("pager", args)).toThrow(refused(field));
  });

  test("in a namespace that may not use its source is refused, and told which may", async () => {
    const made = record("production", () => {
      const [shop, data] = [new Namespace("shop", { quota }), new Namespace("data", { quota })];
      const from = new SecretSource("secrets", { ...aws, namespaces: [shop] });
      new ExternalSecret("pager", { namespace: data, source: from, keys: { key: {} } });
    });
    await expect(made).rejects.toThrow(
      'namespace: "data" was given; allowed: one of shop, which may use the source "secrets"',
    );
  });
});
