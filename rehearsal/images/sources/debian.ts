import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { contentKey } from "../../toolchain/content-key.ts";
import { treeEntries } from "../oci/entry.ts";
import { usrMergeLinks } from "../oci/layer-plan.ts";
import { apt, aptState, fetchPackages } from "./apt.ts";
import { releaseLists } from "./lists.ts";
import type { Found, SourceOptions } from "./source.ts";

/** Debian's packages with all they depend on, unpacked; their scripts are not run, so no user or alternative is made. */
export interface DebianSource {
  readonly kind: "debian";
  readonly packages: readonly string[];
  /** The release of Debian that they are of, where the machine can have it. Default: the machine's own release. */
  readonly release?: string;
  /** Dependencies that the programs which run do not need; what only these need is left out too. */
  readonly without?: readonly string[];
  /** Absolute paths that are left out, each with all that is below it. */
  readonly omit?: readonly string[];
}

/** What packages need to be installed by their scripts, not to run: apt takes it as there. */
const TO_INSTALL = [
  "adduser",
  "cron",
  "debconf",
  "debianutils",
  "dpkg",
  "init-system-helpers",
  "logrotate",
  "lsb-base",
  "passwd",
  "perl",
  "perl-base",
  "sysvinit-utils",
  "ucf",
  "usrmerge",
] as const;

/** What nobody reads inside a container. Copyright notices stay: they have to go with the programs. */
const FOR_PEOPLE = /^usr\/share\/(man|info|locale|lintian|bug|doc-base|bash-completion|gdb)(\/|$)/;
const DOCUMENT = /^usr\/share\/doc\/[^/]+\/(?!copyright$)/;

/** What of the machine decides the layer: the package lists, by which apt chooses versions. */
export async function findDebian(source: DebianSource, options: SourceOptions): Promise<Found> {
  const { packages, release, without = [], omit = [] } = source;
  const lists = release === undefined ? undefined : await releaseLists(release, options);
  return {
    state: contentKey({ lists: lists?.state ?? (await aptState(options.env)) }),
    lay: async (workshop) => {
      const { say, signal, logFile, identityFile, work } = workshop;
      const wanted = { packages, without: [...TO_INSTALL, ...without], lists };
      const { closure, files } = await fetchPackages(wanted, options, workshop);
      const root = join(work, "root");
      await mkdir(root);
      for (const [done, file] of files.entries()) {
        say(`unpacking ${closure[done]?.name}`, { count: { done, total: files.length, unit: "packages" } });
        await apt("dpkg-deb", ["--extract", file, root], { env: options.env, signal, logFile, identityFile });
      }
      const ships = (path: string) => isShipped(path) && !omit.includes(`/${path}`);
      return { entries: [...usrMergeLinks(), ...(await treeEntries(root, "", ships))], ingredients: closure };
    },
  };
}

/** Whether a path of a package belongs into an image. */
export function isShipped(path: string): boolean {
  return !FOR_PEOPLE.test(path) && !DOCUMENT.test(path);
}
