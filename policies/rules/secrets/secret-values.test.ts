import { expect, test } from "vitest";
import { fromManifest } from "../../core/resource.ts";
import { Stack } from "../../core/stack.ts";
import { UNKNOWN } from "../../core/unknown.ts";
import { SecretValues } from "./secret-values.ts";

const secret = (stringData: unknown) =>
  fromManifest({ apiVersion: "v1", kind: "Secret", metadata: { name: "db", namespace: "shop" }, stringData });
const values = (stringData: unknown) => new SecretValues(new Stack(secret(stringData)));

test.each([
  ["password", "hunter2hunter2", "hunter2hunter2"],
  ["password", "hunter2hunter2", "postgres://shop:hunter2hunter2@db:5432/shop"],
  ["password", "hunter2hunter2", "--redis.password=hunter2hunter2"],
  ["password", "hunter2hunter2", 'a: b\ndb: { pass: "hunter2hunter2" }\n'],
  ["password", "hunter2hunter2", Buffer.from("hunter2hunter2").toString("base64")],
  ["password", "hunter2hunter2", "mysqldump -uroot -phunter2hunter2 shop"],
  ["password", "p@ss/w0rd!", "postgres://shop:p%40ss%2Fw0rd!@db/shop"],
  ["url", "redis://:s3cr3tS3cr3t@cache:6379", "s3cr3tS3cr3t"],
  ["value", "S3cr3tV4lue", "S3cr3tV4lue"],
  [".dockerconfigjson", '{"auths":{"r":{"username":"robot","password":"hunter2hunter2"}}}', "hunter2hunter2"],
  ["accounts", '[["robot", "q8ZfL2vX0bT7wYkR4mN1"], null, 7]', "q8ZfL2vX0bT7wYkR4mN1"],
  ["nested", `${'{"a":'.repeat(15)}{"password":"hunter2hunter2"}${"}".repeat(15)}`, "hunter2hunter2"],
  ["password", "[hunter2hunter2", "[hunter2hunter2"],
  ["password", " hunter2hunter2\n", "hunter2hunter2"],
  ["password", "hunter22", "hunter22"],
  ["password", "letters and hunter2", "letters and hunter2"],
  ["password", "hunter2hunter2", "\n\n  hunter2hunter2  \n"],
  ["password", "hunter2hunter2", `${"a b ".repeat(3_000)}hunter2hunter2`],
  ["password", "hunter two hunter two", `${"a b\n".repeat(3_000)} hunter two hunter two \n`],
  ["password", "hunter2\nhunter2", "hunter2\nhunter2"],
  ["url", "https://shop:s3cr3tS3cr3t@db/shop", "s3cr3tS3cr3t"],
  ["url", "https://shop:50%off-s3cr3t@db/shop", "50%off-s3cr3t"],
  ["blob", "Ab1cD2ef", "Ab1cD2ef"],
  ["blob", "abc1defg!", "abc1defg!"],
  ["ca.crt", "-----BEGIN RSA PRIVATE KEY-----\nMIIB", "-----BEGIN RSA PRIVATE KEY-----\nMIIB"],
  ["users.acl", "user shop on >q8ZfL2vX0bT7wYkR4mN1cJ5h\n", ">q8ZfL2vX0bT7wYkR4mN1cJ5h"],
])("%s: %j is found in %j", (key, value, text) => {
  expect(values({ [key]: value }).in(text)).toEqual({ label: "Secret shop/db", key: expect.any(String) });
});

test.each([
  ["password", "short", "short"],
  ["password", "production", "production"],
  ["username", "orders_reader_2", "orders_reader_2"],
  ["host", "postgres-rw.shop-data.svc", "postgres-rw.shop-data.svc"],
  ["tls.crt", "-----BEGIN CERTIFICATE-----\nMIIB", "-----BEGIN CERTIFICATE-----\nMIIB"],
  ["topic", "OrdersV2Topic", "OrdersV2Topic"],
  ["password", "hunter2hunter2", "hunter2hunter22"],
  ["password", "hunter2", "hunter2"],
  ["password", "PRODUCTION", "PRODUCTION"],
  ["password", "Production", "Production"],
  ["password", "2026113004", "2026113004"],
  ["blob", "orders by the hour 1!", "orders by the hour 1!"],
  ["blob", "ORDERS1!", "ORDERS1!"],
  ["blob", "orders!!", "orders!!"],
  ["blob", "Ab1cdefg", "Ab1cdefg"],
  ["blob", "ab1cd2ef", "ab1cd2ef"],
  ["chain.pem", "-----BEGIN CERTIFICATE-----\nMIIBa1B2c3D4", "MIIBa1B2c3D4"],
  ["deep", `${'{"a":'.repeat(20)}{"password":"hunter2hunter2"}${"}".repeat(20)}`, "hunter2hunter2"],
  ["url", "https://shop.example.com/path", "https://shop.example.com/path"],
])("%s: %j is not looked for in %j", (key, value, text) => expect(values({ [key]: value }).in(text)).toBeUndefined());

test("a value that is not known yet is remembered, one that is misshapen is not", () => {
  expect(values({ a: UNKNOWN, password: "hunter2hunter2" }).unknown?.path).toBe("stringData.a");
  expect(values({ a: UNKNOWN, password: "hunter2hunter2" }).in("hunter2hunter2")?.key).toBe("password");
  expect(values(UNKNOWN).unknown?.path).toBe("stringData");
  expect(values({ a: 1 }).unknown).toBeUndefined();
  expect(values("text").unknown).toBeUndefined();
});

test("only a Secret of Kubernetes' own, or of AWS, keeps secrets", () => {
  const stringData = { password: "hunter2hunter2" };
  const other = (apiVersion: string, kind: string) =>
    fromManifest({ apiVersion, kind, metadata: { name: "a" }, stringData });
  const stack = new Stack([
    ...other("example.org/v1", "Secret"),
    ...other("v1", "ConfigMap"),
    { type: "aws:rds/instance:Instance", name: "a", props: { type: "SecureString", value: "S3cr3tV4lue" } },
  ]);
  expect(new SecretValues(stack).in("hunter2hunter2")).toBeUndefined();
  expect(new SecretValues(stack).in("S3cr3tV4lue")).toBeUndefined();
});

test("AWS's own secrets are looked for too", () => {
  const version = { secretId: "db", secretString: '{"user":"shop","password":"hunter2hunter2"}' };
  const stack = new Stack([
    { type: "aws:secretsmanager/secretVersion:SecretVersion", name: "db", props: version },
    { type: "aws:ssm/parameter:Parameter", name: "a", props: { type: "SecureString", value: "S3cr3tV4lue" } },
    { type: "aws:ssm/parameter:Parameter", name: "b", props: { type: "String", value: "S3cr3tW4lue" } },
  ]);
  const kept = new SecretValues(stack);
  expect(kept.in("hunter2hunter2")?.key).toBe("secretString");
  expect(kept.in("S3cr3tV4lue")?.label).toBe("aws:ssm/parameter:Parameter a");
  expect(kept.in("S3cr3tW4lue")).toBeUndefined();
});
