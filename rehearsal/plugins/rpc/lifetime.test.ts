import { spawn } from "node:child_process";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

const LIFETIME = join(import.meta.dirname, "lifetime.ts");
const CHILD = `
  const { endWithParent } = await import(${JSON.stringify(LIFETIME)});
  endWithParent(() => { console.log("ending"); process.exit(0); });
  setInterval(() => {}, 1000);
  console.log("ready " + process.pid);`;

/** Starts a shell that starts the plugin, so that the plugin's parent can be killed. Gives what the plugin prints. */
async function start() {
  const script = `"${process.execPath}" --input-type=module -e '${CHILD}' & wait`;
  const shell = spawn("sh", ["-c", script], { stdio: ["ignore", "pipe", "inherit"] });
  let printed = "";
  const closed = new Promise<string>((resolve) => shell.stdout.once("close", () => resolve(printed)));
  const ready = new Promise<number>((resolve) => {
    shell.stdout.on("data", (chunk: Buffer) => {
      printed += chunk;
      const [, pid] = /ready (\d+)/.exec(printed) ?? [];
      if (pid) resolve(Number(pid));
    });
  });
  return { shell, pid: await ready, closed };
}

describe("endWithParent", () => {
  it.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)("ends at %s", async (signal) => {
    const { pid, closed } = await start();
    process.kill(pid, signal);
    expect(await closed).toMatch(/ready \d+\nending\n/);
  });

  it("ends when the process that started it is killed", async () => {
    const { shell, closed } = await start();
    shell.kill("SIGKILL");
    expect(await closed).toMatch(/ending/);
  });
});
