import { writeFile } from "node:fs/promises";
import { release } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, it } from "vitest";
import { scratch, writeFiles } from "../toolchain/testing/scratch.ts";
import { missingFeatures } from "./kernel.ts";

const OPTIONS =
  "OVERLAY_FS CGROUPS NET_NS PID_NS VETH BRIDGE NF_CONNTRACK NF_TABLES NFT_CT NFT_FIB_IPV4 NFT_MASQ NFT_NAT NFT_NUMGEN NFT_REJECT";
const config = (without: readonly string[]) =>
  OPTIONS.split(" ")
    .map((name, i) => (without.includes(name) ? `# CONFIG_${name} is not set` : `CONFIG_${name}=${i % 2 ? "m" : "y"}`))
    .join("\n");

it("names what the kernel was built without", async () => {
  const dir = await scratch();
  await writeFile(join(dir, "config.gz"), gzipSync(config(["VETH", "NFT_NUMGEN"])));
  expect(missingFeatures(dir, dir)).toEqual([
    "virtual Ethernet cables (CONFIG_VETH)",
    "load balancing by nftables (CONFIG_NFT_NUMGEN)",
  ]);
});

it("reads what distributions lay beside the kernel, and finds nothing missing that is a module", async () => {
  const dir = await scratch();
  await writeFiles(dir, { [`config-${release()}`]: config([]) });
  expect(missingFeatures(dir, dir)).toEqual([]);
});

it("says nothing where the kernel does not", async () => {
  const dir = await scratch();
  expect(missingFeatures(dir, dir)).toEqual([]);
});
