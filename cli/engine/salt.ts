import { readFile, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { writeWhole } from "../../rehearsal/toolchain/files.ts";

/** The salt with which a state file's secrets are encrypted; undefined if there is no such file, or no secret in it. */
export async function saltOf(stateFile: string): Promise<string | undefined> {
  const text = await readFile(stateFile, "utf8").catch(() => undefined);
  return text === undefined ? undefined : (/"salt":\s*"([^"]+)"/.exec(text)?.[1] ?? undefined);
}

/**
 * Removes the encryption salt from a stack's settings, `stacks/Pulumi.<name>.yaml`, and the file if nothing else is in
 * it. The salt belongs to one passphrase; with another one the engine refuses the stack as wrongly decrypted. It stays
 * if it is the one to be kept: that of the state. What else a person has set there (`pulumi config --secret`) is never
 * there by halves.
 */
export async function forgetSalt(projectDir: string, name: string, keep?: string): Promise<void> {
  const file = join(projectDir, "stacks", `Pulumi.${name}.yaml`);
  const text = await readFile(file, "utf8").catch(() => undefined);
  if (text === undefined) return;
  const rest = text.replace(/^encryptionsalt:.*\n?/m, "");
  if (rest === text || (keep !== undefined && text.includes(`encryptionsalt: ${keep}\n`))) return;
  if (rest.trim() === "") await rm(file, { force: true });
  else await writeWhole(file, rest, (await stat(file)).mode & 0o777);
}
