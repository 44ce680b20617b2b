import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Namespace } from "../cluster/namespace.ts";
import type { Issuer } from "../edge/issuer.ts";
import { HOSTS_SH } from "./hosts.ts";
import { complete as completeKafka } from "./kafka/args.ts";
import { nodes } from "./kafka/config.ts";
import { nodesPlan } from "./kafka/plan.ts";
import { complete as completeRedis } from "./redis/args.ts";
import { servers, serversPlan } from "./redis/plan.ts";

const [FIRST = "", SECOND = ""] = servers("cache", "shop-data", 2);
let folder: string;
let running: ChildProcess;

/** Runs the script as it is, but for where its file is, how long it sleeps, and who answers it. */
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "hosts-"));
  program("sleep", "exec /bin/sleep 0.05");
  program("getent", `echo "$2" >> ${folder}/asked\ngrep " $2$" ${folder}/dns`);
  dns({ [FIRST]: "10.0.0.1" });
  running = spawn("sh", ["-c", HOSTS_SH.replaceAll("/run/hosts", folder)], {
    detached: true,
    env: { PATH: `${folder}:${process.env.PATH}`, SERVERS: `${FIRST} ${SECOND}` },
  });
});

afterEach(async () => {
  if (running.exitCode === null && running.pid !== undefined) {
    // With what it runs, which would go on to write.
    process.kill(-running.pid, "SIGKILL");
    await once(running, "exit");
  }
  rmSync(folder, { recursive: true, maxRetries: 5 });
});

function program(name: string, script: string): void {
  writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`);
  chmodSync(join(folder, name), 0o755);
}

function dns(answers: Readonly<Record<string, string>>): void {
  const line = ([name, address]: [string, string]) => `${address}      STREAM ${name}.cluster.local.\n`;
  writeFileSync(join(folder, "dns"), Object.entries(answers).map(line).join(""));
}

const hosts = () => readFileSync(join(folder, "hosts"), "utf8").trimEnd().split("\n");
const says = (...lines: string[]) =>
  vi.waitFor(() => expect(hosts()).toEqual(["127.0.0.1 localhost", "::1 localhost", ...lines]), { timeout: 10_000 });
const asked = () => readFileSync(join(folder, "asked"), "utf8").trimEnd().split("\n");

test("addresses are written down as they come and change, in the file that is mounted", async () => {
  await says(`10.0.0.1 ${FIRST}`);
  const { ino } = statSync(join(folder, "hosts"));
  dns({ [FIRST]: "10.0.0.1", [SECOND]: "10.0.0.2" });
  await says(`10.0.0.1 ${FIRST}`, `10.0.0.2 ${SECOND}`);
  dns({ [FIRST]: "10.0.0.9", [SECOND]: "10.0.0.2" });
  await says(`10.0.0.9 ${FIRST}`, `10.0.0.2 ${SECOND}`);
  expect(statSync(join(folder, "hosts")).ino).toBe(ino);
});

test("a server that DNS does not tell any more keeps its last address", async () => {
  await says(`10.0.0.1 ${FIRST}`);
  dns({});
  const before = asked().length;
  await vi.waitFor(() => expect(asked().length).toBeGreaterThan(before + 4), { timeout: 10_000 });
  await says(`10.0.0.1 ${FIRST}`);
});

test("what the probe takes away is there again while names are asked for", async () => {
  for (let again = 0; again < 2; again++)
    await vi.waitFor(() => rmSync(join(folder, "asked-for")), { timeout: 10_000 });
});

test("names are asked for whole, each once and not with every ending of the search list", async () => {
  await vi.waitFor(() => expect(asked().length).toBeGreaterThanOrEqual(2), { timeout: 10_000 });
  expect(asked().slice(0, 2)).toEqual([`${FIRST}.cluster.local.`, `${SECOND}.cluster.local.`]);
});

test("it ends when it is told to, as the first process of a container too", async () => {
  await says(`10.0.0.1 ${FIRST}`);
  running.kill("SIGTERM");
  expect(await once(running, "exit")).toEqual([0, null]);
});

const STORE = { namespace: { name: "shop-data" } as Namespace, issuer: {} as Issuer, zones: ["a", "b", "c"] };
const kafka = completeKafka({ ...STORE, topics: { orders: {} } });

test.each([
  ["Redis", serversPlan("cache", completeRedis(STORE)), ["redis", "sentinel"], servers("cache", "shop-data", 3)],
  ["a broker", nodesPlan("kafka", "broker", kafka, "id"), ["broker"], nodes("kafka", "shop-data", "controller", 3)],
  [
    "a controller",
    nodesPlan("kafka", "controller", kafka, "id"),
    ["controller"],
    nodes("kafka", "shop-data", "controller", 3),
  ],
])("servers of %s read the file, and start when it is there", (_, plan, readers, names) => {
  // biome-ignore lint/suspicious/noExplicitAny: a plan is plain data, though its type also allows outputs.
  const { containers, initContainers } = (plan as any).spec.template.spec;
  for (const { name, volumeMounts } of containers.filter(({ name }: { name: string }) => readers.includes(name)))
    expect(volumeMounts, name).toContainEqual(expect.objectContaining({ mountPath: "/etc/hosts", subPath: "hosts" }));
  const written = initContainers.find(({ name }: { name: string }) => name === "hosts");
  expect(written).toMatchObject({
    restartPolicy: "Always",
    startupProbe: { exec: { command: ["test", "-s", "/run/hosts/hosts"] } },
    env: [{ name: "SERVERS", value: names.join(" ") }],
  });
});
