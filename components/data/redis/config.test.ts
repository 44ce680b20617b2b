import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import type { Namespace } from "../../cluster/namespace.ts";
import type { Issuer } from "../../edge/issuer.ts";
import { complete, type RedisArgs } from "./args.ts";
import { consumerAcl, redisConf, serverFiles, usersAcl } from "./config.ts";
import { haproxyCfg } from "./proxy-config.ts";

const base: RedisArgs = { namespace: { name: "shop-data" } as Namespace, issuer: {} as Issuer, zones: ["a", "b", "c"] };
const resources = { requests: { cpu: "1", memory: "1Gi" }, limits: { cpu: "1", memory: "1Gi" } } as const;

const PASSWORDS = { internal: "internal", metrics: "metrics" };

test("a cache forgets when it is full; a store refuses, and keeps half its memory for the rewrite of its log", () => {
  expect(redisConf(complete({ ...base, resources }))).toMatch(/maxmemory 805306368\nmaxmemory-policy allkeys-lru/);
  expect(redisConf(complete({ ...base, resources, role: "store" }))).toMatch(
    /maxmemory 536870912\nmaxmemory-policy noeviction/,
  );
});

test("a primary that no replica hears takes no writes; a single server has none to wait for", () => {
  expect(redisConf(complete(base))).toContain("min-replicas-to-write 1");
  expect(redisConf(complete({ ...base, replicas: 1 }))).not.toContain("min-replicas");
});

test("no port is open without TLS", () => {
  const files = serverFiles("cache", complete(base));
  for (const file of ["redis.conf", "sentinel.conf"]) expect(files[file]).toMatch(/^port 0$/m);
});

test("a consumer sees its own keys and channels, and rules nothing", () => {
  const line = consumerAcl("payments", "hunter2");
  expect(line).toContain(" ~payments:* &payments:* ");
  expect(line).toMatch(/\+@all -@admin -@dangerous -@scripting .* -scan -randomkey -pubsub -client\|tracking$/);
  expect(line).toContain(`#${createHash("sha256").update("hunter2").digest("hex")}`);
  expect(line).not.toContain("hunter2");
});

test("the default user is off, whoever is declared, in an order that does not depend on it", () => {
  const lines = [consumerAcl("payments", "a"), consumerAcl("orders", "b")];
  const acl = usersAcl(PASSWORDS, lines);
  expect(acl).toMatch(/^user default off$/m);
  expect(acl).toBe(usersAcl(PASSWORDS, [...lines].reverse()));
});

test("the proxy checks every server by its certificate, and knows a primary by its role", () => {
  const config = haproxyCfg(["cache-server-0.cache-nodes.shop-data.svc", "cache-server-1.cache-nodes.shop-data.svc"]);
  expect(config).toContain("check-ssl verify required");
  expect(config.match(/^ {2}server server-\d /gm)).toHaveLength(2);
  expect(config).toContain("on-marked-down shutdown-sessions");
  // Both commands at once, and one pattern for both answers.
  expect(config).toContain('tcp-check send "AUTH health health\\r\\nROLE\\r\\n"');
  expect(config).toContain("tcp-check expect min-recv 9 rstring ^\\+OK\\r\\n\\*3\n");
});
