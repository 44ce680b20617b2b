import { expect, test } from "vitest";
import { harmless, looksRandom, namesSecret, secretIn } from "./secret-words.ts";

test.each(
  `password PASSWORD db_password DbPassword postgresPassword MYSQL_PASSWD passphrase ADMIN_PWD
  client-secret SECRET_KEY_BASE AWS_SECRET_ACCESS_KEY credential GOOGLE_CREDENTIALS apiKey API_KEY api.key x-api-key
  token GITHUB_TOKEN accessToken AZURE_BATCH_KEY tls.key key DB_PASS session_cookie SENTRY_DSN GH_PAT bearer
  OCI_CLI_KEY_CONTENT KEY_CONTENTS TOKEN_VALUE TOKEN_DATA SIGNING_KEY_TEXT TOKEN_STRING KEY_RAW KEY_BASE64 KEY_B64
  TOKEN_OLD TOKEN_NEW TOKEN_2 KEY_CONTENT_2`.split(/\s+/),
)("%s names a secret", (name) => expect(namesSecret(name)).toBe(true));

test.each(
  `DB_PASSWORD_FILE PASSWORD_PATH SECRET_DIR secretName secretRef CREDENTIALS_ID TOKEN_URL PASSWORD_MIN_LENGTH
  TOKEN_TTL SECRET_ROTATION PASSWORD_POLICY PASSWORD_REQUIRED SECRET_MOUNT SECRET_VERSION
  PUBLIC_KEY PUB_KEY PARTITION_KEY SORT_KEY PRIMARY_KEY FOREIGN_KEY ROUTING_KEY IDEMPOTENCY_KEY CACHE_KEY
  TOKEN_ISSUER KEYSPACE key.serializer PASS_THROUGH username message content value 42 monkey`.split(/\s+/),
)("%s names no secret", (name) => expect(namesSecret(name)).toBe(false));

// Put together here, so that no scanner takes the test itself for a leak.
test.each([
  ["a GitHub token", ["github", "pat", "a".repeat(22)].join("_")],
  ["a GitLab token", ["glpat", "a".repeat(20)].join("-")],
  ["a Slack token", ["xoxo", "123456789012", "abcdef"].join("-")],
  ["a Stripe key", ["sk", "live", "a1".repeat(12)].join("_")],
  ["a Google API key", `AIza${"a1-_b".repeat(7)}`],
  ["a SendGrid key", ["SG", "a1".repeat(11), "b2".repeat(20)].join(".")],
  ["an npm token", ["npm", "a1".repeat(18)].join("_")],
  ["a Vault token", ["hvs", "a1".repeat(12)].join(".")],
  ["an Azure account key", `DefaultEndpointsProtocol=https;AccountName=shop;AccountKey=${"a1".repeat(43)}==`],
  ["an address with a password in it", "robot:hunter2@registry.example.com/shop"],
  ["a password in a line", "[db]\nuser = shop\ndb.password = hunter2\n"],
  ["a password in a line", "db:\n  user: shop\n  password: 'hunter2'\n"],
  ["a password in a line", '{\n  "api_key": "hunter2",\n}'],
  ["a password in a line", "Server=db;User=shop;Password=hunter2;"],
  ["a password in a line", "jdbc:postgresql://db/shop?user=shop&password=hunter2"],
])("sees %s", (what, text) => expect(secretIn(text)).toBe(what));

test.each([
  "orders:1@sha256:abc",
  "mailto:ops@example.com",
  "user:$(DB_PASSWORD)@db.example.com",
  "password=$DB_PASSWORD",
  `password: \${DB_PASSWORD}`,
  "password: /run/secrets/db",
  "password: <filled in later>",
  'password = "{{ .Password }}"',
  "password: null",
  "passwordFile: run",
  "password_encryption = scram-sha-256",
  "password: |",
  "a password is asked for: then it is sent on",
])("sees no secret in %j", (text) => expect(secretIn(text)).toBeUndefined());

test.each([
  ["value", "0123456789abcdef0123456789abcdef"],
  ["LICENSE", "q8ZfL2vX0bT7wYkR4mN1cJ5hD9gS3pUa"],
  ["value", "aBcDeFgHiJkLmNoPqRsTuVwXyZaB"],
])("%s: %s looks random", (name, value) => expect(looksRandom(name, value)).toBe(true));

test.each([
  ["GIT_COMMIT", "0123456789abcdef0123456789abcdef01234567"],
  ["imageDigest", "0123456789abcdef0123456789abcdef"],
  ["TENANT", "550e8400-e29b-41d4-a716-446655440000"],
  ["value", "platform-on-call-primary-rotation"],
  ["value", "HorizontalPodAutoscalerController"],
  ["value", "eu-central-1a"],
  ["NODE_OPTIONS", "--max-old-space-size=384"],
  ["value", "/var/run/secrets/orders-db-2/Password1"],
  ["value", "https://acme.example.com/v02/directory"],
  ["value", "q8ZfL2vX0bT7wYkR4mN1cJ5hD9gS3pUa".repeat(9)],
])("%s: %s does not", (name, value) => expect(looksRandom(name, value)).toBe(false));

test.each([
  ["a private key", "x\n-----BEGIN RSA PRIVATE KEY-----\nMIIE"],
  ["a private key", "-----BEGIN PRIVATE KEY-----"],
  ["a private key", "-----BEGIN PGP PRIVATE KEY BLOCK-----"],
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

test.each([
  ...[
    "",
    " ",
    "true",
    "No",
    "off",
    "$(TOKEN)",
    `\${TOKEN}`,
    `\${random_password.db[0].result}`,
    "{{ .Values.token }}",
    "$(cat /run/token)",
    "/run/secrets/db.json",
    "$TOKEN",
  ],
  ...["{{resolve:secretsmanager:db:SecretString}}", "arn:aws:secretsmanager:eu-central-1:123456789012:secret:db"],
])("%j is no secret", (value) => expect(harmless(value)).toBe(true));
test.each(["0", "truest", "$(A)$(B)x", "hunter2", "$1", "/base64Like"])("%j may be a secret", (value) =>
  expect(harmless(value)).toBe(false),
);

test("a long text is searched to its end", () => {
  for (const text of [
    "a://".repeat(50_000),
    `a://${":".repeat(200_000)}`,
    "eyJ".repeat(70_000),
    "-".repeat(200_000),
    "password".repeat(30_000),
    "\n".repeat(200_000),
    " ".repeat(200_000),
    `${"a".repeat(200_000)}:`,
    ";".repeat(200_000),
  ])
    expect(secretIn(text)).toBeUndefined();
});
