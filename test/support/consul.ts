import { spawnSync } from "node:child_process";
import { Resolver } from "node:dns/promises";
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { request } from "node:https";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { connect as secure, type TLSSocket } from "node:tls";
import { freePort } from "@plumbline-shop/testing/net";
import { RealProcess } from "@plumbline-shop/testing/process";
import type { Namespace } from "../../components/cluster/index.ts";
import {
  accessorOf,
  gossipKey,
  holders,
  policyFiles,
  type Token,
  tokensData,
  uuidOf,
} from "../../components/discovery/consul/acl.ts";
import { type CompleteConsul, completeConsul } from "../../components/discovery/consul/args.ts";
import {
  PATHS,
  PORTS,
  secretConfig,
  serverArguments,
  serverConfig,
  serverName,
  servers,
} from "../../components/discovery/consul/config.ts";
import { SETUP_PATHS, SETUP_SH } from "../../components/discovery/consul/setup-script.ts";
import type { Issuer } from "../../components/edge/issuer.ts";
import { COREDNS_TOOL } from "../../rehearsal/images/coredns.ts";
import { cacheDirectory } from "../../rehearsal/index.ts";
import { findGo } from "../../rehearsal/toolchain/go.ts";
import { findBuilt, type GoTool, goTool } from "../../rehearsal/toolchain/go-build.ts";
import { type Signed, signed } from "./certificates.ts";

const CONSUL_TOOL: GoTool = {
  name: "consul",
  version: "1.14.11",
  moduleDir: join(import.meta.dirname, "consul"),
  package: "github.com/hashicorp/consul",
  ldflags: [],
  smoke: ["version"],
  links: [],
};
const toolsDir = () => join(cacheDirectory(), "tools");

/** Why Consul cannot be had here; undefined if it can. */
export async function whyNoConsul(): Promise<string | undefined> {
  if (process.platform !== "linux") return "only Linux has as many addresses of its own";
  for (const program of ["openssl", "curl"])
    if (spawnSync(program, ["--version"]).error) return `there is no ${program}`;
  if ((await findBuilt(CONSUL_TOOL, toolsDir())) !== undefined || (await findGo()).go) return undefined;
  return "there is no Go that could build Consul";
}

/** Builds Consul and CoreDNS if they are not in the cache: minutes, once. */
export async function buildConsul(): Promise<void> {
  await program(CONSUL_TOOL);
  await program(COREDNS_TOOL);
}

async function program(tool: GoTool): Promise<string> {
  return join(await goTool(tool, { toolsDir: toolsDir() }), tool.name);
}

export const NAME = "consul";
export const ARGS: CompleteConsul = completeConsul({
  kind: "consul",
  namespace: { name: "discovery" } as Namespace,
  issuer: {} as Issuer,
  zones: ["a", "b", "c"],
  agents: ["127.0.77.0/24"],
  catalogSync: { namespaces: ["shop"] },
});
/** Addresses of this machine's own, which share ports: of the servers, and of an agent outside. */
export const HOSTS = ["127.0.77.1", "127.0.77.2", "127.0.77.3"] as const;
export const AGENT = "127.0.77.9";
const WELL_KNOWN = serverName(ARGS);

/** What the API says. */
interface Answer {
  readonly status: number;
  readonly text: string;
}

interface Asked {
  readonly method?: string;
  readonly body?: unknown;
  readonly token?: string;
  readonly host?: string;
}

/** Three servers of Consul with the very configuration and arguments of the plan, but for addresses and folders; and agents. */
export class Consul {
  readonly folder = mkdtempSync(join(tmpdir(), "plumbline-consul-"));
  readonly management = uuidOf("management");
  readonly ca: string;
  readonly #program: string;
  readonly #certificates: readonly Signed[];
  readonly #running = new Map<string, RealProcess>();

  private constructor(program: string) {
    this.#program = program;
    const server = {
      names: [WELL_KNOWN, "localhost"].map((name) => `DNS:${name}`).concat(HOSTS.map((ip) => `IP:${ip}`)),
    };
    const { ca, certificates } = signed([server, server, { names: ["DNS:vm-1"] }]);
    this.ca = ca;
    this.#certificates = certificates;
  }

  static async start(): Promise<Consul> {
    const consul = new Consul(await program(CONSUL_TOOL));
    for (const host of HOSTS) {
      consul.certify(host, 0);
      const agent = consul.tokens(1).servers?.secret ?? "";
      const secrets = secretConfig({ gossip: gossipKey("gossip"), management: consul.management, agent });
      consul.#put(`${host}${PATHS.secrets}/secrets.json`, JSON.stringify(secrets));
      mkdirSync(join(consul.folder, host, PATHS.data), { recursive: true });
      consul.run(host);
    }
    return consul;
  }

  /** Starts a server, or starts it again: with its data, and at another address, as a pod that is made anew. */
  run(host: string, address = host): RealProcess {
    const pod = `${NAME}-server-${HOSTS.indexOf(host as (typeof HOSTS)[number])}`;
    const config = this.#here(JSON.stringify(serverConfig(NAME, ARGS)), host, address);
    this.#put(`${host}${PATHS.config}/server.json`, config);
    const words = serverArguments().map((word) =>
      this.#here(word, host).replace("$(POD)", pod).replace("$(POD_IP)", address),
    );
    return this.#begin(host, words);
  }

  /** Starts an agent that is no server, with a certificate of the authority's, and this of its configuration. */
  agent(host: string, more: object, key = gossipKey("gossip")): RealProcess {
    const of = (file: string) => join(this.folder, host, "tls", file);
    const [, , own] = this.#certificates;
    this.#put(`${host}/tls/ca.crt`, this.ca);
    this.#put(`${host}/tls/tls.crt`, own?.certificate ?? "");
    this.#put(`${host}/tls/tls.key`, own?.key ?? "");
    const config = {
      datacenter: ARGS.datacenter,
      bind_addr: host,
      client_addr: host,
      ports: { grpc: -1, grpc_tls: -1, dns: -1, serf_lan: PORTS.gossip, server: PORTS.rpc },
      data_dir: join(this.folder, host, "data"),
      retry_join: HOSTS,
      encrypt: key,
      tls: {
        defaults: { ca_file: of("ca.crt"), cert_file: of("tls.crt"), key_file: of("tls.key"), verify_outgoing: true },
        internal_rpc: { verify_server_hostname: true },
      },
      acl: { enabled: true, tokens: { agent: this.tokens(1).agents?.secret, default: this.tokens(1).agents?.secret } },
      disable_update_check: true,
      ...more,
    };
    return this.#begin(host, ["agent", `-config-file=${this.#put(`${host}/agent.json`, JSON.stringify(config))}`]);
  }

  /** Starts the cluster's own kind of DNS with a server block and nothing else; where it answers. */
  async resolver(corefile: string): Promise<string> {
    const port = await freePort();
    const file = this.#put("Corefile", corefile.replace(":53 {", `:${port} {\n    bind 127.0.0.1`));
    const process = new RealProcess(await program(COREDNS_TOOL), ["-conf", file]);
    this.#running.set("resolver", process);
    return `127.0.0.1:${port}`;
  }

  /** Ends a process: as a crash does, or as the kubelet. */
  async end(host: string, signal: "SIGKILL" | "SIGTERM"): Promise<void> {
    await this.#running.get(host)?.stop(signal);
  }

  /** Gives a server one of two certificates as the kubelet does: files are links into a folder that is exchanged as a whole. */
  certify(host: string, which: 0 | 1): void {
    const { certificate, key } = this.#certificates[which] as Signed;
    const files = { "ca.crt": this.ca, "tls.crt": certificate, "tls.key": key };
    for (const [name, text] of Object.entries(files)) this.#put(`${host}${PATHS.tls}/..${which}/${name}`, text);
    const at = (name: string) => join(this.folder, host, PATHS.tls, name);
    symlinkSync(`..${which}`, at("..next"));
    renameSync(at("..next"), at("..data"));
    for (const name of Object.keys(files)) if (!existsSync(at(name))) symlinkSync(join("..data", name), at(name));
    for (const other of [0, 1]) if (other !== which) rmSync(at(`..${other}`), { recursive: true, force: true });
  }

  /** Tokens of a rotation. */
  tokens(rotation: number, args = ARGS): Partial<Record<ReturnType<typeof holders>[number], Token>> {
    return Object.fromEntries(
      holders(args).map((of) => [of, { accessor: accessorOf(NAME, args, of), secret: uuidOf(`${of} ${rotation}`) }]),
    );
  }

  /** Runs the set-up's script with its files; what it says. Throws what it says if it fails. */
  setUp(rotation: number, args = ARGS): string {
    const at = "setup";
    for (const path of [SETUP_PATHS.files, SETUP_PATHS.tokens])
      rmSync(join(this.folder, at, path), { recursive: true, force: true });
    const files = { ...policyFiles(NAME, args), "setup.sh": SETUP_SH };
    for (const [name, text] of Object.entries(files)) this.#put(`${at}${SETUP_PATHS.files}/${name}`, text, at);
    const tokens = tokensData(NAME, this.management, this.tokens(rotation, args));
    for (const [name, text] of Object.entries(tokens))
      this.#put(`${at}${SETUP_PATHS.tokens}/${name}`, Buffer.from(text, "base64").toString(), at);
    this.#put(`${at}${SETUP_PATHS.ca}/ca.crt`, this.ca);
    mkdirSync(join(this.folder, at, "tmp"), { recursive: true });
    const script = join(this.folder, at, SETUP_PATHS.files, "setup.sh");
    const env = { ...process.env, URL: `https://${HOSTS[0]}:${PORTS.api}` };
    const { status, stdout, stderr } = spawnSync("sh", [script], { env, encoding: "utf8", timeout: 60_000 });
    if (status !== 0) throw new Error(`the set-up ended with ${status}: ${stdout}${stderr}`);
    return stdout.trim();
  }

  /** Saves a snapshot, or restores it, as docs/discovery.md has people do. */
  async snapshot(what: "save" | "restore"): Promise<void> {
    const env = {
      PATH: process.env.PATH,
      CONSUL_HTTP_ADDR: `https://${HOSTS[0]}:${PORTS.api}`,
      CONSUL_CACERT: join(this.folder, HOSTS[0], PATHS.tls, "ca.crt"),
      CONSUL_TLS_SERVER_NAME: WELL_KNOWN,
      CONSUL_HTTP_TOKEN_FILE: this.#put("management", this.management),
    };
    const words = ["snapshot", what, join(this.folder, "consul.snap")];
    const { status, stderr } = spawnSync(this.#program, words, { env, encoding: "utf8", timeout: 30_000 });
    if (status !== 0) throw new Error(`snapshot ${what}: ${stderr}`);
  }

  /** Runs a probe's command as in a server's pod; whether it succeeds. */
  probe(command: string, host: string): boolean {
    return spawnSync("sh", ["-c", this.#here(command, host)], { timeout: 10_000 }).status === 0;
  }

  ask(path: string, { method = "GET", body, token, host = HOSTS[0] }: Asked = {}): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const asking = request(
        {
          host,
          port: PORTS.api,
          path: `/v1/${path}`,
          method,
          ca: this.ca,
          servername: WELL_KNOWN,
          agent: false,
          timeout: 5_000,
          headers: token === undefined ? {} : { "X-Consul-Token": token },
        },
        (response) => {
          let text = "";
          response.setEncoding("utf8");
          response.on("data", (part: string) => {
            text += part;
          });
          response.on("error", reject);
          response.on("end", () => resolve({ status: response.statusCode ?? 0, text }));
        },
      );
      asking.on("timeout", () => asking.destroy(new Error("no answer in 5 s")));
      asking.on("error", reject);
      asking.end(body === undefined ? undefined : typeof body === "string" ? body : JSON.stringify(body));
    });
  }

  /** What DNS tells of a name, by one server or another resolver; nothing if there is none of the name. */
  async names(name: string, at: string = HOSTS[0]): Promise<string[]> {
    const resolver = new Resolver({ timeout: 2_000, tries: 1 });
    resolver.setServers([at.includes(":") ? at : `${at}:${PORTS.dns}`]);
    return resolver.resolve4(name).catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOTFOUND" || error.code === "ENODATA") return [];
      throw error;
    });
  }

  /** Speaks to a server as servers do, with a certificate or none; how the server takes it: undefined is that it goes on. */
  async speak(as: Signed | undefined, protocol: "tls" | "plain" = "tls"): Promise<string | undefined> {
    const socket = connect(PORTS.rpc, HOSTS[0]);
    await new Promise((done, fail) => socket.once("connect", done).once("error", fail));
    // The first byte says what follows: 3 is TLS, 0 requests without it.
    socket.write(Buffer.from([protocol === "tls" ? 3 : 0]));
    const over: TLSSocket | typeof socket =
      protocol === "plain"
        ? socket
        : secure({ socket, ca: this.ca, servername: WELL_KNOWN, ...(as && { cert: as.certificate, key: as.key }) });
    try {
      return await new Promise((taken) => {
        const goesOn = setTimeout(() => taken(undefined), 1_500);
        const end = (how: string) => {
          clearTimeout(goesOn);
          taken(how);
        };
        over.on("error", (error: NodeJS.ErrnoException) => end(error.code ?? error.message));
        over.on("close", () => end("closed"));
        // Within TLS another byte says what is meant: 0 is a request.
        over.write(Buffer.from([0]));
        over.resume();
      });
    } finally {
      socket.destroy();
    }
  }

  /** The certificate that a server shows now, by its fingerprint; and that of one of the two. */
  async shown(host: string): Promise<string> {
    const socket = secure({ host, port: PORTS.api, ca: this.ca, servername: WELL_KNOWN });
    await new Promise((done, fail) => socket.once("secureConnect", done).once("error", fail));
    const { raw } = socket.getPeerCertificate();
    socket.destroy();
    return raw.toString("base64");
  }
  inFile(which: 0 | 1): string {
    return (this.#certificates[which]?.certificate ?? "").replaceAll(/-----[A-Z ]+-----|\s/g, "");
  }
  get server(): Signed {
    return this.#certificates[0] as Signed;
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#running.values()].map((process) => process.stop("SIGKILL")));
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }

  #begin(host: string, words: readonly string[]): RealProcess {
    const process = new RealProcess(this.#program, words, { PATH: globalThis.process.env.PATH });
    this.#running.set(host, process);
    return process;
  }

  #put(path: string, text: string, host?: string): string {
    const file = join(this.folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, host === undefined ? text : this.#here(text, host));
    return file;
  }

  /** A text of the plan, with the folders and addresses of here. */
  #here(text: string, host: string, address = host): string {
    const folders = [...Object.values(PATHS), ...Object.values(SETUP_PATHS), "/tmp/"].sort(
      (a, b) => b.length - a.length,
    );
    const placed = text.replaceAll(new RegExp(`(${folders.join("|")})(?![\\w-])`, "g"), (path) =>
      join(this.folder, host, path),
    );
    return servers(NAME, ARGS)
      .reduce((all, name, index) => all.replaceAll(name, HOSTS[index] ?? ""), placed)
      .replaceAll("0.0.0.0", address)
      .replaceAll("127.0.0.1", address);
  }
}
