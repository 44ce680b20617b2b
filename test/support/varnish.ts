import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { eventually } from "@plumbline-shop/testing/net";
import { RealProcess } from "@plumbline-shop/testing/process";
import type { Namespace } from "../../components/cluster/index.ts";
import type { ResponseCacheArgs } from "../../components/edge/index.ts";
import { completeCache } from "../../components/edge/response-cache-args.ts";
import { exporterArgs, PATHS, rulesPlan, serverArgs } from "../../components/edge/response-cache-plan.ts";
import { HEALTH_PATH, PORTS } from "../../components/edge/response-cache-vcl.ts";
import { VARNISH } from "../../rehearsal/images/varnish.ts";
import { type Unpacked, unpack } from "./programs.ts";

/** What purges are let in by. */
export const TOKEN = "of-the-cache";

/** Varnish of the image that nodes run, in a folder. */
export function varnishPrograms(folder: string): Promise<Unpacked> {
  return unpack(VARNISH, join(folder, "varnish"));
}

/** Ports that replicas share, each on an address of its own. */
export type Ports = Readonly<Record<keyof typeof PORTS, number>>;

/** One replica of a cache: Varnish as the plan has it start, with the rules of the plan. */
export interface CacheReplica {
  readonly address: string;
  readonly url: string;
  readonly ports: Ports;
  /** Bytes of memory that Varnish has, both of its processes. */
  memory(): number;
  /** Starts the exporter beside it, and gives its metrics' address. */
  exporter(port: number): Promise<string>;
  stop(): Promise<void>;
}

/**
 * Starts a replica. What differs from a pod: its address, where files are, the service's address, and that the compiler is told where its
 * libraries are.
 */
export async function startCache(
  { root, environment }: Unpacked,
  folder: string,
  { address, ports, service, ...more }: { address: string; ports: Ports; service: number } & Partial<ResponseCacheArgs>,
): Promise<CacheReplica> {
  const args = completeCache({ namespace: { name: "shop" } as Namespace, zones: ["a"], ...more });
  const dir = join(folder, `${address}-${ports.api}`);
  const place = (text: string) => Object.values(PATHS).reduce((all, path) => all.replaceAll(path, dir + path), text);
  for (const path of Object.values(PATHS)) mkdirSync(dir + path, { recursive: true });
  writeFileSync(join(dir, PATHS.token, "token"), TOKEN);
  const { data } = rulesPlan("catalog-cache", args, { name: "catalog", port: service });
  for (const [name, text] of Object.entries(data))
    writeFileSync(join(dir, PATHS.rules, name), place(text).replace('"catalog.shop.svc"', '"127.0.0.1"'));
  const machine = `${process.arch === "arm64" ? "aarch64" : "x86_64"}-linux-gnu`;
  const [command = "", ...words] = serverArgs(args).map((word) =>
    Object.entries(PORTS).reduce(
      (all, [name, port]) =>
        all.replace(`${name}=:${port},`, `${name}=${address}:${ports[name as keyof typeof PORTS]},`),
      place(word),
    ),
  );
  const here = [
    ...["-j", "none"],
    ...["-p", `vmod_path=${root}/usr/lib/${machine}/varnish/vmods`],
    ...["-p", `cc_command=exec ${machine}-gcc --sysroot=${root} -O2 -fpic -shared -Wl,-x -o %o %s`],
  ];
  const env = { ...environment, TMPDIR: dir };
  const varnish = new RealProcess(join(root, "usr/sbin", command), [...words, ...here], env);
  const beside: RealProcess[] = [];
  const stop = async () => {
    for (const each of [...beside, varnish]) await each.stop();
  };
  try {
    await eventually(`Varnish at ${address}`, 60, async () => {
      if (varnish.hasExited) return;
      const { status } = await fetch(`http://${address}:${ports.admin}${HEALTH_PATH}`);
      if (status !== 200) throw new Error(`${status}`);
    });
    if (varnish.hasExited) throw new Error("it has ended");
  } catch (error) {
    await stop();
    throw new Error(varnish.output, { cause: error });
  }
  return {
    address,
    url: `http://${address}:${ports.api}`,
    ports,
    memory: () => memoryOf(dir),
    exporter: async (port) => {
      const [program = "", ...said] = exporterArgs(dir + PATHS.work, `127.0.0.1:${port}`);
      chmodSync(dir + PATHS.work, 0o755);
      const exporter = new RealProcess(join(root, "usr/bin", program), said, env);
      beside.push(exporter);
      const url = `http://127.0.0.1:${port}/metrics`;
      await eventually(`the exporter (${exporter.output})`, 20, () => fetch(url));
      return url;
    },
    stop,
  };
}

/** Resident memory of all processes that work in a folder. */
function memoryOf(dir: string): number {
  const lines = execFileSync("ps", ["-e", "-o", "rss=,args="], { encoding: "utf8" }).split("\n");
  const own = lines.filter((line) => line.includes(dir) && line.includes("varnishd"));
  return own.reduce((sum, line) => sum + Number.parseInt(line, 10) * 1_024, 0);
}
