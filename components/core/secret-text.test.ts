import { createHash } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { secretIn } from "./secret-text.ts";

test.each(["password", "dbPassword", "apiKey", "API_KEY", "token", "slack.token", "clientSecret", "private-key"])(
  "a literal in a field named %j is a secret",
  (field) => {
    expect(secretIn(field, "hunter2")).toBe("a secret, by the name of its field");
  },
);

test.each(["passwordFile", "secretName", "tokenRef", "tokenizer", "keyboard", "secretary"])(
  "%j only says where a secret is, or nothing of one",
  (field) => {
    expect(secretIn(field, "orders-db")).toBeUndefined();
  },
);

// Put together here, so that no scanner takes the test itself for a leak.
const AWS_KEY = ["AKIA", "IOSFODNN7", "EXAMPLE"].join("");
const PEM = ["-----BEGIN EC ", "PRIVATE KEY-----\nMHcCAQEE"].join("");

test.each([
  ["note", PEM, "a private key"],
  ["id", AWS_KEY, "an AWS access key"],
  ["database", "postgres://orders:hunter2@db:5432/orders", "an address with a password in it"],
  ["hook", "https://hooks.example.com/in?team=a&api_key=hunter2", "an address with a key in its query"],
  ["registry", "robot:hunter2@registry.example.com/shop", "an address with a password in it"],
])("%s: the form gives it away", (field, value, what) => {
  expect(secretIn(field, value)).toBe(what);
});

test("random keys are noticed, in hex and in base64", () => {
  // Chance can make a key that looks like words, about one in a hundred thousand: always the same keys are tried.
  const options = { seed: 1, numRuns: 2_000 };
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), (seed) => {
      const digest = createHash("sha256").update(seed).digest();
      expect(secretIn("value", digest.toString("base64"))).toBe("a random key");
      expect(secretIn("value", digest.toString("hex"))).toBe("a random key");
    }),
    options,
  );
});

test("a key without any digit is noticed", () => {
  expect(secretIn("value", createHash("sha256").update("/$").digest("base64"))).toBe("a random key");
});

test.each([
  "plumbline.dev/shop/orders",
  "https://acme-v02.api.letsencrypt.org/directory",
  "platform-on-call-primary-rotation",
  "arn:aws:eks:eu-central-1:123456789012:cluster/production",
  "eu-central-1a",
  "HorizontalPodAutoscalerController",
  "ghcr.io/cloudnative-pg/postgresql:17.5",
  "",
])("%j is an ordinary value", (value) => {
  expect(secretIn("value", value)).toBeUndefined();
});
