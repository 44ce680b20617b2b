import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ImageDescription } from "../../rehearsal/images/index.ts";
import { unpack } from "./programs.ts";

/**
 * Has the programs of images found on this process' PATH before the machine's, those of the first image first: scripts of pods run with
 * what their pods have. Gives what takes them away.
 */
export async function programsOf(images: readonly ImageDescription[]): Promise<() => void> {
  const folder = mkdtempSync(join(tmpdir(), "plumbline-programs-"));
  const before = process.env.PATH;
  const forget = () => {
    process.env.PATH = before;
    rmSync(folder, { recursive: true });
  };
  try {
    for (const [index, image] of [...images].reverse().entries()) {
      const { environment } = await unpack(image, join(folder, String(index)));
      process.env.PATH = environment.PATH;
    }
  } catch (error) {
    forget();
    throw error;
  }
  return forget;
}
