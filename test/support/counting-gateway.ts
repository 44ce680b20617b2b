import { readFileSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import { eventually } from "@plumbline-shop/testing/net";
import type { RealProcess } from "@plumbline-shop/testing/process";
import { countingEnvoyGateway, type WhenRedisIsGone } from "../../components/cluster/operators/index.ts";
import { complete } from "../../components/data/redis/args.ts";
import { consumerAcl, PATHS, redisConf, usersAcl } from "../../components/data/redis/config.ts";
import { ENVOY_GATEWAY_TOOL } from "../../rehearsal/images/envoy-gateway.ts";
import { RATE_LIMIT_TOOL } from "../../rehearsal/images/ratelimit.ts";
import { cacheDirectory } from "../../rehearsal/index.ts";
import type { KubeObject } from "../../rehearsal/plugins/kubernetes/object.ts";
import { type GoTool, goTool } from "../../rehearsal/toolchain/go-build.ts";
import { type Signed, signed } from "./certificates.ts";
import { OwnNetwork } from "./own-network.ts";

/** Where Envoy Gateway keeps the certificates of itself, of proxies, and of the service that counts, where it runs without a cluster. */
const CERTIFICATES = "envoy-gateway/certs";
/** What Envoy Gateway reads of a cluster, of what components make. */
const READ = ["EnvoyProxy", "GatewayClass", "Gateway", "HTTPRoute", "BackendTrafficPolicy", "ClientTrafficPolicy"];
const POLICIES = ["SecurityPolicy", "EnvoyExtensionPolicy", "EnvoyPatchPolicy", "Namespace"];
const REDIS = "cache.shop-data.svc";
const COUNTER = "envoy-ratelimit.envoy-gateway-system.svc.cluster.local";
const SERVICE = hostOf("orders");
const SERVICE_PORT = 8080;

interface Options {
  /** What the components make. */
  readonly objects: readonly KubeObject[];
  readonly envoy: string;
  /** Where the gateway is: `shop-edge/gateway`. */
  readonly gateway: string;
  readonly host: string;
  /** Name of the issuer's host. */
  readonly issuer: string;
  /** Where other Services of the namespace `shop` are that proxies ask, by their names: ports of the loopback address. */
  readonly asked?: Readonly<Record<string, readonly number[]>>;
}

/**
 * Envoy Gateway's own program, two real Envoys that share its port, the service that counts, and a Redis with our configuration: TLS and
 * accounts. All differs from a cluster in this: objects come from a file, certificates from the test, and addresses are of loopback.
 */
export class CountingGateway {
  readonly network: OwnNetwork;
  readonly authority: string;
  /** The certificate of the issuer's host. */
  readonly issuer: Signed;
  readonly #options: Options;
  readonly #programs: Readonly<Record<"envoy-gateway" | "ratelimit", string>>;
  readonly #redis: Signed;
  #controller: RealProcess | undefined;
  #store: RealProcess | undefined;

  private constructor(
    network: OwnNetwork,
    options: Options,
    programs: Record<"envoy-gateway" | "ratelimit", string>,
    { ca, certificates: [, issuer, redis] }: ReturnType<typeof signed>,
  ) {
    this.network = network;
    this.authority = ca;
    this.issuer = issuer as Signed;
    this.#redis = redis as Signed;
    this.#options = options;
    this.#programs = programs;
  }

  static async start(options: Options): Promise<CountingGateway> {
    const tool = (of: GoTool) => goTool(of, { toolsDir: join(cacheDirectory(), "tools") });
    const programs = {
      "envoy-gateway": join(await tool(ENVOY_GATEWAY_TOOL), "envoy-gateway"),
      ratelimit: join(await tool(RATE_LIMIT_TOOL), "ratelimit"),
    };
    const names = [options.host, options.issuer, REDIS];
    const made = signed(names.map((name) => ({ names: [`DNS:${name}`] })));
    const network = await OwnNetwork.make(
      [...names, ...Object.keys(options.asked ?? {}).map(hostOf), COUNTER, SERVICE, "envoy-gateway"],
      made.ca,
      `/tmp/${CERTIFICATES}/envoy`,
    );
    const it = new CountingGateway(network, options, programs, made);
    try {
      await it.startRedis();
      await it.#certify();
      it.#writeObjects(made.certificates[0] as Signed);
      // It comes first: Envoy Gateway tells on the same port that it lives, which here nobody asks, and goes on if it cannot.
      await it.#startCounter();
      await it.control("open");
      for (const name of ["envoy-1", "envoy-2"]) it.#startEnvoy(name);
    } catch (error) {
      await network.stop();
      throw error;
    }
    return it;
  }

  /** Starts Envoy Gateway anew, as told what to do without Redis. */
  async control(whenRedisIsGone: WhenRedisIsGone): Promise<void> {
    await this.#controller?.stop("SIGKILL");
    const { rateLimit, extensionApis } = settings(whenRedisIsGone);
    const config = {
      apiVersion: "gateway.envoyproxy.io/v1alpha1",
      kind: "EnvoyGateway",
      gateway: { controllerName: "gateway.envoyproxy.io/gatewayclass-controller" },
      provider: {
        type: "Custom",
        custom: {
          resource: { type: "File", file: { paths: ["/tmp/objects.yaml"] } },
          infrastructure: { type: "Host", host: {} },
        },
      },
      extensionApis: { ...extensionApis, enableBackend: true },
      rateLimit,
    };
    const file = this.network.write(`${whenRedisIsGone}.json`, JSON.stringify(config));
    this.#controller = this.network.start(this.#programs["envoy-gateway"], ["server", "--config-path", file]);
  }

  async startRedis(): Promise<void> {
    const args = complete({ namespace: { name: "shop-data" }, issuer: {}, zones: ["a"], replicas: 1 } as never);
    const here = this.network.path("redis");
    const place = (name: string, text: string) => this.network.write(`redis/${name}`, text);
    place("tls.crt", this.#redis.certificate);
    place("tls.key", this.#redis.key);
    place("ca.crt", this.authority);
    const account = consumerAcl("rate-limits", "counted");
    place("users.acl", usersAcl({ internal: "of-servers", metrics: "of-metrics" }, [account]));
    const folders = [PATHS.tls, PATHS.users, PATHS.data];
    place(
      "redis.conf",
      folders.reduce((all, folder) => all.replaceAll(folder, here), redisConf(args)),
    );
    this.#store = this.network.start("redis-server", [join(here, "redis.conf")], {}, "ours");
    const store = this.#store;
    await eventually("Redis", 20, async () => {
      if (!/Ready to accept connections/.test(store.output)) throw new Error(store.output);
    });
  }

  async endRedis(): Promise<void> {
    await this.#store?.stop("SIGKILL");
  }

  /** Answers of an Envoy's own: `/ready`, `/stats`. */
  async tell(envoy: "envoy-1" | "envoy-2", path: string): Promise<string> {
    return new Promise((resolve, reject) => {
      request({ socketPath: this.network.path(`${envoy}.sock`), path }, async (response) => {
        resolve(Buffer.concat(await response.toArray()).toString());
      })
        .on("error", reject)
        .end();
    });
  }

  async #certify(): Promise<void> {
    const { code } = await this.network.start(this.#programs["envoy-gateway"], ["certgen", "--local"]).exit();
    if (code !== 0) throw new Error("Envoy Gateway made no certificates");
  }

  #writeObjects(served: Signed): void {
    const { objects, gateway } = this.#options;
    const [namespace = ""] = gateway.split("/");
    const kinds = [...READ, ...POLICIES];
    const all: object[] = [{ apiVersion: "v1", kind: "Namespace", metadata: { name: "envoy-gateway-system" } }];
    const read = objects.filter(({ kind = "" }) => kinds.includes(kind));
    // Of a file Envoy Gateway reads neither Services nor the labels of namespaces.
    const backend = { group: "gateway.envoyproxy.io", kind: "Backend", name: "orders" };
    for (const object of structuredClone(read)) {
      const { listeners = [], rules = [], extProc = [] } = (object.spec ?? {}) as Spec;
      for (const { allowedRoutes } of listeners) allowedRoutes.namespaces = { from: "All" };
      for (const rule of rules) if (rule.backendRefs) rule.backendRefs = [backend];
      for (const { backendRefs } of extProc)
        for (const ref of backendRefs) Object.assign(ref, { group: backend.group, kind: backend.kind });
      all.push(object);
    }
    const secret = (name: string, of: string, { certificate, key }: Signed, more: object = {}) => ({
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name, namespace: of },
      type: "kubernetes.io/tls",
      data: { "tls.crt": btoa(certificate), "tls.key": btoa(key), ...more },
    });
    const known = (file: string) => readFileSync(this.network.path(`${CERTIFICATES}/envoy/${file}`), "utf8");
    const own = { certificate: known("tls.crt"), key: known("tls.key") };
    all.push(
      secret("gateway-certificate-tls", namespace, served),
      secret("envoy", "envoy-gateway-system", own, { "ca.crt": btoa(known("ca.crt")) }),
      ...Object.entries({ orders: [SERVICE_PORT], ...this.#options.asked }).map(([name, ports]) => ({
        apiVersion: "gateway.envoyproxy.io/v1alpha1",
        kind: "Backend",
        metadata: { name, namespace: "shop" },
        spec: { endpoints: ports.map((port) => ({ fqdn: { hostname: hostOf(name), port } })) },
      })),
    );
    this.network.write("objects.yaml", all.map((one) => JSON.stringify(one)).join("\n---\n"));
  }

  /** With the environment that our settings give it, and for the rest that of Envoy Gateway's deployment. */
  async #startCounter(): Promise<void> {
    const given: Record<string, string> = { url: `${REDIS}:6379`, prefix: "rate-limits:", username: "rate-limits" };
    const env: Record<string, string> = {};
    for (const one of settings("open").provider.kubernetes.rateLimitDeployment.container.env) {
      const from = one.valueFrom?.secretKeyRef ?? one.valueFrom?.configMapKeyRef;
      const value = from ? ({ ...given, password: "counted" }[from.key] ?? "") : (one.value ?? "");
      env[one.name] = value.replaceAll(/\$\((\w+)\)/g, (_, name: string) => env[name] ?? "");
    }
    const own = `/tmp/${CERTIFICATES}/envoy-rate-limit`;
    const counter = this.network.start(this.#programs.ratelimit, [], {
      ...env,
      REDIS_TLS_CACERT: "/tmp/redis/ca.crt",
      // The service that is called has 8080, here on the same address.
      PORT: "8090",
      REDIS_SOCKET_TYPE: "tcp",
      RUNTIME_ROOT: "/tmp",
      RUNTIME_SUBDIRECTORY: "ratelimit",
      RUNTIME_WATCH_ROOT: "false",
      USE_STATSD: "false",
      CONFIG_TYPE: "GRPC_XDS_SOTW",
      CONFIG_GRPC_XDS_SERVER_URL: "envoy-gateway:18001",
      CONFIG_GRPC_XDS_NODE_ID: "envoy-ratelimit",
      CONFIG_GRPC_XDS_SERVER_CONNECT_RETRY_INTERVAL: "1s",
      CONFIG_GRPC_XDS_SERVER_USE_TLS: "true",
      CONFIG_GRPC_XDS_CLIENT_TLS_CERT: `${own}/tls.crt`,
      CONFIG_GRPC_XDS_CLIENT_TLS_KEY: `${own}/tls.key`,
      CONFIG_GRPC_XDS_SERVER_TLS_CACERT: `${own}/ca.crt`,
      GRPC_SERVER_USE_TLS: "true",
      GRPC_SERVER_TLS_CERT: `${own}/tls.crt`,
      GRPC_SERVER_TLS_KEY: `${own}/tls.key`,
      FORCE_START_WITHOUT_INITIAL_CONFIG: "true",
    });
    await eventually("the service that counts", 20, async () => {
      if (!/Listening for gRPC/.test(counter.output)) throw new Error(counter.output);
    });
  }

  /** Knows nothing but where Envoy Gateway is. */
  #startEnvoy(name: string): void {
    const own = `/tmp/${CERTIFICATES}/envoy`;
    const file = (filename: string) => ({ filename: `${own}/${filename}` });
    const ads = { ads: {}, resource_api_version: "V3" };
    const address = { socket_address: { address: "127.0.0.1", port_value: 18_000 } };
    const config = {
      node: { id: name, cluster: this.#options.gateway },
      admin: { address: { pipe: { path: `/tmp/${name}.sock` } } },
      typed_dns_resolver_config: {
        name: "envoy.network.dns_resolver.getaddrinfo",
        typed_config: {
          "@type":
            "type.googleapis.com/envoy.extensions.network.dns_resolver.getaddrinfo.v3.GetAddrInfoDnsResolverConfig",
        },
      },
      dynamic_resources: {
        ads_config: {
          api_type: "DELTA_GRPC",
          transport_api_version: "V3",
          grpc_services: [{ envoy_grpc: { cluster_name: "xds_cluster" } }],
          set_node_on_first_message_only: true,
        },
        lds_config: ads,
        cds_config: ads,
      },
      static_resources: {
        clusters: [
          {
            name: "xds_cluster",
            type: "STATIC",
            connect_timeout: "1s",
            load_assignment: {
              cluster_name: "xds_cluster",
              endpoints: [{ lb_endpoints: [{ endpoint: { address } }] }],
            },
            typed_extension_protocol_options: {
              "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": {
                "@type": "type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions",
                explicit_http_config: { http2_protocol_options: {} },
              },
            },
            transport_socket: {
              name: "envoy.transport_sockets.tls",
              typed_config: {
                "@type": "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext",
                common_tls_context: {
                  // Less Envoy Gateway does not take.
                  tls_params: { tls_maximum_protocol_version: "TLSv1_3" },
                  tls_certificates: [{ certificate_chain: file("tls.crt"), private_key: file("tls.key") }],
                  validation_context: { trusted_ca: file("ca.crt") },
                },
              },
            },
          },
        ],
      },
    };
    const path = this.network.write(`${name}.json`, JSON.stringify(config));
    // The access log opens /dev/stdout, which a socket, as a child of Node has, does not let it.
    const silent = 'exec "$0" "$@" > /dev/null';
    const words = ["-c", path, "--disable-hot-restart", "--concurrency", "1", "-l", "warn"];
    this.network.start("sh", ["-c", silent, this.#options.envoy, ...words]);
  }
}

function hostOf(service: string): string {
  return `${service}.shop.svc.cluster.local`;
}

interface Spec {
  readonly extProc?: readonly { readonly backendRefs: readonly object[] }[];
  readonly listeners?: readonly { readonly allowedRoutes: { namespaces: object } }[];
  readonly rules?: readonly { backendRefs?: object[] }[];
}

interface EnvOf {
  readonly name: string;
  readonly value?: string;
  readonly valueFrom?: { readonly secretKeyRef?: { key: string }; readonly configMapKeyRef?: { key: string } };
}

/** What the chart of Envoy Gateway is given. */
function settings(whenRedisIsGone: WhenRedisIsGone) {
  const { config } = countingEnvoyGateway({ redis: "cache", whenRedisIsGone }).chart.values as {
    config: {
      envoyGateway: {
        rateLimit: object;
        extensionApis: object;
        provider: { kubernetes: { rateLimitDeployment: { container: { env: readonly EnvOf[] } } } };
      };
    };
  };
  return config.envoyGateway;
}
