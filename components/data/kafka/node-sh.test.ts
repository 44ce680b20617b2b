import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Namespace } from "../../cluster/namespace.ts";
import type { Issuer } from "../../edge/issuer.ts";
import { complete, type KafkaArgs } from "./args.ts";
import { nodeFiles, PATHS, type Part } from "./config.ts";

const base: KafkaArgs = {
  namespace: { name: "shop-data" } as Namespace,
  issuer: {} as Issuer,
  zones: ["a", "b", "c"],
  topics: { orders: {} },
};
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "kafka-node-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Runs the script as a pod does, but for its paths and for Kafka itself, and gives the settings that Kafka would start with. */
function settings(part: Part, args: KafkaArgs): Record<string, string> {
  const paths = Object.fromEntries(Object.values(PATHS).map((path) => [path, join(folder, path.replaceAll("/", "-"))]));
  const moved = (text: string) => Object.entries(paths).reduce((all, [from, to]) => all.replaceAll(from, to), text);
  for (const path of Object.values(paths)) mkdirSync(join(path, "bin"), { recursive: true });
  for (const [name, text] of Object.entries(nodeFiles("kafka", complete(args))))
    writeFileSync(join(paths[PATHS.config] ?? "", name), moved(text));
  for (const tool of ["kafka-storage.sh", "kafka-server-start.sh"]) {
    writeFileSync(join(paths[PATHS.home] ?? "", "bin", tool), "#!/bin/sh\n");
    chmodSync(join(paths[PATHS.home] ?? "", "bin", tool), 0o755);
  }
  const hostname = `kafka-${part}-1`;
  const env = { PATH: process.env.PATH, PART: part, DOMAIN: `kafka-${part}.shop-data.svc`, FIRST_ID: "7", ZONE: "b" };
  execFileSync("bash", [join(paths[PATHS.config] ?? "", "node.sh")], {
    env: { ...env, HOSTNAME: hostname, CLUSTER_ID: "id" },
    stdio: "pipe",
  });
  const written = readFileSync(join(paths[PATHS.run] ?? "", "server.properties"), "utf8");
  return Object.fromEntries(written.split("\n").map((line) => line.split(/=(.*)/s).slice(0, 2)));
}

test.each<[what: string, part: Part, controllers: "combined" | 3, advertised: string]>([
  ["a controller", "controller", 3, "CONTROLLER://NODE:9093"],
  ["a broker", "broker", 3, "INTERNAL://NODE:9091,CLIENTS://NODE:9092"],
  ["a broker that votes", "broker", "combined", "INTERNAL://NODE:9091,CLIENTS://NODE:9092,CONTROLLER://NODE:9093"],
])("%s advertises each of its listeners under its own name", (_, part, controllers, advertised) => {
  const name = `kafka-${part}-1.kafka-${part}.shop-data.svc`;
  expect(settings(part, { ...base, controllers })["advertised.listeners"]).toBe(advertised.replaceAll("NODE", name));
});

test("a node has its number, and a broker its zone", () => {
  expect(settings("broker", base)).toMatchObject({ "broker.rack": "b", "node.id": "8" });
});

test("a disk that was a broker's does not become a controller's", () => {
  settings("broker", base);
  expect(() => settings("controller", base)).toThrow(/of a node that was broker, and now is to be controller/);
});
