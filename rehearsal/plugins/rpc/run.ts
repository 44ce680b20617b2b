import { endWithParent } from "./lifetime.ts";
import type { Provider } from "./provider.ts";
import { serve } from "./serve.ts";

/**
 * The whole life of a plugin process: serves the provider, prints the port as the first line of output, and ends with
 * the engine. The engine's address is the first argument.
 */
export async function runPlugin(provider: Provider): Promise<void> {
  const { port } = await serve(provider, process.argv[2]);
  process.stdout.write(`${port}\n`);
  endWithParent(() => process.exit(0));
}
