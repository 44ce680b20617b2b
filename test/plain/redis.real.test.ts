import type { RealProcess } from "@plumbline-shop/testing/process";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { Redis } from "../../components/data/index.ts";
import { PORT, SENTINEL_PORT } from "../../components/data/redis/config.ts";
import { servers } from "../../components/data/redis/plan.ts";
import { ADMIN_PORT } from "../../components/data/redis/proxy-config.ts";
import { HAPROXY } from "../../rehearsal/images/haproxy.ts";
import { REDIS } from "../../rehearsal/images/redis.ts";
import { type Changes, changedLines } from "./change.ts";
import { addresses, Ground, whyNotPlain } from "./ground.ts";
import { type Ingredients, madeBy, type Objects } from "./objects.ts";
import { type Container, consumerOf, containerOf } from "./pod.ts";

const why = await whyNotPlain([PORT, SENTINEL_PORT, ADMIN_PORT]);
const NAMES = servers("cache", "data", 3);
/** A warning; not what a Sentinel saw, nor what is the kernel's or of who was up first, and not the configuration's. */
const WARNING =
  /# (?![+-]|WARNING Memory overcommit|WARNING: The TCP backlog|Error condition on socket for SYNC)|error(?! condition on socket for SYNC)/i;
const PATIENCE = { timeout: 60_000, interval: 200 };

/** Three servers with their Sentinels, and a proxy before them. The tests build on each other, in this order. */
describe.skipIf(why)(`Redis as plain processes${why ? ` (skipped: ${why})` : ""}`, () => {
  const [entry = "", ...each] = addresses(1 + NAMES.length);
  const ground = new Ground();
  const proxyGround = new Ground();
  const pods: { readonly redis: RealProcess; readonly sentinel: RealProcess }[] = [];
  let objects: Objects;
  let client: Container;

  beforeAll(async () => {
    await ground.take(REDIS);
    await proxyGround.take(HAPROXY);
    objects = await madeBy(program, [entry, ...each]);
    for (const index of NAMES.keys()) pods.push(startPod(index));
    const { template } = objects.of("Deployment", "cache-proxy").spec;
    const changes = {
      ...hosts(),
      [`bind :${PORT}`]: `bind ${entry}:${PORT}`,
      [`bind :${ADMIN_PORT}`]: `bind ${entry}:${ADMIN_PORT}`,
    };
    proxyGround.start(containerOf(template, "haproxy", { objects, pod: "proxy", folder: proxyGround.folder, changes }));
    client = consumerOf("orders", { objects, folder: ground.folder, changes: { "cache.data.svc": entry } });
    ground.lay(client);
    ground.write(`${ground.folder}/wrong`, "guessed");
    await vi.waitFor(async () => expect(await write("orders:first")).toBe("OK 2"), PATIENCE);
  });
  afterAll(async () => {
    await proxyGround.remove();
    await ground.remove();
  });

  function program({ store, consumer }: Ingredients): void {
    consumer("orders", [new Redis("cache", store)]);
  }
  const hosts = (): Changes =>
    Object.fromEntries(
      NAMES.flatMap((name, i) => [`${name}.cluster.local`, name].map((host) => [host, each[i] ?? ""])),
    );
  function podOf(container: string, index: number) {
    const { template } = objects.of("StatefulSet", "cache-server").spec;
    const own = each[index] ?? "";
    const changes = { ...hosts(), "$HOSTNAME.$DOMAIN": own, "port 0": `port 0\nbind ${own}` };
    return containerOf(template, container, { objects, pod: `cache-server-${index}`, folder: ground.folder, changes });
  }
  function startPod(index: number) {
    return { redis: ground.start(podOf("redis", index)), sentinel: ground.start(podOf("sentinel", index)) };
  }

  /** What a server says to the consumer's commands, in one line. */
  async function ask(commands: readonly string[], { password = "$CACHE_PASSWORD_FILE", tls = true } = {}) {
    const how = tls ? '--tls --cacert "$CACHE_CA_FILE"' : "";
    const cli = `redis-cli --no-auth-warning --user "$(cat $CACHE_USER_FILE)" -h $CACHE_HOST -p $CACHE_PORT ${how}`;
    const script = `printf '${commands.join("\\n")}\\n' | REDISCLI_AUTH="$(cat ${password})" timeout 10 ${cli} 2>&1`;
    return (await ground.said(["sh", "-c", script], client.environment)).replaceAll("\n", " ");
  }
  /** What a server's Sentinel knows. */
  function sentinel(index: number): Promise<string> {
    const password = `${ground.folder}/cache-server-${index}/sentinel/internal/password`;
    const cli = `redis-cli --no-auth-warning --tls --cacert "$CACHE_CA_FILE" -h ${each[index]} -p ${SENTINEL_PORT}`;
    return ground.said(["sh", "-c", `REDISCLI_AUTH="$(cat ${password})" ${cli} info sentinel`], client.environment);
  }
  const write = (key: string) => ask([`set ${key} there`, "wait 1 5000"]);

  test("are told what pods are told, but for folders, addresses and what is listened on", () => {
    const { files, changes } = podOf("redis", 1);
    const conf = objects.data("ConfigMap", "cache-config")["redis.conf"] ?? "";
    expect(changedLines(conf, changes).map(([was]) => was)).toEqual([
      "port 0",
      "tls-cert-file /etc/redis-tls/tls.crt",
      "tls-key-file /etc/redis-tls/tls.key",
      "tls-ca-cert-file /etc/redis-tls/ca.crt",
      "dir /data",
      "aclfile /etc/redis-users/users.acl",
    ]);
    const acl = [...files].find(([path]) => path.endsWith("/users.acl"));
    expect(acl?.[1]).toBe(objects.data("Secret", "cache-users")["users.acl"]);
  });

  test("take the configuration without a warning, and are not root's", async () => {
    for (const { output } of pods.flatMap(({ redis, sentinel }) => [redis, sentinel]))
      expect(output.split("\n").filter((line) => WARNING.test(line))).toEqual([]);
    expect(await ground.said(["id", "-u"])).not.toBe("0");
  });

  test("let a consumer in over TLS with its password, to its own keys, and to no command that rules", async () => {
    expect(await ask(["get orders:first"])).toBe("there");
    expect(await ask(["get payments:first"])).toMatch(/NOPERM/);
    expect(await ask(["config get dir"])).toMatch(/NOPERM/);
    expect(await ask(["get orders:first"], { password: `${ground.folder}/wrong` })).toMatch(/WRONGPASS|NOAUTH/);
    expect(await ask(["get orders:first"], { tls: false })).not.toContain("there");
  });

  test("tell a consumer of nobody else's keys and channels, take no code from it that others run, and run its own", async () => {
    const refused = [
      "scan 0",
      "keys *",
      "randomkey",
      "pubsub channels",
      "client tracking on bcast",
      'function load "#!lua name=own"',
      "function list",
      "function flush",
      "fcall one 0",
      "script flush",
      "script kill",
      "flushdb",
    ];
    for (const command of refused) expect(await ask([command]), command).toMatch(/^NOPERM .* no permissions to run/);
    const read = 'eval "return redis.call([[get]], KEYS[1])" 1';
    expect(await ask([`${read} orders:first`])).toBe("there");
    expect(await ask([`${read} payments:first`])).not.toMatch(/^there/);
    expect(await ask([`${read} payments:first`])).toMatch(/permission/);
    expect(await ask(["hset orders:hash field value", "hscan orders:hash 0"])).toBe("1 0 field value");
  });

  test("elect another primary when its process is killed; every acknowledged write is there, and the lost one comes back", async () => {
    const acknowledged: string[] = [];
    const writeOn = async () => {
      const key = `orders:${acknowledged.length}`;
      expect(await write(key)).toMatch(/^OK [12]$/);
      acknowledged.push(key);
    };
    for (let n = 0; n < 5; n++) await writeOn();
    for (const index of NAMES.keys())
      await vi.waitFor(async () => expect(await sentinel(index)).toMatch(/status=ok,.*slaves=2,sentinels=3/), PATIENCE);
    const killed = Date.now();
    for (const process of Object.values(pods[0] ?? {})) process.signal("SIGKILL");
    await vi.waitFor(writeOn, PATIENCE);
    console.log(
      `Redis: ${((Date.now() - killed) / 1_000).toFixed(1)} s after the primary was killed a write was acknowledged`,
    );
    for (let n = 0; n < 5; n++) await writeOn();
    pods[0] = startPod(0);
    await vi.waitFor(() => expect(pods[0]?.redis.output).toContain("MASTER <-> REPLICA sync: Finished"), PATIENCE);
    for (const key of acknowledged) expect(await ask([`get ${key}`]), key).toBe("there");
  });
});
