import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

/**
 * Removes the encryption salt from a stack's settings, `stacks/Pulumi.<name>.yaml`, and the file if nothing else is in
 * it. The salt belongs to one passphrase; with another one the engine refuses the stack as wrongly decrypted.
 */
export async function forgetSalt(projectDir: string, name: string): Promise<void> {
  const file = join(projectDir, "stacks", `Pulumi.${name}.yaml`);
  const text = await readFile(file, "utf8").catch(() => undefined);
  if (text === undefined) return;
  const rest = text.replace(/^encryptionsalt:.*\n?/m, "");
  if (rest === text) return;
  if (rest.trim() === "") await rm(file, { force: true });
  else await writeFile(file, rest);
}
