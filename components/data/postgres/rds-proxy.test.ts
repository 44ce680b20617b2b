import type * as pulumi from "@pulumi/pulumi";
import { beforeAll, describe, expect, test } from "vitest";
import { Namespace } from "../../cluster/index.ts";
import type { Consumer, Grant } from "../../core/usage.ts";
import { AWS_PLACE } from "../../testing/aws-place.ts";
import { isSecret, type Recording, record } from "../../testing/record.ts";
import { policyOf } from "../aws/pod-identity-plan.ts";
import { secretStatements } from "../aws/secret-plan.ts";
import { type AuroraArgs, completeAurora } from "./aurora-args.ts";
import type { Access } from "./plan.ts";
import { Postgres } from "./postgres.ts";
import { accessProblems, auroraBudget, ownerConnections } from "./problems.ts";
import { MOST_OWNERS } from "./rds-proxy-plan.ts";

const consumer = (name: string, maxReplicas = 12): Consumer => ({
  name,
  namespace: "shop",
  podLabels: { "app.kubernetes.io/name": name },
  maxReplicas,
  opts: {},
});
const base = { backend: "aws", aws: AWS_PLACE, databases: ["stock", "orders"], poolSize: 8 } as const;

/** An Aurora of which two databases have owners, or none, and one a reader. */
function made(args: Partial<AuroraArgs>, owners = ["stock", "orders"]) {
  return record("test", () => {
    const namespace = new Namespace("shop-data", { quota: { cpu: "10", memory: "10Gi", pods: 100 } });
    const postgres = new Postgres("postgres", { ...base, namespace, ...args });
    return {
      endpoint: postgres.endpoint,
      owners: owners.map((name) => postgres.database(name).owner.grant(consumer(name))),
      reader: postgres.database("orders").reader.grant(consumer("reports", 2)),
    };
  });
}

type Made = Recording<{ endpoint: pulumi.Output<string>; owners: Grant[]; reader: Grant }>;
const told = <T>(output: pulumi.Input<T> | undefined) =>
  new Promise((resolve) => (output as pulumi.Output<T>).apply(resolve));
const certificates = ({ inputsOf }: Made, name: string) =>
  inputsOf(":ConfigMap", `shop-postgres-${name}-ca`).data["ca.crt"].match(/BEGIN CERTIFICATE/g).length;

describe("an Aurora with a pooler", () => {
  let all: Made;
  beforeAll(async () => {
    all = await made({ pooler: {} });
  });

  test("sends owners to the proxy, and readers to the replicas", async () => {
    const { endpoint, owners, reader } = all.outputs;
    expect(await told(endpoint)).toBe("postgres-pooler.aws.invalid:5432");
    for (const { environment } of owners) {
      expect(await told(environment.HOST)).toBe("postgres-pooler.aws.invalid");
      expect(environment).toMatchObject({ PORT: "5432", POOL_SIZE: "8" });
    }
    expect(await told(reader.environment.HOST)).toBe("reader.postgres.aws.invalid");
    const peers = AWS_PLACE.subnets.map(({ cidr }) => ({ cidr, port: 5432 }));
    for (const grant of [...owners, reader]) expect(grant.peers).toEqual(peers);
  });

  test("speaks TLS alone, in the subnets of the store, to the cluster", () => {
    expect(all.inputsOf(":Proxy", "postgres-pooler")).toMatchObject({
      name: "test-postgres-pooler",
      engineFamily: "POSTGRESQL",
      requireTls: true,
      debugLogging: false,
      idleClientTimeout: 1800,
      vpcSubnetIds: ["a", "b", "c"],
      vpcSecurityGroupIds: ["postgres-pooler-id"],
    });
    expect(all.inputsOf(":ProxyDefaultTargetGroup", "postgres-pooler").connectionPoolConfig).toEqual({
      maxConnectionsPercent: 50,
      maxIdleConnectionsPercent: 25,
      connectionBorrowTimeout: 60,
    });
    expect(all.inputsOf(":ProxyTarget", "postgres-pooler")).toEqual({
      dbProxyName: "test-postgres-pooler",
      targetGroupName: "default",
      dbClusterIdentifier: "postgres-id",
    });
  });

  test("knows each owner by a secret of his own, in one order, and nobody else", () => {
    const secretArn = (role: string) => `arn:aws/secretsmanager/secretVersion/SecretVersion:postgres-${role}`;
    const auth = {
      authScheme: "SECRETS",
      iamAuth: "DISABLED",
      clientPasswordAuthType: "POSTGRES_SCRAM_SHA_256",
    };
    expect(all.inputsOf(":Proxy", "postgres-pooler").auths).toEqual([
      { ...auth, description: "orders_orders", secretArn: secretArn("orders-orders") },
      { ...auth, description: "stock_stock", secretArn: secretArn("stock-stock") },
    ]);
    expect(all.inputsOf("secretsmanager/secret:Secret", "postgres-orders-orders")).toMatchObject({
      name: "test-postgres/orders_orders",
      kmsKeyId: "arn:aws/kms/key/Key:postgres",
      recoveryWindowInDays: 0,
    });
    const { secretString } = all.inputsOf(":SecretVersion", "postgres-orders-orders");
    expect(isSecret(secretString)).toBe(true);
    expect(JSON.parse(secretString.value)).toEqual({
      username: "orders_orders",
      password: "generated-for-postgres-orders-orders",
    });
  });

  test("has a role that RDS takes on for no other account, and that reads these secrets and no other", () => {
    const { assumeRolePolicy } = all.inputsOf(":Role", "postgres-pooler");
    expect(JSON.parse(assumeRolePolicy).Statement).toEqual([
      {
        Effect: "Allow",
        Principal: { Service: "rds.amazonaws.com" },
        Action: "sts:AssumeRole",
        Condition: { StringEqualsIfExists: { "aws:SourceAccount": "123456789012" } },
      },
    ]);
    const { auths } = all.inputsOf(":Proxy", "postgres-pooler");
    expect(JSON.parse(all.inputsOf(":RolePolicy", "postgres-pooler").policy).Statement).toEqual([
      {
        Effect: "Allow",
        Action: "secretsmanager:GetSecretValue",
        Resource: auths.map(({ secretArn }: { secretArn: string }) => secretArn),
      },
      {
        Effect: "Allow",
        Action: "kms:Decrypt",
        Resource: "arn:aws/kms/key/Key:postgres",
        Condition: { StringEquals: { "kms:ViaService": "secretsmanager.eu-central-1.amazonaws.com" } },
      },
    ]);
  });

  test("lets in the consumers' pods, and is let in to the servers, on one port", () => {
    const port = { ipProtocol: "tcp", fromPort: 5432, toPort: 5432 };
    const between = (securityGroupId: string, referencedSecurityGroupId: string) => ({
      ...port,
      securityGroupId,
      referencedSecurityGroupId,
    });
    const ingress = (name: string) => all.inputsOf(":SecurityGroupIngressRule", name);
    expect(ingress("postgres-pooler-0-5432")).toMatchObject(between("postgres-pooler-id", "sg-1"));
    expect(ingress("postgres-pooler")).toMatchObject(between("postgres-id", "postgres-pooler-id"));
    const { resources } = all;
    expect(resources.filter(({ type }) => type.endsWith(":SecurityGroupEgressRule"))).toMatchObject([
      { inputs: between("postgres-pooler-id", "postgres-id") },
    ]);
  });

  test("gives owners the authorities of RDS and of Amazon, and readers those of RDS", () => {
    expect(certificates(all, "orders-orders")).toBe(3 + 5);
    expect(certificates(all, "reports-orders")).toBe(3);
  });

  test("writes its log where it ends and is encrypted", () => {
    expect(all.inputsOf(":LogGroup", "postgres-pooler-log")).toMatchObject({
      name: "/aws/rds/proxy/test-postgres-pooler",
      kmsKeyId: "arn:aws/kms/key/Key:postgres",
    });
  });

  test("lets any owner's role have all that the pool has, so that nobody is refused where he could wait", () => {
    const sql = all.inputsOf(":ConfigMap", "postgres-setup").data["setup.sql"];
    for (const [role, limit] of Object.entries({ orders_orders: 200, stock_stock: 200, reports_orders: 16 }))
      expect(sql).toContain(`ALTER ROLE "${role}" LOGIN CONNECTION LIMIT ${limit} `);
  });
});

test("stays in its three zones when the place gets a fourth: RDS moves no proxy", async () => {
  const subnets = [...AWS_PLACE.subnets, { id: "d", zone: "eu-central-1d", cidr: "10.0.3.0/24" }];
  const { inputsOf } = await made({ pooler: {}, aws: { ...AWS_PLACE, subnets } });
  expect(inputsOf(":Proxy", "postgres-pooler").vpcSubnetIds).toEqual(["a", "b", "c"]);
});

test("without an owner there is no proxy, for RDS takes none that nobody may use", async () => {
  const { resources, outputs } = await made({ pooler: {} }, []);
  expect(resources.filter(({ type }) => /rds\/proxy|secretsmanager/.test(type))).toEqual([]);
  expect(await told(outputs.endpoint)).toBe("postgres.aws.invalid:5432");
});

test("without a pooler nothing is said of one", async () => {
  const all = await made({});
  expect(JSON.stringify(all.resources)).not.toMatch(/pooler|secretsmanager\/secret/i);
  expect(certificates(all, "orders-orders")).toBe(3);
});

/** What is said of one consumer more, beside those that are there. */
function said(args: Partial<AuroraArgs>, right: Access["right"], held: number, granted: readonly Access[] = []) {
  const namespace = { name: "data" } as Namespace;
  const budget = auroraBudget(completeAurora({ ...base, namespace, ...args }));
  const connections = right === "owner" ? ownerConnections(budget, held) : { connections: held };
  return accessProblems(budget, granted, access({ right, ...connections }));
}

function access(more: Partial<Access>): Access {
  return {
    ...{ namespace: "shop", podLabels: {}, database: "orders", right: "reader", consumer: "reports", connections: 1 },
    ...more,
  };
}

test("owners share what the pooler has, however many connections they hold; whoever comes by himself has the rest", () => {
  const owner = access({ consumer: "stock", database: "stock", right: "owner", connections: 200, pooled: 9_000 });
  expect(said({ pooler: {} }, "owner", 9_000, [owner])).toEqual([]);
  expect(said({ pooler: {} }, "reader", 185, [owner])).toEqual([]);
  expect(said({ pooler: {} }, "reader", 186, [owner])).toEqual([
    {
      field: "uses of reports",
      given: 186,
      allowed: expect.stringMatching(
        /^at most 185 connections, which are left of 400; the pooler has 50 %, 200, other consumers 0, and 15 are reserved; lower pooler.share/,
      ),
    },
  ]);
  expect(said({ pooler: { share: 20 } }, "reader", 305, [owner])).toEqual([]);
  expect(said({ pooler: { share: 20 } }, "reader", 301, [owner, access({ connections: 5 })])).toMatchObject([
    { allowed: expect.stringMatching(/one role for each service and database/) },
    { allowed: expect.stringMatching(/^at most 300 .* the pooler has 20 %, 80, other consumers 5,/) },
  ]);
});

test("an owner too many for the pooler's role is refused, and a reader more is not", () => {
  const many = Array.from({ length: MOST_OWNERS }, (_, index) =>
    access({ consumer: `s${index}`, database: `d${index}`, right: "owner", connections: 200, pooled: 10 }),
  );
  expect(said({ pooler: {} }, "owner", 10, many.slice(1))).toEqual([]);
  expect(said({ pooler: {} }, "owner", 10, many)).toEqual([
    { field: "uses of reports", given: "orders.owner", allowed: expect.stringMatching(/first 50 databases/) },
  ]);
  expect(said({ pooler: {} }, "reader", 10, many)).toEqual([]);
});

test("the secrets of all owners fit into the role's policy, however long their names are", () => {
  const name = `${"s".repeat(50)}/${"r".repeat(63)}-AbCdEf`;
  const arn = `arn:aws:secretsmanager:ap-southeast-1:123456789012:secret:${name}`;
  const key = `arn:aws:kms:ap-southeast-1:123456789012:key/mrk-${"0".repeat(32)}`;
  const policy = policyOf(secretStatements(Array<string>(MOST_OWNERS).fill(arn), key, "ap-southeast-1"));
  expect(policy.length).toBeLessThanOrEqual(10_240);
});
