import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { freePort } from "@plumbline-shop/testing/net";
import { vi } from "vitest";
import { unpackedImage } from "./unpacked-image.ts";

/** Alertmanager and its tool, out of the image in which it runs. */
export interface AlertmanagerBinary {
  /** Writes a file that both see, by its absolute path. */
  write(path: string, content: string): void;
  /** Runs amtool. Throws what it says if it fails. */
  amtool(...words: string[]): string;
  /** Starts a server on loopback, alone, and waits until it is ready. */
  serve(config: string): Promise<RunningAlertmanager>;
  remove(): void;
}

export interface RunningAlertmanager {
  /** Tells it of alerts as Prometheus does. */
  post(alerts: readonly object[]): Promise<void>;
  stop(): Promise<void>;
}

export async function alertmanagerBinary(): Promise<AlertmanagerBinary> {
  const scratch = mkdtempSync(join(tmpdir(), "plumbline-alertmanager-"));
  const { root, run } = await unpackedImage("quay.io/prometheus/alertmanager:v0.28.1", scratch).catch((error) => {
    rmSync(scratch, { recursive: true, force: true });
    throw error;
  });
  const write = (path: string, content: string) => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  };
  return {
    write,
    amtool: (...words) => run("/usr/bin/amtool", ...words),
    serve: async (config) => {
      write("/tmp/alertmanager.yml", config);
      const address = `127.0.0.1:${await freePort()}`;
      const flags = [
        "--config.file=/tmp/alertmanager.yml",
        "--storage.path=/tmp/data",
        `--web.listen-address=${address}`,
        "--cluster.listen-address=",
      ];
      const server = spawn("chroot", [root, "/usr/bin/alertmanager", ...flags], {
        stdio: ["ignore", "ignore", "pipe"],
      });
      let said = "";
      server.stderr.on("data", (chunk) => {
        said += chunk;
      });
      const post = async (alerts: readonly object[]) => {
        const { ok, status } = await fetch(`http://${address}/api/v2/alerts`, {
          method: "POST",
          headers: { "content-type": "application/json" },
          body: JSON.stringify(alerts),
        });
        if (!ok) throw new Error(`Alertmanager answered ${status}`);
      };
      const isReady = vi.waitFor(
        async () => {
          if (server.exitCode !== null) throw new Error(`Alertmanager ended: ${said}`);
          if (!(await fetch(`http://${address}/-/ready`)).ok) throw new Error("Alertmanager is not ready");
        },
        { timeout: 20_000, interval: 100 },
      );
      await isReady.catch((error) => stop(server).finally(() => Promise.reject(error)));
      return { post, stop: () => stop(server) };
    },
    remove: () => rmSync(scratch, { recursive: true, force: true }),
  };
}

async function stop(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const ended = once(server, "exit");
  server.kill("SIGKILL");
  await ended;
}
