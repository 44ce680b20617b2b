import { mkdir } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { PreparedImage } from "../images/index.ts";
import { toolsDirectory } from "../toolchain/cache.ts";
import { command } from "../toolchain/command.ts";
import { contentKey } from "../toolchain/content-key.ts";
import { RehearsalError } from "../toolchain/error.ts";
import { MAKER, produce } from "../toolchain/product.ts";
import { type Following, follow, type Say } from "../toolchain/progress.ts";

const TOOL = "image-store";

/** containerd's two databases: it writes them last, when everything that they name is there. */
const DATABASES = [
  "containerd/io.containerd.metadata.v1.bolt/meta.db",
  "containerd/io.containerd.snapshotter.v1.overlayfs/metadata.db",
] as const;

export interface StoreOptions extends Following {
  /** Root of the cache; see `cacheDirectory`. */
  readonly cacheDir: string;
  /** Absolute path of `plumbline-node`. */
  readonly program: string;
  /** The unpacked packages, as `nodeRuntime` gives them: their folder is named by their content. */
  readonly runtime: string;
  readonly images: readonly PreparedImage[];
}

/**
 * The folder in the cache with what containerd makes of the images: imported and unpacked once for all nodes, which get it by
 * hard links. Another set of images is another store.
 *
 * Throws `RehearsalError` with containerd's last lines if it cannot be made.
 */
export async function imageStore({
  cacheDir,
  program,
  runtime,
  images,
  report,
  signal,
}: StoreOptions): Promise<string> {
  const toolsDir = toolsDirectory(cacheDir);
  const logFile = join(toolsDir, "log", `${TOOL}.log`);
  return follow("image store", { report, logFile }, async (say) => {
    const inputs = contentKey({
      runtime: basename(dirname(runtime)),
      images: images
        .map(({ reference, digest }) => `${reference}@${digest}`)
        .sort()
        .join(),
    });
    const make = (stage: string, saying: Say) =>
      fill(stage, { program, runtime, images, say: saying, signal, logFile });
    const recipe = { tool: TOOL, version: "1", key: inputs, inputs, judgedBy: DATABASES, make };
    const dir = await produce(toolsDir, recipe, { say, signal });
    say(`${images.length} images in ${dir}`);
    return dir;
  });
}

interface Filling extends Omit<StoreOptions, "cacheDir" | "report"> {
  readonly say: Say;
  readonly logFile: string;
}

async function fill(stage: string, { program, runtime, images, say, signal, logFile }: Filling): Promise<void> {
  await mkdir(dirname(logFile), { recursive: true });
  let done = 0;
  const onLine = (line: string) => {
    const image = images.find(({ path }) => path === line);
    if (image !== undefined)
      say(`unpacking ${image.reference}`, { count: { done: done++, total: images.length, unit: "images" } });
  };
  say("starting containerd");
  const args = ["images", "--store", stage, "--runtime", runtime, ...images.map(({ path }) => path)];
  const { code, tail } = await command(program, args, { signal, logFile, onLine, identityFile: join(stage, MAKER) });
  if (code !== 0)
    throw new RehearsalError(
      ["The images could not be unpacked. Their last lines:", ...tail.map((line) => `  ${line}`)].join("\n"),
      `The whole output is in ${logFile}.`,
    );
}
