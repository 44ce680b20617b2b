import { mkdir, rename, rm, symlink } from "node:fs/promises";
import { arch } from "node:os";
import { join } from "node:path";
import { apt, aptState, fetchPackages } from "../images/sources/apt.ts";
import { toolsDirectory } from "../toolchain/cache.ts";
import { contentKey } from "../toolchain/content-key.ts";
import { findProduct, MAKER, produce } from "../toolchain/product.ts";
import { type Following, follow, type Say } from "../toolchain/progress.ts";

export interface RuntimeOptions extends Following {
  /** Root of the cache; see `cacheDirectory`. */
  readonly cacheDir: string;
  /** Environment in which apt and Go are looked up and run. Default: this process's. */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
}

const TOOL = "node-runtime";

/** What a node is made of, with all that these depend on: the file system of a node holds nothing else. */
const PACKAGES = ["containerd", "runc", "containernetworking-plugins", "nftables", "iptables", "mount"] as const;

/** Names that the scripts of a package would make, and what they stand for. */
const ALTERNATIVES = { "usr/sbin/iptables": "iptables-nft", "usr/sbin/ip6tables": "ip6tables-nft" } as const;

/** What nobody reads on a node. Copyright notices stay. */
const FOR_PEOPLE = ["man", "info", "locale", "lintian", "bash-completion"] as const;

/**
 * The folder into which Debian's packages for a node are unpacked: in the cache, and nothing is installed. It is made
 * again when the machine's package lists have changed. Without apt, one that was made earlier serves.
 *
 * Throws `RehearsalError` if the machine lacks what it takes, saying what to do.
 */
export async function nodeRuntime(options: RuntimeOptions): Promise<string> {
  const { cacheDir, env, report, signal } = options;
  const toolsDir = toolsDirectory(cacheDir);
  const logFile = join(toolsDir, "log", `${TOOL}.log`);
  return follow(TOOL, { report, logFile }, async (say) => {
    const inputs = contentKey({ packages: PACKAGES.join(), alternatives: JSON.stringify(ALTERNATIVES) });
    const lists = await aptState(env).catch(async (error: unknown) => {
      signal?.throwIfAborted();
      const earlier = await findProduct(toolsDir, TOOL, inputs);
      if (earlier !== undefined) return { earlier };
      throw error;
    });
    if (typeof lists !== "string") return join(lists.earlier, "root");
    const make = (stage: string, saying: Say) => unpack(stage, saying, { ...options, logFile });
    const recipe = { tool: TOOL, version: "1", key: contentKey({ inputs, lists, architecture: arch() }), inputs, make };
    const dir = await produce(toolsDir, recipe, { say, signal });
    say(`in ${dir}`);
    return join(dir, "root");
  });
}

async function unpack(
  stage: string,
  say: Say,
  { cacheDir, env, signal, logFile }: RuntimeOptions & { readonly logFile: string },
): Promise<void> {
  const work = join(stage, "work");
  const root = join(work, "root");
  await mkdir(root, { recursive: true });
  await mkdir(join(logFile, ".."), { recursive: true });
  const workshop = { work, say, signal, logFile, identityFile: join(stage, MAKER) };
  const { closure, files } = await fetchPackages({ packages: PACKAGES, without: [] }, { cacheDir, env }, workshop);
  for (const [done, file] of files.entries()) {
    say(`unpacking ${closure[done]?.name}`, { count: { done, total: files.length, unit: "packages" } });
    await apt("dpkg-deb", ["--extract", file, root], { env, signal, logFile, identityFile: workshop.identityFile });
  }
  for (const name of FOR_PEOPLE) await rm(join(root, "usr/share", name), { recursive: true, force: true });
  for (const [path, target] of Object.entries(ALTERNATIVES)) await symlink(target, join(root, path));
  await rename(root, join(stage, "root"));
  await rm(work, { recursive: true });
}
