import type * as pulumi from "@pulumi/pulumi";
import { beforeAll, describe, expect, test } from "vitest";
import { Namespace } from "../cluster/index.ts";
import { InvalidArgsError } from "../core/index.ts";
import { Issuer } from "../edge/index.ts";
import { isSecret, type Recording, record } from "../testing/record.ts";
import { Worker } from "../workload/index.ts";
import { Discovery, podName, portName, serviceName } from "./index.ts";

const ZONES = ["a", "b", "c"];
const quota = { cpu: "20", memory: "20Gi", pods: 100, storage: "100Gi" } as const;
const LEGACY = { port: 8443, addresses: ["10.20.0.0/24", "10.20.9.4"] };

interface Told {
  readonly endpoint: string | undefined;
  readonly stubDomain: pulumi.Output<{ zone: string; corefile: string }> | undefined;
}

function program(more: object = {}): Promise<Recording<Told>> {
  return record("test", () => {
    const shop = new Namespace("shop", { quota });
    const namespace = new Namespace("discovery", { quota });
    const issuer = new Issuer("internal", { authority: "private" });
    const discovery = new Discovery("consul", { kind: "consul", namespace, issuer, zones: ZONES, ...more });
    const legacy = discovery.outside("legacy-billing", LEGACY);
    new Worker("orders", { namespace: shop, zones: ZONES, image: "registry.example.com/any:1.0.0", uses: [legacy] });
    return { endpoint: discovery.endpoint, stubDomain: discovery.stubDomain };
  });
}

const WITH_ALL = { agents: ["10.20.0.0/16"], catalogSync: { namespaces: ["shop"] } };
const environmentOf = ({ inputsOf }: Recording<unknown>, worker: string) => {
  const { env } = inputsOf(":Deployment", worker).spec.template.spec.containers[0];
  return Object.fromEntries(env.map(({ name, value }: { name: string; value: string }) => [name, value]));
};
const egressOf = ({ inputsOf }: Recording<unknown>, policy: string) =>
  inputsOf(":NetworkPolicy", policy).spec.egress.map(
    ({ to = [], ports }: { to?: object[]; ports: { port: number }[] }) =>
      `${JSON.stringify(to.map((one) => ("ipBlock" in one ? one.ipBlock : "pods")))} ${ports.map(({ port }) => port)}`,
  );

describe("Consul", () => {
  let plain: Recording<Told>;
  let whole: Recording<Told>;
  beforeAll(async () => {
    plain = await program();
    whole = await program(WITH_ALL);
  });

  test("three servers in zones and on hosts of their own, each with a disk; one at a time may be taken away", () => {
    const { spec } = plain.inputsOf(":StatefulSet", "consul-server");
    expect(spec.replicas).toBe(3);
    const pod = spec.template.spec;
    expect(pod.topologySpreadConstraints[0]).toMatchObject({
      maxSkew: 1,
      topologyKey: "topology.kubernetes.io/zone",
      whenUnsatisfiable: "DoNotSchedule",
    });
    expect(pod.affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution).toHaveLength(1);
    expect(spec.volumeClaimTemplates[0].spec.resources.requests.storage).toBe("10Gi");
    expect(plain.inputsOf(":PodDisruptionBudget", "consul-server").spec.maxUnavailable).toBe(1);
  });

  test("a server's configuration closes what is open by default", () => {
    const { data } = plain.inputsOf(":ConfigMap", "consul-server");
    const config = JSON.parse(data["server.json"]);
    expect(config).toMatchObject({
      bootstrap_expect: 3,
      addresses: { http: "127.0.0.1" },
      acl: { enabled: true, default_policy: "deny" },
      tls: {
        defaults: { verify_outgoing: true, tls_min_version: "TLSv1_3" },
        internal_rpc: { verify_incoming: true, verify_server_hostname: true },
      },
      connect: { enabled: false },
      enable_script_checks: false,
    });
    expect(config.retry_join).toEqual([0, 1, 2].map((n) => `consul-server-${n}.consul-nodes.discovery.svc`));
    expect(JSON.stringify(config)).not.toMatch(/encrypt|initial_management/);
    const { dnsNames } = plain.inputsOf("cert-manager.io/v1:Certificate", "consul-server").spec;
    expect(dnsNames).toContain("server.dc1.consul");
  });

  test("no key and no token stands anywhere but in Secrets, and there as a secret", () => {
    const secrets = whole.resources.filter(({ type }) => type.endsWith(":Secret"));
    const own = secrets.filter(({ inputs }) => inputs.metadata.namespace === "discovery");
    expect(own.map(({ name }) => name).sort()).toEqual(
      ["agents", "catalog-sync", "management", "metrics-token", "secrets", "tokens"].map((of) => `consul-${of}`),
    );
    for (const { name, inputs } of own) expect(isSecret(inputs.stringData ?? inputs.data), name).toBe(true);
    for (const { name, inputs } of whole.resources)
      if (!own.some((secret) => secret.name === name)) expect(JSON.stringify(inputs)).not.toContain("X-Consul-Token:");
  });

  test("only the parts that are asked for have a token", () => {
    const names = ({ resources }: Recording<unknown>) =>
      resources.filter(({ type }) => type.endsWith(":Secret")).map(({ name }) => name);
    expect(names(plain)).not.toContain("consul-agents");
    expect(names(plain)).not.toContain("consul-catalog-sync");
    expect(plain.resources.some(({ type }) => type.endsWith(":ClusterRole"))).toBe(false);
    // Those that were there before are deleted.
    const gone = ({ inputsOf }: Recording<unknown>) => inputsOf(":ConfigMap", "consul-setup").data.gone.split("\n");
    expect(gone(plain)).toHaveLength(3);
    expect(gone(whole)).toEqual([""]);
  });

  test("the sync reads services and where they are, and changes nothing", () => {
    const rules = whole.inputsOf(":ClusterRole", "consul-catalog-sync").rules as {
      resources: string[];
      verbs: string[];
    }[];
    expect(rules.flatMap(({ resources }) => resources).sort()).toEqual([
      "endpoints",
      "endpointslices",
      "nodes",
      "services",
    ]);
    expect([...new Set(rules.flatMap(({ verbs }) => verbs))].sort()).toEqual(["get", "list", "watch"]);
    const { containers } = whole.inputsOf(":Deployment", "consul-catalog-sync").spec.template.spec;
    expect(containers[0].command).toEqual(
      expect.arrayContaining(["-to-k8s=false", "-allow-k8s-namespace=shop", "-consul-service-prefix=k8s-"]),
    );
    expect(containers[0].env).toContainEqual({ name: "CONSUL_TLS_SERVER_NAME", value: "server.dc1.consul" });
  });

  test("servers are reached by servers, the cluster's DNS, Prometheus and agents, each on its ports", () => {
    const ingress = whole.inputsOf(":NetworkPolicy", "consul-server").spec.ingress;
    const ports = (find: (from: object) => boolean) =>
      ingress
        .filter(({ from }: { from: object[] }) => from.some(find))
        .flatMap(({ ports: all }: { ports: { protocol: string; port: number }[] }) => all)
        .map(({ protocol, port }: { protocol: string; port: number }) => `${protocol} ${port}`);
    const has = (text: string) => (from: object) => JSON.stringify(from).includes(text);
    expect(ports(has("kube-dns"))).toEqual(["TCP 8600", "UDP 8600"]);
    expect(ports(has("operator.prometheus.io"))).toEqual(["TCP 8501"]);
    expect(ports(has("10.20.0.0/16"))).toEqual(["TCP 8300", "TCP 8301", "UDP 8301", "TCP 8501", "TCP 8503"]);
    expect(ports(has('"app.kubernetes.io/name":"consul-catalog-sync"'))).toEqual(["TCP 8501", "TCP 8503"]);
    expect(ports(() => true)).not.toContain("TCP 8500");
    expect(egressOf(plain, "consul-server")).toEqual(['["pods"] 8300,8301,8301']);
  });

  test("a service outside is told by its name in Consul's DNS, and reached where it may be", () => {
    expect(environmentOf(plain, "orders")).toMatchObject({
      LEGACY_BILLING_HOST: "legacy-billing.service.consul",
      LEGACY_BILLING_PORT: "8443",
    });
    expect(egressOf(plain, "orders")).toEqual(
      expect.arrayContaining(['[{"cidr":"10.20.0.0/24"}] 8443', '[{"cidr":"10.20.9.4/32"}] 8443']),
    );
  });

  test("tells where it is", () => {
    expect(plain.outputs.endpoint).toBe("https://consul.discovery.svc:8501");
  });

  test("its metrics are asked for over TLS, with a token", () => {
    const [endpoint] = plain.inputsOf(":PodMonitor", "consul-metrics").spec.podMetricsEndpoints;
    expect(endpoint).toMatchObject({
      scheme: "https",
      path: "/v1/agent/metrics",
      authorization: { credentials: { name: "consul-metrics-token", key: "token" } },
      tlsConfig: { serverName: "server.dc1.consul" },
    });
  });

  test("another rotation is another set-up, and other tokens for all but management and gossip", async () => {
    const second = await program({ rotation: 2 });
    const job = (recording: Recording<unknown>) => recording.inputsOf(":Job", "consul-setup").metadata.name;
    const keepers = (of: string) => second.inputsOf(":RandomPassword", `consul-${of}`).keepers;
    expect(job(second)).not.toBe(job(plain));
    expect(keepers("token-servers")).toEqual({ rotation: "2" });
    expect([keepers("management"), keepers("gossip")]).toEqual([{}, {}]);
  });
});

describe("the cluster's own DNS", () => {
  test("makes nothing by itself, and a name for what stands outside", async () => {
    const outside = { port: 8443, addresses: ["10.20.0.4", "10.20.0.5"] };
    const recording = await record("test", () => {
      const namespace = new Namespace("shop", { quota });
      const discovery = new Discovery("names", { namespace });
      const legacy = discovery.outside("legacy-billing", outside);
      expect(discovery.outside("legacy-billing", { ...outside })).toBe(legacy);
      new Worker("orders", { namespace, zones: ZONES, image: "registry.example.com/any:1.0.0", uses: [legacy] });
    });
    const own = recording.resources.filter(({ name }) => name.startsWith("names"));
    expect(own.map(({ type }) => type.replace(/.*:/, "")).sort()).toEqual(["Discovery", "EndpointSlice", "Service"]);
    const slice = recording.inputsOf(":EndpointSlice", "names-legacy-billing");
    expect(slice.metadata.labels["kubernetes.io/service-name"]).toBe("legacy-billing");
    expect(slice.endpoints.flatMap(({ addresses }: { addresses: string[] }) => addresses)).toEqual(outside.addresses);
    expect(environmentOf(recording, "orders")).toMatchObject({
      LEGACY_BILLING_HOST: "legacy-billing.shop.svc.cluster.local",
    });
    expect(egressOf(recording, "orders")).toContain('[{"cidr":"10.20.0.4/32"}] 8443');
  });

  test("names are told by rules that Kubernetes has", () => {
    expect(serviceName("orders", "shop")).toBe("orders.shop.svc.cluster.local");
    expect(podName("kv-server-0", "kv-nodes", "data")).toBe("kv-server-0.kv-nodes.data.svc.cluster.local");
    expect(portName("http", "tcp", "orders", "shop")).toBe("_http._tcp.orders.shop.svc.cluster.local");
  });
});

describe("refuses", () => {
  const namespace = { name: "discovery" } as Namespace;
  const issuer = {} as Issuer;
  const consul = { kind: "consul", namespace, issuer, zones: ZONES } as const;
  test.each<[string, object, RegExp]>([
    ["two servers", { ...consul, servers: 2 }, /servers: 2 was given; allowed: 3, 5 or 7/],
    ["two zones", { ...consul, zones: ["a", "b"] }, /zones: .*three zones or more/],
    ["no block", { ...consul, agents: ["10.20.0.0"] }, /agents\[0\]: "10.20.0.0" was given/],
    ["no namespace to sync", { ...consul, catalogSync: { namespaces: [] } }, /catalogSync.namespaces: .*at least one/],
    ["a prefix of nothing", { ...consul, catalogSync: { namespaces: ["shop"], prefix: "" } }, /catalogSync.prefix: ""/],
    ["a domain that is the host's own", { ...consul, domain: "local" }, /domain: "local"/],
    ["another kind", { kind: "etcd", namespace }, /kind: "etcd" was given; allowed: "kubernetes" or "consul"/],
  ])("%s", (_, args, says) => {
    expect(() => new Discovery("consul", args as never)).toThrow(InvalidArgsError);
    expect(() => new Discovery("consul", args as never)).toThrow(says);
  });

  test.each<[string, object, RegExp]>([
    ["a block without Consul", { port: 1, addresses: ["10.0.0.0/24"] }, /nobody tells which of a block it is/],
    ["no address", { port: 1, addresses: [] }, /at least one address/],
    ["no port", { port: 0, addresses: ["10.0.0.1"] }, /port: 0 was given/],
    ["two families", { port: 1, addresses: ["10.0.0.1", "fd00::1"] }, /one family/],
  ])("%s, of a service outside", async (_, args, says) => {
    await record("test", () => {
      const discovery = new Discovery("names", { namespace: new Namespace("shop", { quota }) });
      expect(() => discovery.outside("legacy", args as never)).toThrow(says);
    });
  });

  test("one service declared in two ways", async () => {
    await record("test", () => {
      const discovery = new Discovery("names", { namespace: new Namespace("shop", { quota }) });
      discovery.outside("legacy", { port: 1, addresses: ["10.0.0.1"] });
      expect(() => discovery.outside("legacy", { port: 2, addresses: ["10.0.0.1"] })).toThrow(
        /what it was declared as/,
      );
    });
  });
});
