import { chmod, readdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { expect, it } from "vitest";
import { clusterSeed } from "./cluster-seed.ts";
import { scratch, writeFiles } from "./testing/scratch.ts";

const program = async (script: string) => {
  const dir = await scratch();
  const binary = join(dir, "plumbline-cluster-0123456789abcdef", "plumbline-cluster");
  await writeFiles(dirname(binary), { "plumbline-cluster": `#!/bin/sh\n${script}\n` });
  await chmod(binary, 0o755);
  return { toolsDir: join(dir, "tools"), binary, crds: [], version: "1.0.0" };
};

it("keeps the store alone, and lays it once", async () => {
  const options = await program('mkdir $3/etcd && touch $3/etcd/member $3/kubeconfig && echo \'{"step":"etcd"}\'');
  const said: string[] = [];
  const seed = await clusterSeed({ ...options, report: ({ message }) => said.push(message) });
  expect(await readdir(seed)).toEqual(["member"]);
  expect((await readdir(dirname(seed))).sort()).toEqual(["etcd", "product.json"]);
  expect(said).toContain("laying what a control plane starts with: etcd");
  said.length = 0;
  expect(await clusterSeed({ ...options, report: ({ message }) => said.push(message) })).toBe(seed);
  expect(said.join()).not.toContain("laying");
});

it("says why it could not, and leaves nothing", async () => {
  const options = await program("echo no room >&2; exit 1");
  await expect(clusterSeed(options)).rejects.toThrow(/could not be made[\s\S]*no room/);
  expect((await readdir(options.toolsDir)).sort()).toEqual(["log"]);
});
