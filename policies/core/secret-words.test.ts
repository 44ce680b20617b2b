import { expect, test } from "vitest";
import { harmless, namesSecret, secretIn } from "./secret-words.ts";

test.each(
  `password PASSWORD db_password DbPassword postgresPassword MYSQL_PASSWD passphrase ADMIN_PWD
  client-secret SECRET_KEY_BASE AWS_SECRET_ACCESS_KEY credential GOOGLE_CREDENTIALS apiKey API_KEY api.key x-api-key
  token GITHUB_TOKEN accessToken AZURE_BATCH_KEY tls.key key DB_PASS session_cookie SENTRY_DSN GH_PAT
  OCI_CLI_KEY_CONTENT KEY_CONTENTS TOKEN_VALUE TOKEN_DATA SIGNING_KEY_TEXT TOKEN_STRING KEY_RAW KEY_BASE64 KEY_B64
  TOKEN_OLD TOKEN_NEW TOKEN_2 KEY_CONTENT_2`.split(/\s+/),
)("%s names a secret", (name) => expect(namesSecret(name)).toBe(true));

test.each(
  `DB_PASSWORD_FILE PASSWORD_PATH SECRET_DIR secretName secretRef CREDENTIALS_ID TOKEN_URL PASSWORD_MIN_LENGTH
  TOKEN_TTL SECRET_ROTATION PASSWORD_POLICY PASSWORD_REQUIRED SECRET_MOUNT SECRET_VERSION
  PUBLIC_KEY PUB_KEY PARTITION_KEY SORT_KEY PRIMARY_KEY FOREIGN_KEY ROUTING_KEY IDEMPOTENCY_KEY CACHE_KEY
  TOKEN_ISSUER KEYSPACE key.serializer PASS_THROUGH username message content value 42 monkey`.split(/\s+/),
)("%s names no secret", (name) => expect(namesSecret(name)).toBe(false));

test.each([
  ["a private key", "x\n-----BEGIN RSA PRIVATE KEY-----\nMIIE"],
  ["a private key", "-----BEGIN PRIVATE KEY-----"],
  ["an AWS access key", "key: AKIAIOSFODNN7EXAMPLE"],
  ["a GitHub token", `ghp_${"a".repeat(36)}`],
  ["a Slack token", "xoxb-123456789012-abcdef"],
  ["a signed token (JWT)", `eyJhbGciOiJI.eyJzdWIiOiIx.${"c".repeat(20)}`],
  ["a URL with a password in it", "postgres://shop:hunter2@db:5432/shop"],
  ["a URL with a password in it", "redis://:hunter2@cache:6379"],
])("sees %s", (what, text) => expect(secretIn(text)).toBe(what));

test.each([
  "-----BEGIN CERTIFICATE-----",
  "-----BEGIN PUBLIC KEY-----",
  "https://shop.example.com:8443/path",
  "postgres://shop@db:5432/shop",
  "http://host/a:b@c",
  "postgres://shop:$(DB_PASSWORD)@db/shop",
  "time 12:30@noon",
  "",
])("sees no secret in %j", (text) => expect(secretIn(text)).toBeUndefined());

test.each(["", " ", "true", "No", "off", "$(TOKEN)", `\${TOKEN}`])("%j is no secret", (value) =>
  expect(harmless(value)).toBe(true),
);
test.each(["0", "truest", "$(A)$(B)x", "hunter2", "$1"])("%j may be a secret", (value) =>
  expect(harmless(value)).toBe(false),
);

test("a long text is searched to its end", () => {
  for (const text of ["a://".repeat(50_000), `a://${":".repeat(200_000)}`, "eyJ".repeat(70_000), "-".repeat(200_000)])
    expect(secretIn(text)).toBeUndefined();
});
