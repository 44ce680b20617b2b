import { expect, test } from "vitest";
import { harmless, isSecretUnder, looksRandom, namesSecret } from "./secret-names.ts";

test.each(
  `password PASSWORD db_password DbPassword postgresPassword MYSQL_PASSWD passphrase ADMIN_PWD
  client-secret SECRET_KEY_BASE AWS_SECRET_ACCESS_KEY credential GOOGLE_CREDENTIALS apiKey API_KEY api.key x-api-key
  token GITHUB_TOKEN accessToken AZURE_BATCH_KEY tls.key key DB_PASS session_cookie GH_PAT bearer
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

test.each([
  ["PGPASSWORD", "hunter2"],
  ["DBPASSWORD", "hunter2"],
  ["DBPASS", "letmein"],
  ["PASSWORD2", "letmein"],
  ["DB_PASSWORDS", "letmein"],
  ["CLIENT_SECRETS", "hunter2"],
  ["REDISCLI_AUTH", "letmein"],
  ["RABBITMQ_ERLANG_COOKIE", "letmein"],
  ["NGROK_AUTHTOKEN", "letmein"],
  ["BASIC_AUTH", "admin:letmein"],
  ["GIT_CREDENTIALS", "robot:letmein"],
  ["SECRET_KEY_BASE", "hunter2"],
  ["AWS_SECRET_ACCESS_KEY", "letmein"],
  ["ENCRYPTION_KEY", "letmein"],
  ["AZURE_BATCH_KEY", "xxxxx"],
  ["DB_PASSWORD_PROD", "letmein"],
  ["DB_PASSWORD", "correct-horse-battery"],
  ["DB_PASSWORD", "https://hunter"],
  ["SESSION_COOKIE", "a8Zx01Qw"],
])("%s: %s is a secret", (name, value) => expect(isSecretUnder(name, value)).toBe(true));

test.each([
  ["S3_OBJECT_KEY", "reports/latest.csv"],
  ["S3_OBJECT_KEY", "reports"],
  ["REPORT_KEY", "reports/2026-01-01/latest.csv"],
  ["TOPOLOGY_KEY", "topology.kubernetes.io/zone"],
  ["REDIS_KEY", "orders:queue"],
  ["REDIS_KEY", "orders:{id}:v2"],
  ["leader-elect-resource-key", "x"],
  ["SESSION_COOKIE", "sid"],
  ["STRIPE_PUBLISHABLE_KEY", ["pk", "live", "a1B2".repeat(8)].join("_")],
  ["STRIPE_KEY", ["pk", "live", "a1B2".repeat(8)].join("_")],
  ["MIN_PASSWORD", "8"],
  ["FORGOT_PASSWORD", "https://shop.example.com/forgot"],
  ["GIT_ASKPASS", "echo"],
  ["PASSWORD_HASHER", "argon2"],
  ["SENTRY_DSN", "https://0123456789abcdef0123456789abcdef@o1.ingest.sentry.io/2"],
  ["TLS_KEY", "tls.key"],
  ["SSL_KEY", "/tls.key"],
  ["PRIVATE_KEY", "tls.key"],
  ["GOOGLE_APPLICATION_CREDENTIALS", "/key.json"],
  ["SECRET_STORE", "vault"],
  ["SECRET_BACKEND", "vault"],
  ["SECRET_PROVIDER_CLASS", "aws"],
  ["SECRET_ROTATION_INTERVAL", "5m"],
  ["SECRET_REFRESH", "1h30m"],
  ["PASSWORD_RESET_LINK", "https://shop.example.com/reset"],
  ["PASSWORD_RESET_PAGE", "https://shop.example.com/reset"],
  ["PASSWORD_LOGIN_ALLOWED", "1"],
  ["PASSWORD_LOGIN", "1"],
  ["MAX_TOKENS", "4096"],
  ["AUTH", "oauth2"],
  ["IMAGE_PULL_SECRETS", "regcred"],
  ["CORS_CREDENTIALS", "include"],
  ["PWD", "/srv/app"],
  ["BYPASS", "localhost"],
  ["DB_PASSWORD", "<filled in later>"],
  ["DB_PASSWORD", "%DB_PASSWORD%"],
  ["DB_PASSWORD", "`cat password`"],
])("%s: %s is none", (name, value) => expect(isSecretUnder(name, value)).toBe(false));

test("long names and values are judged", () => {
  for (const long of [
    "a".repeat(100_000),
    "a_".repeat(50_000),
    "aB".repeat(50_000),
    "1".repeat(100_000),
    "/a".repeat(50_000),
  ]) {
    expect(isSecretUnder(long, "x")).toBe(false);
    expect(isSecretUnder("secret_page", long)).toBe(!long.startsWith("/"));
  }
});
