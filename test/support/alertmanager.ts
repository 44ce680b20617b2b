import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { freePort } from "@plumbline-shop/testing/net";
import { vi } from "vitest";
import type { AlertmanagerConfig } from "../../components/observability/index.ts";
import { stop } from "./server.ts";
import { unpackedImage } from "./unpacked-image.ts";

/** Alertmanager and its tool, out of the image in which it runs. */
export interface AlertmanagerBinary {
  /** Writes a file that both see, by its absolute path. */
  write(path: string, content: string): void;
  /** Runs amtool. Throws what it says if it fails. */
  amtool(...words: string[]): string;
  /** Starts a server on loopback, and waits until it is ready: alone, or looking for others of its cluster, of which there are none. */
  serve(config: string, cluster?: "alone" | "gossips"): Promise<RunningAlertmanager>;
  remove(): void;
}

export interface RunningAlertmanager {
  /** Where it listens, as `127.0.0.1:9093`. */
  readonly address: string;
  /** Tells it of alerts as Prometheus does. */
  post(alerts: readonly object[]): Promise<void>;
  stop(): Promise<void>;
}

/** How often the heartbeat of a hurried configuration is called, in milliseconds. */
export const BEAT = 2_000;

/** The same configuration, faster: seconds instead of minutes, in the same order. */
export function hurried({ route, ...config }: AlertmanagerConfig): string {
  const fast = { group_wait: "1s", group_interval: "2s" };
  const routes = route.routes?.map((one) =>
    one.receiver === "heartbeat"
      ? { ...one, group_interval: `${BEAT}ms`, repeat_interval: `${BEAT - 1_000}ms` }
      : { ...one, ...fast },
  );
  return JSON.stringify({ ...config, route: { ...route, ...fast, routes } });
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
    serve: async (config, cluster = "alone") => {
      const address = `127.0.0.1:${await freePort()}`;
      const file = `/tmp/alertmanager-${address}.yml`;
      write(file, config);
      const flags = [
        `--config.file=${file}`,
        `--storage.path=/tmp/data-${address}`,
        `--web.listen-address=${address}`,
        `--cluster.listen-address=${cluster === "alone" ? "" : `127.0.0.1:${await freePort()}`}`,
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
      return { address, post, stop: () => stop(server) };
    },
    remove: () => rmSync(scratch, { recursive: true, force: true }),
  };
}
