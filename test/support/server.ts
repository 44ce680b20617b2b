import type { ChildProcess } from "node:child_process";
import { once } from "node:events";

/** Ends a server at once, and waits until it has ended. */
export async function stop(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const ended = once(server, "exit");
  server.kill("SIGKILL");
  await ended;
}
