import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { eventually } from "@plumbline-shop/testing/net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { SYNC_NODE } from "../components/discovery/consul/acl.ts";
import { PORTS } from "../components/discovery/consul/config.ts";
import { watched } from "../components/discovery/consul/monitoring.ts";
import { KNOWS_LEADER } from "../components/discovery/consul/plan.ts";
import { stubDomain } from "../components/discovery/stub-domain.ts";
import { signed } from "./support/certificates.ts";
import { AGENT, ARGS, buildConsul, Consul, HOSTS, NAME, whyNoConsul } from "./support/consul.ts";
import { metricsIn, namesIn } from "./support/metrics.ts";

const why = await whyNoConsul();
const SERVICE = "legacy-billing";
const NAMED = `${SERVICE}.service.consul`;
const STRANGER = "127.0.77.10";
/** Where a server is made anew. */
const ELSEWHERE = "127.0.77.4";

/** What autopilot makes of the servers. */
interface Autopilot {
  readonly Healthy: boolean;
  readonly FailureTolerance: number;
  readonly Servers: readonly { readonly Voter: boolean; readonly Address: string }[];
}

/** The tests build on each other, in this order. */
describe.skipIf(why !== undefined)(`Consul${why === undefined ? "" : ` (skipped: ${why})`}`, () => {
  let consul: Consul;
  let service: Server | undefined;
  let isWell = true;

  beforeAll(async () => {
    await buildConsul();
    consul = await Consul.start();
  });
  afterAll(async () => {
    service?.close();
    await consul?.stop();
  });

  const json = async (path: string, host?: string) =>
    JSON.parse((await consul.ask(path, { token: consul.management, ...(host && { host }) })).text);
  const leader = async (host: string): Promise<string> => {
    const { text } = await consul.ask("status/leader", { host });
    const at = (JSON.parse(text) as string).split(":")[0];
    if (!at) throw new Error(`${host} knows no leader`);
    return at;
  };
  /** Until the servers at these addresses, and no others, vote and follow. */
  const healthy = (host: string, addresses: readonly string[] = HOSTS) =>
    eventually("all vote and follow", 60, async () => {
      const { Healthy, FailureTolerance, Servers } = (await json("operator/autopilot/health", host)) as Autopilot;
      const voters = Servers.flatMap(({ Voter, Address }) => (Voter ? [Address.split(":")[0]] : []));
      expect({ Healthy, FailureTolerance }).toEqual({ Healthy: true, FailureTolerance: 1 });
      expect(voters.sort()).toEqual([...addresses].sort());
    });

  test("three servers elect one leader, all vote, and what they gossip is encrypted", async () => {
    await Promise.all(HOSTS.map((host) => eventually("a leader", 60, () => leader(host))));
    expect(new Set(await Promise.all(HOSTS.map(leader))).size).toBe(1);
    await healthy(HOSTS[0]);
    const { Stats } = await json("agent/self");
    expect(Stats.serf_lan).toMatchObject({ encrypted: "true", members: "3" });
    for (const host of HOSTS) expect(consul.probe(KNOWS_LEADER, host), host).toBe(true);
  });

  test("the set-up makes policies and tokens, once", () => {
    expect(consul.setUp(1)).toBe("5 policies are declared, 4 tokens were made");
    expect(consul.setUp(1)).toBe("5 policies are declared, 0 tokens were made");
  });

  test("who has no token is refused all but what DNS tells everybody", async () => {
    const register = { Node: "other", Address: "10.0.0.1", Service: { Service: "orders" } };
    const refused = await Promise.all([
      consul.ask("kv/any", { method: "PUT", body: "1" }),
      consul.ask("catalog/register", { method: "PUT", body: register }),
      consul.ask("acl/tokens"),
      consul.ask("agent/metrics"),
      consul.ask("operator/raft/configuration"),
      consul.ask("snapshot"),
      consul.ask("catalog/services", { token: "11111111-2222-3333-4444-555555555555" }),
    ]);
    expect(refused.map(({ status }) => status)).toEqual(refused.map(() => 403));
    expect(Object.keys(JSON.parse((await consul.ask("catalog/services")).text))).toEqual(["consul"]);
  });

  test("a server lets nobody speak who shows no certificate, or another authority's", async () => {
    const [stranger] = signed([{ names: [`DNS:server.dc1.consul`] }]).certificates;
    expect(await consul.speak(consul.server)).toBeUndefined();
    expect(await consul.speak(undefined)).toMatch(/CERTIFICATE_REQUIRED|closed|ECONNRESET/);
    expect(await consul.speak(stranger)).toMatch(/ALERT|UNKNOWN_CA|BAD_CERTIFICATE|closed|ECONNRESET/);
    expect(await consul.speak(undefined, "plain")).toMatch(/closed|ECONNRESET/);
  });

  test("an agent with another key of gossip stays outside", async () => {
    const stranger = consul.agent(STRANGER, { node_name: "vm-stranger" }, Buffer.alloc(32, 7).toString("base64"));
    await eventually("it has tried", 30, async () =>
      expect(stranger.output).toMatch(/Join cluster failed|No installed keys could decrypt/),
    );
    expect((await json("agent/members")).map(({ Name }: { Name: string }) => Name)).not.toContain("vm-stranger");
    await consul.end(STRANGER, "SIGKILL");
  });

  test("a service outside is told by DNS while it is well, and only then", async () => {
    service = createServer((_, response) => response.writeHead(isWell ? 200 : 503).end());
    await new Promise<void>((listening) => service?.listen(0, AGENT, listening));
    const { port } = service.address() as AddressInfo;
    const check = { http: `http://${AGENT}:${port}/`, interval: "1s", timeout: "1s" };
    consul.agent(AGENT, { node_name: "vm-1", service: { name: SERVICE, port, check } });
    await eventually("it is told", 30, async () => expect(await consul.names(NAMED)).toEqual([AGENT]));
    isWell = false;
    const failed = Date.now();
    await eventually("it is not told", 30, async () => expect(await consul.names(NAMED)).toEqual([]));
    console.log(`a service that is not well was told for ${Date.now() - failed} ms`);
    isWell = true;
    await eventually("it is told again", 30, async () => expect(await consul.names(NAMED)).toEqual([AGENT]));
    for (const host of HOSTS)
      await eventually(`${host} tells it`, 10, async () => expect(await consul.names(NAMED, host)).toEqual([AGENT]));
  });

  test("who asks the cluster's DNS is told, by the block that it is given; a name that is not there is none", async () => {
    const { corefile } = stubDomain(ARGS.domain, `${HOSTS[1]}:${PORTS.dns}`);
    const resolver = await consul.resolver(corefile);
    await eventually("it is told", 30, async () => expect(await consul.names(NAMED, resolver)).toEqual([AGENT]));
    expect(await consul.names("nobody.service.consul", resolver)).toEqual([]);
  });

  test("an agent's token registers no server and nothing that is synced; the sync's registers that alone", async () => {
    const { agents, sync } = consul.tokens(1);
    const register = async (token: string | undefined, node: string, name: string) => {
      const Service = { ID: `${name}-1`, Service: name, Address: "10.244.0.7", Port: 8080 };
      // Another address than the node has is a change of the node.
      const body = { Node: node, Address: token === sync?.secret ? "127.0.0.1" : "127.0.0.2", Service };
      const asked = { method: "PUT", body, ...(token && { token }) };
      return (await consul.ask("catalog/register", asked)).status;
    };
    expect(await register(sync?.secret, SYNC_NODE, "k8s-orders-shop")).toBe(200);
    expect(await register(sync?.secret, SYNC_NODE, SERVICE)).toBe(403);
    expect(await register(sync?.secret, "vm-1", "k8s-orders-shop")).toBe(403);
    expect(await register(agents?.secret, "vm-2", "reports")).toBe(200);
    expect(await register(agents?.secret, "vm-2", "k8s-orders-shop")).toBe(403);
    expect(await register(agents?.secret, SYNC_NODE, "reports")).toBe(403);
    expect(await register(agents?.secret, `${NAME}-server-0`, "reports")).toBe(403);
    expect(await consul.names("k8s-orders-shop.service.consul")).toEqual(["10.244.0.7"]);
  });

  test("every metric that alerts and dashboard ask for is there, for the token of metrics", async () => {
    const of = watched(NAME, ARGS);
    const { metrics } = consul.tokens(1);
    await consul.ask("kv/written", {
      method: "PUT",
      body: "1",
      token: consul.management,
      host: await leader(HOSTS[0]),
    });
    const known = async () => {
      const read = HOSTS.map((host) =>
        consul.ask("agent/metrics?format=prometheus", { host, token: metrics?.secret ?? "" }),
      );
      return namesIn((await Promise.all(read)).map(({ text }) => text).join("\n"));
    };
    await eventually("all are there", 30, async () => {
      const names = await known();
      expect(names.size).toBeGreaterThan(50);
      expect(metricsIn([of], "consul_").filter((name) => !names.has(name))).toEqual([]);
    });
  });

  test("a snapshot has back what was deleted, tokens too", async () => {
    const asked = { token: consul.management };
    await consul.ask("kv/kept", { ...asked, method: "PUT", body: "1" });
    const { accessor = "", secret = "" } = consul.tokens(1).sync ?? {};
    await consul.snapshot("save");
    await consul.ask("kv/kept", { ...asked, method: "DELETE" });
    await consul.ask(`acl/token/${accessor}`, { ...asked, method: "DELETE" });
    expect((await consul.ask("kv/kept", asked)).status).toBe(404);
    await consul.snapshot("restore");
    expect((await consul.ask("kv/kept", asked)).status).toBe(200);
    expect((await consul.ask("acl/token/self", { token: secret })).status).toBe(200);
  });

  /** Writes to servers in turn while something is done; what was acknowledged, and how long nothing was at most. */
  async function whileWriting(hosts: readonly string[], what: (acknowledged: readonly string[]) => Promise<void>) {
    const acknowledged: string[] = [];
    let [failed, longest, last, goes] = [0, 0, Date.now(), true];
    const writing = (async () => {
      for (let number = 0; goes; number++) {
        const key = `${last}-${number}`;
        const asked = { method: "PUT", body: key, token: consul.management, host: hosts[number % hosts.length] ?? "" };
        const { status } = await consul.ask(`kv/numbers/${key}`, asked).catch(() => ({ status: 0 }));
        if (status === 200) {
          acknowledged.push(`numbers/${key}`);
          longest = Math.max(longest, Date.now() - last);
          last = Date.now();
        } else failed++;
        await sleep(20);
      }
    })();
    await what(acknowledged).finally(() => {
      goes = false;
    });
    await writing;
    return { acknowledged, failed, longest };
  }
  const lostAt = async (host: string, acknowledged: readonly string[]) => {
    const there = new Set((await json("kv/numbers/?keys", host)) as string[]);
    return acknowledged.filter((key) => !there.has(key));
  };

  test("the leader is killed: another leads, and no write that was acknowledged is lost", async () => {
    const lost = await leader(HOSTS[0]);
    const others = HOSTS.filter((host) => host !== lost);
    const { acknowledged, failed, longest } = await whileWriting(others, async (so) => {
      await eventually("it is written", 10, async () => expect(so.length).toBeGreaterThan(10));
      const before = so.length;
      await consul.end(lost, "SIGKILL");
      await eventually("another leads", 30, async () => expect(others).toContain(await leader(others[0] ?? "")));
      await eventually("writes go on", 30, async () => expect(so.length).toBeGreaterThan(before + 30));
    });
    expect(await consul.names(NAMED, others[0])).toEqual([AGENT]);
    consul.run(lost);
    await eventually("the lost one follows", 60, () => leader(lost));
    await healthy(lost);
    expect(await lostAt(lost, acknowledged)).toEqual([]);
    console.log(
      `the leader killed: ${acknowledged.length} writes acknowledged, ${failed} not, none for ${longest} ms at most`,
    );
  });

  test("the leader is ended and made anew at another address, as a pod is: it hands over, leaves and follows", async () => {
    const ended = await leader(HOSTS[0]);
    const others = HOSTS.filter((host) => host !== ended);
    const { acknowledged, failed, longest } = await whileWriting(others, async (so) => {
      await eventually("it is written", 10, async () => expect(so.length).toBeGreaterThan(10));
      await consul.end(ended, "SIGTERM");
      consul.run(ended, ELSEWHERE);
      const began = Date.now();
      await healthy(others[0] ?? "", [...others, ELSEWHERE]);
      console.log(`a server that was ended votes again at another address after ${Date.now() - began} ms`);
    });
    expect(others).toContain(await leader(ELSEWHERE));
    expect(await lostAt(ELSEWHERE, acknowledged)).toEqual([]);
    console.log(
      `the leader ended: ${acknowledged.length} writes acknowledged, ${failed} not, none for ${longest} ms at most`,
    );
    await consul.end(ended, "SIGTERM");
    consul.run(ended);
    await healthy(ended);
  });

  test("a certificate that was renewed is shown without a restart", async () => {
    expect(await consul.shown(HOSTS[1])).toBe(consul.inFile(0));
    consul.certify(HOSTS[1], 1);
    await eventually("the new one is shown", 30, async () =>
      expect(await consul.shown(HOSTS[1])).toBe(consul.inFile(1)),
    );
    await healthy(HOSTS[1]);
  });

  test("another rotation: the tokens before are worth nothing", async () => {
    expect(consul.setUp(2)).toBe("5 policies are declared, 4 tokens were made");
    const read = (rotation: number) =>
      consul.ask("agent/metrics?format=prometheus", { token: consul.tokens(rotation).metrics?.secret ?? "" });
    await eventually("the old one is refused", 60, async () => expect((await read(1)).status).toBe(403));
    expect((await read(2)).status).toBe(200);
  });

  test("a sync that is not wanted any more: its token is worth nothing", async () => {
    const synced = () => consul.ask("acl/token/self", { token: consul.tokens(2).sync?.secret ?? "" });
    expect((await synced()).status).toBe(200);
    expect(consul.setUp(2, { ...ARGS, catalogSync: undefined })).toBe("4 policies are declared, 0 tokens were made");
    await eventually("it is refused", 60, async () => expect((await synced()).status).toBe(403));
    expect(consul.setUp(2, { ...ARGS, catalogSync: undefined })).toBe("4 policies are declared, 0 tokens were made");
  });
});
