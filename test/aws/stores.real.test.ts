import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeSandbox, PACK, type Sandbox } from "../policies/sandbox.ts";
import type { ShopArgs } from "./shop.ts";

// The real engine and the real API server, with a plugin for AWS that records and makes nothing: it proves what is asked of AWS, and when
// something would be replaced, and nothing of AWS itself.

const SHOP = join(import.meta.dirname, "shop.ts");
const PRODUCTION = join(PACK, "config/production.json");
const PREFIX = "aws-shop";
/** Of the tests' own cluster. */
const ZONES = ["tests-a", "tests-b", "tests-c"];

/** Keys of Secrets that hold secrets: passwords, what SCRAM keeps of them (by their roles), a key's second half, and a login in a file. */
const SECRET_KEYS = /^(password|SECRET_ACCESS_KEY|admin\.properties|[a-z_]+_[a-z]+)$/;

let sandbox: Sandbox;
const program = (args: ShopArgs) =>
  sandbox.program(`const { awsShop } = await import(${JSON.stringify(SHOP)});
export const endpoints = awsShop(${JSON.stringify({ prefix: PREFIX, podZones: ZONES, ...args })});`);
const packed = ["--policy-pack", PACK, "--policy-pack-config", PRODUCTION];

beforeAll(async () => {
  sandbox = await makeSandbox(PREFIX);
});
afterAll(async () => {
  await sandbox?.pulumi("state", "unprotect", "--all", "--yes");
  await sandbox?.remove();
});

describe("every store on AWS and a service that uses them", { timeout: 300_000 }, () => {
  test("are made under the rules of production", async () => {
    program({});
    const { code, text } = await sandbox.pulumi("up", "--yes", "--skip-preview", ...packed);
    expect(code, text).toBe(0);
    expect(text).not.toMatch(/\[mandatory\]/);
    expect(text).toMatch(/postgres .*recorded, not deployed/);
  });

  test("have no secret in clear: not in the state, not in the outputs, in no object but Secrets", async () => {
    const secrets = await Promise.all(
      [PREFIX, `${PREFIX}-data`].map((namespace) =>
        sandbox.kubectl("get", "secrets", "--namespace", namespace, "--output", "json"),
      ),
    );
    const values = secrets.flatMap(({ text }) =>
      (JSON.parse(text).items as { data?: Record<string, string> }[]).flatMap(({ data = {} }) =>
        Object.entries(data)
          .filter(([key]) => SECRET_KEYS.test(key))
          .map(([key, value]) => ({ key, value: Buffer.from(value, "base64").toString() })),
      ),
    );
    expect(values.length).toBeGreaterThan(5);
    const state = await sandbox.state();
    const outputs = await sandbox.pulumi("stack", "output", "--json");
    expect(JSON.parse(outputs.text).endpoints.postgres).toMatch(/\.recorded\.invalid:5432$/);
    const kinds = "configmaps,deployments,jobs,serviceaccounts,networkpolicies";
    const objects = await sandbox.kubectl("get", kinds, "--all-namespaces", "--output", "json");
    const places = { state, outputs: outputs.text, objects: objects.text };
    for (const { key, value } of values)
      for (const [place, text] of Object.entries(places))
        expect(text.includes(value), `${key} is in clear in the ${place}`).toBe(false);
  });

  test("change nothing the second time", async () => {
    const { code, text } = await sandbox.pulumi("up", "--yes", "--skip-preview", "--expect-no-changes");
    expect(code, text).toBe(0);
  });

  test("grow in place: more instances, larger ones, other settings", async () => {
    program(GROWN);
    const { code, text } = await sandbox.pulumi("preview", "--diff", ...packed);
    expect(code, text).toBe(0);
    expect(text).not.toMatch(/\[mandatory\]/);
    // A job cannot change, nor its files: they are made anew. Nothing else is.
    const replaced = Array.from(text.matchAll(/^\s*\+-\s*(\S+): \(replace\)/gm), ([, type]) => type);
    expect(new Set(replaced)).toEqual(new Set(["kubernetes:core/v1:ConfigMap", "kubernetes:batch/v1:Job"]));
    expect(text).toMatch(/\d+ to update/);
    expect(text).toMatch(/\+ aws:rds\/clusterInstance:ClusterInstance: \(create\)/);
  });
});

/** Everything that a team changes without thinking of it. */
const GROWN: ShopArgs = { instances: 4, replicas: 4, large: true };
