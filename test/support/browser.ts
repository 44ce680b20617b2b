import { existsSync } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { type Browser, chromium } from "playwright-core";
import { apt, aptState, fetchPackages } from "../../rehearsal/images/sources/apt.ts";
import { cacheDirectory, RehearsalError } from "../../rehearsal/index.ts";
import { toolsDirectory } from "../../rehearsal/toolchain/cache.ts";
import { contentKey } from "../../rehearsal/toolchain/content-key.ts";
import { findProduct, MAKER, produce } from "../../rehearsal/toolchain/product.ts";
import type { Say } from "../../rehearsal/toolchain/progress.ts";

/** A browser that can be started: a program, and what it finds its libraries and fonts by. */
export interface FoundBrowser {
  readonly executable: string;
  readonly env: Readonly<Record<string, string>>;
}

const TOOL = "browser";
const NAMES = ["chromium-headless-shell", "chromium", "chromium-browser", "google-chrome"] as const;
const PACKAGES = ["chromium-headless-shell", "fonts-dejavu-core"] as const;
/** The machine's own C library has to be used, with its loader. Scripts for desktops and drivers of graphics cards are not. */
const WITHOUT = ["libc6", "xdg-utils", "libgl1-mesa-dri"] as const;

/**
 * Chromium as the machine has it on PATH, else Debian's, unpacked into the cache with what it needs: nothing is
 * installed. Where neither can be had, the reason.
 */
export async function findBrowser(path = process.env.PATH ?? ""): Promise<FoundBrowser | { readonly why: string }> {
  for (const name of NAMES)
    for (const dir of path.split(delimiter))
      if (existsSync(join(dir, name))) return { executable: join(dir, name), env: {} };
  try {
    return unpacked(await product());
  } catch (error) {
    if (!(error instanceof RehearsalError)) throw error;
    return { why: `there is no ${NAMES.join(", ")} on PATH, and: ${error.message}` };
  }
}

/** Starts it. Its sandbox cannot be had by root, nor in most containers; what it opens here is our own page. */
export function launch({ executable, env }: FoundBrowser): Promise<Browser> {
  return chromium.launch({
    executablePath: executable,
    args: ["--no-sandbox"],
    env: { ...(process.env as Record<string, string>), ...env },
  });
}

async function product(): Promise<string> {
  const toolsDir = toolsDirectory(cacheDirectory());
  await mkdir(toolsDir, { recursive: true });
  const inputs = contentKey({ packages: PACKAGES.join(), without: WITHOUT.join() });
  const lists = await aptState(process.env).catch(async (error: unknown) => {
    const earlier = await findProduct(toolsDir, TOOL, inputs);
    if (earlier !== undefined) return { earlier };
    throw error;
  });
  if (typeof lists !== "string") return lists.earlier;
  const key = contentKey({ inputs, lists, architecture: process.arch });
  return produce(toolsDir, { tool: TOOL, version: "1", key, inputs, make: unpack }, { say: () => undefined });
}

async function unpack(stage: string, say: Say): Promise<void> {
  const work = join(stage, "work");
  const root = join(work, "root");
  await mkdir(root, { recursive: true });
  const cacheDir = cacheDirectory();
  const logFile = join(toolsDirectory(cacheDir), "log", `${TOOL}.log`);
  await mkdir(join(logFile, ".."), { recursive: true });
  const running = { logFile, identityFile: join(stage, MAKER) };
  const wanted = { packages: PACKAGES, without: WITHOUT };
  const { files } = await fetchPackages(wanted, { cacheDir }, { work, say, ...running });
  for (const file of files) await apt("dpkg-deb", ["--extract", file, root], running);
  await rename(root, join(stage, "root"));
  await rm(work, { recursive: true });
}

function unpacked(dir: string): FoundBrowser {
  const root = join(dir, "root");
  const triplet = process.arch === "arm64" ? "aarch64-linux-gnu" : "x86_64-linux-gnu";
  const libraries = ["usr/lib", "lib"].flatMap((lib) => [
    join(root, lib, triplet),
    join(root, lib, triplet, "pulseaudio"),
    join(root, lib, triplet, "nss"),
  ]);
  return {
    executable: join(root, "usr/lib/chromium/chromium-headless-shell"),
    env: { LD_LIBRARY_PATH: libraries.join(":"), FONTCONFIG_SYSROOT: root },
  };
}
