import type { Provider } from "./provider.ts";
import { serve } from "./serve.ts";

/** How often a plugin looks whether the engine that started it is still there, in milliseconds. */
const PARENT_CHECK_INTERVAL = 1_000;

/**
 * The whole life of a plugin process: serves the provider, prints the port as the first line of output, and ends with
 * the engine. The engine's address is the first argument.
 */
export async function runPlugin(provider: Provider): Promise<void> {
  const { port } = await serve(provider, process.argv[2]);
  process.stdout.write(`${port}\n`);
  process.on("SIGTERM", () => process.exit(0));
  const parent = process.ppid;
  setInterval(() => {
    // A process whose parent ended gets another one.
    if (process.ppid !== parent) process.exit(0);
  }, PARENT_CHECK_INTERVAL).unref();
}
