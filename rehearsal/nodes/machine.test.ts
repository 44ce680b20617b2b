import { release } from "node:os";
import { join } from "node:path";
import { expect, it, vi } from "vitest";
import { scratch, writeFiles, writeProgram } from "../toolchain/testing/scratch.ts";
import { whyNoRealNodes } from "./machine.ts";

const FULL = "000001ffffffffff";

/** A machine with what a test says, and else all that is needed. */
async function machine({
  uid = 0,
  capabilities = FULL,
  filesystems = "nodev\toverlay\n",
  kernel = "",
  apt = true,
} = {}) {
  const dir = await scratch();
  await writeFiles(dir, { "proc/self/status": `CapEff:\t${capabilities}\n`, "proc/filesystems": filesystems });
  if (kernel !== "") await writeFiles(dir, { [`boot/config-${release()}`]: kernel });
  if (apt)
    for (const name of ["apt-get", "apt-config", "dpkg", "dpkg-deb"]) await writeProgram(join(dir, "bin", name), "");
  vi.spyOn(process, "getuid").mockReturnValue(uid);
  vi.spyOn(process, "platform", "get").mockReturnValue("linux");
  return whyNoRealNodes({ PATH: join(dir, "bin") }, join(dir, "proc"), join(dir, "boot"));
}

it("finds nothing missing where nothing is", async () => {
  expect(await machine()).toBeUndefined();
});

it.each([
  [{ uid: 1000 }, /rights of root/],
  [{ capabilities: "00000000a80425fb" }, /as in most containers/],
  [{ filesystems: "nodev\tproc\n" }, /overlay/],
  // One that is a module is loaded when it is asked for.
  [{ filesystems: "nodev\tproc\n", kernel: "CONFIG_OVERLAY_FS=m\n" }, /^the kernel was built without control groups/],
  [{ kernel: "CONFIG_OVERLAY_FS=y\n" }, /built without .*nftables \(CONFIG_NF_TABLES\)/],
  [{ apt: false }, /no apt-get, apt-config, dpkg, dpkg-deb on PATH/],
])("says why with %o", async (given, why) => {
  expect(await machine(given)).toMatch(why);
});
