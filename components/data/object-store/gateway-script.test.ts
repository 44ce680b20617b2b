import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Namespace } from "../../cluster/namespace.ts";
import type { Issuer } from "../../edge/issuer.ts";
import { complete } from "./args.ts";
import { scripts } from "./config.ts";
import { type Identity, identitiesJson } from "./identities.ts";

const args = complete({
  namespace: { name: "shop-data" } as Namespace,
  issuer: {} as Issuer,
  zones: ["a", "b", "c"],
  buckets: { invoices: {} },
});
const identity = (consumer: string, secretKey = "secret"): Identity => ({
  bucket: "invoices",
  right: "reader",
  consumer,
  namespace: "shop",
  accessKey: `KEY-${consumer}`,
  secretKey,
});
let folder: string;
let running: ChildProcess;

/** Runs the script as it is, but for where its file is, how long it sleeps, and what the gateway is. */
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "object-store-gateway-"));
  program("sleep", "exec /bin/sleep 0.05");
  const say = (word: string) => `echo ${word} >> ${folder}/said`;
  program(
    "weed",
    `trap '${say("read")}' HUP; trap '${say("end")}; exit 0' TERM\n${say("start")}\nwhile [ ! -e ${folder}/dies ]; do /bin/sleep 0.02; done\nexit 7`,
  );
  know(identity("orders"), identity("reports"));
  const script = (scripts(args)["gateway.sh"] ?? "").replaceAll("/etc/seaweedfs-identities", folder);
  running = spawn("sh", ["-c", script], { env: { PATH: `${folder}:${process.env.PATH}`, POD: "objects-server-1" } });
});

afterEach(async () => {
  writeFileSync(join(folder, "dies"), "");
  if (running.exitCode === null) {
    running.kill("SIGTERM");
    await once(running, "exit");
  }
  rmSync(folder, { recursive: true });
});

function program(name: string, script: string): void {
  writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`);
  chmodSync(join(folder, name), 0o755);
}

const know = (...all: Identity[]) => writeFileSync(join(folder, "s3.json"), identitiesJson(all));
const said = () =>
  existsSync(join(folder, "said")) ? readFileSync(join(folder, "said"), "utf8").trim().split("\n") : [];
const says = (...words: string[]) => vi.waitFor(() => expect(said()).toEqual(words), { timeout: 10_000 });

test("a new identity is read, and the gateway goes on", async () => {
  await says("start");
  know(identity("invoicing"), identity("orders"), identity("reports"), identity("zoning"));
  await says("start", "read");
});

test("where an identity or its key is gone, the gateway starts anew: it would go on to know it", async () => {
  await says("start");
  know(identity("orders"));
  await says("start", "read", "end", "start");
  know(identity("orders", "another"));
  await says("start", "read", "end", "start", "read", "end", "start");
});

test("it ends with the gateway, and the gateway with it", async () => {
  await says("start");
  running.kill("SIGTERM");
  await once(running, "exit");
  expect(said()).toEqual(["start", "end"]);
});

test("a gateway that ends by itself ends it, and says how", async () => {
  await says("start");
  writeFileSync(join(folder, "dies"), "");
  expect(await once(running, "exit")).toEqual([7, null]);
});
