import { join } from "node:path";
import { cacheDirectory } from "../../rehearsal/index.ts";
import { command } from "../../rehearsal/toolchain/command.ts";
import { type GoTool, goTool } from "../../rehearsal/toolchain/go-build.ts";

/** Of Go's own library alone. */
const TOOL: GoTool = {
  name: "load",
  version: "1",
  moduleDir: join(import.meta.dirname, "..", "load"),
  package: "plumbline.dev/test/load",
  ldflags: [],
  smoke: ["-version"],
  links: [],
};

/** What became of the requests of a load. Times are in milliseconds. */
interface Sent {
  readonly sent: number;
  readonly failed: number;
  /** How often, by the kind of its connection and by what was wrong. */
  readonly failures: Readonly<Record<string, number>>;
  /** Between the first and the last that failed. */
  readonly failedFor: number;
  /** From when a request was due: a client that cannot follow shows in them. */
  readonly p50: number;
  readonly p99: number;
  readonly slowest: number;
  /** By how much the hundredth that was sent latest was sent too late. */
  readonly late: number;
  /** Requests a second that there really were. */
  readonly rate: number;
}

/** Builds the client, once. */
export async function loadClient(): Promise<string> {
  return join(await goTool(TOOL, { toolsDir: join(cacheDirectory(), "tools") }), TOOL.name);
}

/** Sends GET requests at a steady rate from outside: one in so many on a connection of its own, the others on connections that are kept. */
export async function sendLoad(
  client: string,
  to: { readonly url: string; readonly address: string; readonly ca: string },
  how: { readonly rate: number; readonly seconds: number; readonly fresh: number },
): Promise<Sent> {
  const words = { ...to, ...how };
  const given = Object.entries(words).map(([flag, value]) => `-${flag}=${value}`);
  const { code, stdout, tail } = await command(client, given);
  if (code !== 0) throw new Error(tail.join("\n"));
  return JSON.parse(stdout) as Sent;
}
