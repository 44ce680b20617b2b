import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { eventually } from "@plumbline-shop/testing/net";
import { RealProcess } from "@plumbline-shop/testing/process";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Namespace } from "../components/cluster/index.ts";
import { completeCache } from "../components/edge/response-cache-args.ts";
import { PATHS, rulesPlan, serverArgs } from "../components/edge/response-cache-plan.ts";
import { VARNISH } from "../rehearsal/images/varnish.ts";
import { unpackedImage, whyNotUnpacked } from "./support/unpacked-image.ts";

/** What a pod of the plan has: nobody's user, no rights, a file system that is only read but for two folders in memory, and its own network. */
const AS_IN_A_POD = `
set -e
root="$1"; holder="$2"; shift 2
mount --bind "$root" "$root"
mount --bind /dev "$root/dev"
for each in "$root/tmp" "$root${PATHS.work}"; do mount -t tmpfs -o size=64m,mode=1777 tmpfs "$each"; done
mount -o remount,bind,ro "$root"
ip link set lo up
echo $$ > "$holder"
exec setpriv --no-new-privs chroot --userspec=10001:10001 --groups=10001 "$root" "$@"
`;
/** The service, and who asks: all that is in the same network. */
const ASK = `
const { createServer } = require("node:http");
const { setTimeout: sleep } = require("node:timers/promises");
let asked = 0;
const answer = (_, response) => response.writeHead(200, { "cache-control": "s-maxage=60" }).end(String(++asked));
createServer(answer).listen(8090, "127.0.0.1", async () => {
  for (let tries = 0; tries < 300; tries++) {
    const ready = await fetch("http://127.0.0.1:9090/livez").catch(() => undefined);
    if (ready?.status === 200) break;
    await sleep(100);
  }
  const get = async () => (await fetch("http://127.0.0.1:8080/catalog")).headers.get("x-cache");
  const purge = { method: "PURGE", headers: { authorization: "Bearer of-the-cache", "surrogate-key": "/catalog" } };
  const said = [await get(), await get(), (await fetch("http://127.0.0.1:8081/", purge)).status, await get()];
  console.log(JSON.stringify(said));
  process.exit();
});
`;

let folder: string;
let root: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "plumbline-varnish-image-"));
  if (!whyNotUnpacked) ({ root } = await unpackedImage(VARNISH, folder));
});
afterAll(() => rmSync(folder, { recursive: true }));

test.skipIf(whyNotUnpacked)(
  "the image runs the plan's command line and rules as they are, as nobody, where it may write next to nothing",
  async () => {
    const args = completeCache({ namespace: { name: "shop" } as Namespace, zones: ["a"] });
    for (const path of ["/dev", "/tmp", ...Object.values(PATHS)]) mkdirSync(root + path, { recursive: true });
    const { data } = rulesPlan("catalog-cache", args, { name: "catalog", port: 8090 });
    for (const [name, text] of Object.entries(data)) writeFileSync(join(root, PATHS.rules, name), text);
    writeFileSync(join(root, PATHS.token, "token"), "of-the-cache");
    appendFileSync(join(root, "etc/hosts"), "127.0.0.1 localhost catalog.shop.svc\n");
    const holder = join(folder, "holder");
    const words = ["--net", "--mount", "sh", "-c", AS_IN_A_POD, "sh", root, holder, ...serverArgs(args)];
    const varnish = new RealProcess("unshare", words, { PATH: "/usr/sbin:/usr/bin:/sbin:/bin" });
    try {
      const pid = await eventually("a network of its own", 20, async () => readFileSync(holder, "utf8").trim());
      const asking = new RealProcess("nsenter", [`--net=/proc/${pid}/ns/net`, process.execPath, "-e", ASK]);
      await asking.exit();
      expect([asking.output.trim(), varnish.output]).toEqual(['["miss","hit",200,"miss"]', expect.any(String)]);
    } catch (error) {
      throw new Error(varnish.output, { cause: error });
    } finally {
      await varnish.stop();
    }
  },
);
