import { readFileSync } from "node:fs";
import { join } from "node:path";
import { loadAll } from "js-yaml";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { commandLine } from "../toolchain/process.ts";
import { whyNoRealNodes } from "./index.ts";
import { apply, type Caller, callerPod, dial, reached, scriptPod } from "./testing/reach.ts";
import { ZONES as ALL_ZONES, BUSYBOX, type RealCluster, realCluster } from "./testing/real-cluster.ts";
import { family } from "./testing/traces.ts";

const why = whyNoRealNodes();
/** Two nodes are enough: the same one, and another. */
const ZONES = ALL_ZONES.slice(0, 2);
const GOLDEN = join(import.meta.dirname, "..", "..", "test", "golden", "local.yaml");
const NAME = "app.kubernetes.io/name";
const COMPONENT = "app.kubernetes.io/component";

const namespace = (name: string, labels: Record<string, string> = {}) => ({
  apiVersion: "v1",
  kind: "Namespace",
  metadata: { name, labels },
});
const policy = (of: string, name: string, spec: object) => ({
  apiVersion: "networking.k8s.io/v1",
  kind: "NetworkPolicy",
  metadata: { namespace: of, name },
  spec,
});
const DENY_ALL = { podSelector: {}, policyTypes: ["Ingress", "Egress"] };

describe.skipIf(why !== undefined)(
  `network policies on real nodes${why === undefined ? "" : ` (skipped: ${why})`}`,
  () => {
    let cluster: RealCluster;
    beforeAll(async () => {
      cluster = await realCluster("policies", { simulated: false, images: [BUSYBOX] });
      await cluster.start();
    });
    afterAll(() => cluster?.remove());

    const wait = <T>(what: () => Promise<T>) => vi.waitFor(what, { timeout: 60_000, interval: 500 });
    const until = (condition: string, ...pods: Caller[]) =>
      Promise.all(
        pods.map(({ namespace, name }) =>
          cluster.kubectl("-n", namespace, "wait", `pod/${name}`, `--for=${condition}`, "--timeout=90s"),
        ),
      );
    const ready = (...pods: Caller[]) => until("condition=Ready", ...pods);
    const addressOf = ({ namespace, name }: Caller) =>
      cluster.kubectl("-n", namespace, "get", "pod", name, "-o", "jsonpath={.status.podIP}");

    describe("of a namespace that is closed but for one port", () => {
      const PORTS = [8080, 8081];
      const pod = (namespace: string, name: string, zone: string, role: string): Caller => ({
        namespace,
        name,
        zone,
        labels: { role },
      });
      const servers = ZONES.map((zone) => pod("closed", `server-${zone}`, zone, "server"));
      const friend = pod("closed", "friend", "one", "friend");
      const other = pod("closed", "other", "one", "other");
      const trusted = pod("trusted", "trusted", "two", "any");
      const stranger = pod("strange", "stranger", "one", "friend");
      const callers = [friend, other, trusted, stranger];
      let addresses: string[];

      beforeAll(async () => {
        await apply(cluster, [
          namespace("closed"),
          namespace("trusted", { trusted: "yes" }),
          namespace("strange"),
          policy("closed", "deny-all", DENY_ALL),
          policy("closed", "dns", {
            podSelector: {},
            policyTypes: ["Egress"],
            egress: [
              {
                to: [
                  {
                    namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "kube-system" } },
                    podSelector: { matchLabels: { "k8s-app": "kube-dns" } },
                  },
                ],
                ports: [{ port: 53, protocol: "UDP" }],
              },
            ],
          }),
          policy("closed", "servers", {
            podSelector: { matchLabels: { role: "server" } },
            policyTypes: ["Ingress"],
            ingress: [
              {
                from: [
                  { podSelector: { matchLabels: { role: "friend" } } },
                  { namespaceSelector: { matchLabels: { trusted: "yes" } } },
                ],
                ports: [{ port: "port-8080" }],
              },
            ],
          }),
          policy("closed", "friends", {
            podSelector: { matchLabels: { role: "friend" } },
            policyTypes: ["Egress"],
            egress: [{ to: [{ podSelector: { matchLabels: { role: "server" } } }], ports: [{ port: "port-8080" }] }],
          }),
          {
            apiVersion: "v1",
            kind: "Service",
            metadata: { namespace: "closed", name: "server" },
            spec: { selector: { role: "server" }, ports: [{ port: 80, targetPort: 8080 }] },
          },
          ...[...servers, ...callers].map((it) => callerPod(it, PORTS)),
        ]);
        await ready(...servers, ...callers);
        addresses = await Promise.all(servers.map(addressOf));
      });

      const reach = (from: Caller, ports = PORTS) =>
        reached(
          cluster,
          from,
          addresses.flatMap((address) => ports.map((port) => `${address}:${port}`)),
        ).then((found) => found.sort());
      const open = () => addresses.map((address) => `${address}:8080`).sort();

      it("let through who is named, on the named port, on its own node and on another", async () => {
        await wait(async () => expect(await reach(friend)).toEqual(open()));
        await wait(async () => expect(await reach(trusted)).toEqual(open()));
      });

      it("drop everyone else, in both directions", async () => {
        expect(await reach(other)).toEqual([]);
        expect(await reach(stranger)).toEqual([]);
        const [from, to] = [await addressOf(friend), await addressOf(stranger)];
        expect(await reached(cluster, friend, [`${to}:8080`, "10.96.0.1:443"])).toEqual([]);
        expect(await reached(cluster, stranger, [`${from}:8080`, "10.96.0.1:443"])).toEqual(["10.96.0.1:443"]);
      });

      it("let names be looked up where a policy says so, and hold behind a Service's address", async () => {
        const exec = ["-n", "closed", "exec", "friend", "--", "/bin/busybox"];
        const found = await cluster.kubectl(...exec, "nslookup", "-type=a", "server.closed.svc.cluster.local");
        const address = /^Address: (10\.96\.[\d.]+)$/m.exec(found)?.[1];
        const call = (from: Caller) => reached(cluster, from, [`${address}:80`]);
        await wait(async () => expect(await call(friend)).toHaveLength(1));
        expect(await call(other)).toEqual([]);
        expect(await call(stranger)).toEqual([]);
      });

      it("hold for a pod's first packet", async () => {
        const strange = await addressOf(stranger);
        // A packet that is dropped is sent again after a second. The pod's own node knows it at once, another one soon after.
        const scripts = {
          "served-near": dial(addresses[0] ?? "", 8080),
          "served-far": dial(addresses[1] ?? "", 8080, 5),
          "dropped-near": `! ${dial(strange, 8080, 3)}`,
        };
        const firsts = Object.keys(scripts).map((name) => pod("closed", name, "one", "friend"));
        await apply(
          cluster,
          Object.values(scripts).map((script, i) => scriptPod(firsts[i] as Caller, script)),
        );
        await until("jsonpath={.status.phase}=Succeeded", ...firsts);
      });

      it("follow what is changed, and who is", async () => {
        await cluster.kubectl("-n", "closed", "label", "pod", "other", "role=friend", "--overwrite");
        await wait(async () => expect(await reach(other)).toEqual(open()));
        await cluster.kubectl("-n", "closed", "label", "pod", "other", "role=other", "--overwrite");
        await wait(async () => expect(await reach(other)).toEqual([]));
        await cluster.kubectl("label", "namespace", "trusted", "trusted-");
        await wait(async () => expect(await reach(trusted)).toEqual([]));
        await cluster.kubectl("-n", "closed", "delete", "networkpolicy", "deny-all", "servers");
        await wait(async () => expect(await reach(stranger)).toHaveLength(4));
        await apply(cluster, [policy("closed", "deny-all", DENY_ALL)]);
        await wait(async () => expect(await reach(stranger)).toEqual([]));
      });

      it("stay in force when what enforces them is killed, and new pods wait until it is back", async () => {
        const enforcers = family(await cluster.pid()).filter(({ pid }) => commandLine(pid)[1] === "network-policies");
        expect(enforcers).toHaveLength(ALL_ZONES.length);
        for (const { pid } of enforcers) process.kill(pid, "SIGKILL");
        expect(await reach(stranger)).toEqual([]);
        const late = pod("closed", "late", "two", "other");
        await apply(cluster, [callerPod(late, PORTS)]);
        await ready(late);
        expect(await reached(cluster, stranger, [`${await addressOf(late)}:8080`])).toEqual([]);
      });
    });

    describe("of the shop in the local environment", () => {
      const PORTS = [80, 443, 5432, 6379, 8000, 8080, 8404, 9090, 9091, 9092, 9093, 26379];
      const service = (name: string) => ({ namespace: "shop", labels: { [NAME]: name } });
      const store = (name: string, component: string) => ({
        namespace: "shop-data",
        labels: { [NAME]: name, [COMPONENT]: component },
      });
      /** What the pods of the environment are known by. The last two are no part of it. */
      const ROLES: Readonly<Record<string, Pick<Caller, "namespace" | "labels">>> = {
        orders: service("orders"),
        payments: service("payments"),
        inventory: service("inventory"),
        gateway: { namespace: "shop-edge", labels: { "gateway.networking.k8s.io/gateway-name": "gateway" } },
        proxy: store("cache", "proxy"),
        redis: store("cache", "server"),
        broker: store("kafka", "broker"),
        controller: store("kafka", "controller"),
        setup: store("kafka", "setup"),
        postgres: { namespace: "shop-data", labels: { "cnpg.io/cluster": "postgres" } },
        prometheus: { namespace: "monitoring" },
        stranger: { namespace: "elsewhere" },
      };
      /** What is declared with `uses`, what stores need among themselves, and what is open to all. */
      const DECLARED: Readonly<Record<string, readonly string[]>> = {
        orders: ["postgres:5432", "broker:9092"],
        payments: ["proxy:6379", "broker:9092"],
        inventory: ["postgres:5432", "broker:9092"],
        gateway: ["orders:8080", "payments:8080", "inventory:8080"],
        proxy: ["redis:6379"],
        redis: ["redis:6379", "redis:26379"],
        broker: ["broker:9091", "controller:9093"],
        controller: ["controller:9093"],
        setup: ["broker:9091"],
        // Its manager asks the API server, wherever that is.
        postgres: ["postgres:5432", "postgres:8000", "gateway:443", "stranger:443"],
        prometheus: [
          "orders:9090",
          "payments:9090",
          "inventory:9090",
          "proxy:8404",
          "gateway:80",
          "gateway:443",
          "stranger",
        ],
        stranger: ["gateway:80", "gateway:443", "stranger"],
      };
      const pods = ZONES.flatMap((zone) =>
        Object.entries(ROLES).map(([role, known]) => ({ role, zone, name: `${role}-${zone}`, ...known })),
      );

      it("let through what is declared, and nothing else", async () => {
        const rendered = (loadAll(readFileSync(GOLDEN, "utf8")) as { inputs: { kind?: string } }[])
          .map(({ inputs }) => inputs)
          .filter(({ kind }) => kind === "NetworkPolicy");
        expect(rendered.length).toBeGreaterThan(10);
        await apply(cluster, [
          ...["shop", "shop-data", "shop-edge", "cert-manager", "elsewhere"].map((name) => namespace(name)),
          namespace("monitoring", { "plumbline.dev/scrapes-metrics": "true" }),
          ...rendered,
          ...pods.map((it) => callerPod(it, PORTS)),
        ]);
        await ready(...pods);
        const addresses = new Map<string, string>();
        for (const it of pods) if (it.role !== "prometheus") addresses.set(it.name, await addressOf(it));

        // Each pod calls every port of the others, on both nodes.
        const callAll = async (from: (typeof pods)[number]) => {
          const others = pods.filter(({ name }) => name !== from.name && addresses.has(name));
          const calls = others.flatMap(({ role, name }) => PORTS.map((port) => ({ role, name, port })));
          const names = new Map(calls.map((it) => [`${addresses.get(it.name)}:${it.port}`, `${it.name}:${it.port}`]));
          const declared = calls
            .filter(({ role, port }) => DECLARED[from.role]?.some((it) => it === role || it === `${role}:${port}`))
            .map(({ name, port }) => `${name}:${port}`);
          await wait(async () => {
            const found = await reached(cluster, from, [...names.keys()]);
            expect(found.map((target) => names.get(target)).sort(), `from ${from.name}`).toEqual(declared.sort());
          });
        };
        const AT_ONCE = 4;
        for (let i = 0; i < pods.length; i += AT_ONCE) await Promise.all(pods.slice(i, i + AT_ONCE).map(callAll));
      }, 300_000);
    });
  },
);
