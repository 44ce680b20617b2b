import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "@plumbline-shop/testing/net";
import { vi } from "vitest";
import { stop } from "./server.ts";
import { unpackedImage } from "./unpacked-image.ts";

/** One place where metrics are read, with the labels that the operator gives it by its monitor. */
interface Target {
  /** `127.0.0.1:9090` */
  readonly address: string;
  readonly job: string;
  readonly labels: Readonly<Record<string, string>>;
}

interface Served {
  /** The `spec` of PrometheusRules. */
  readonly rules: readonly unknown[];
  readonly targets: readonly Target[];
  /** Where Alertmanagers listen. */
  readonly alertmanagers: readonly string[];
  readonly externalLabels?: Readonly<Record<string, string>>;
}

export interface RunningPrometheus {
  readonly address: string;
  /** The values of an expression. */
  query(expr: string): Promise<{ metric: Readonly<Record<string, string>>; value: number }[]>;
  stop(): Promise<void>;
}

/** Prometheus out of the image in which it runs. */
export interface PrometheusBinary {
  /**
   * Starts a server on loopback that reads, works out and tells every second, where it would twice a minute, and waits until it is
   * ready. What it has kept ends with it.
   */
  serve(what: Served): Promise<RunningPrometheus>;
  remove(): void;
}

const EVERY = "1s";

export async function prometheusBinary(): Promise<PrometheusBinary> {
  const scratch = mkdtempSync(join(tmpdir(), "plumbline-prometheus-"));
  const { root } = await unpackedImage("quay.io/prometheus/prometheus:v3.6.0", scratch);
  mkdirSync(join(root, "tmp"), { recursive: true });
  return {
    serve: async ({ rules, targets, alertmanagers, externalLabels = {} }) => {
      const address = `127.0.0.1:${await freePort()}`;
      const files = rules.map((_, index) => `/tmp/rules-${index}.yml`);
      for (const [index, file] of files.entries()) writeFileSync(join(root, file), JSON.stringify(rules[index]));
      const config = {
        global: {
          scrape_interval: EVERY,
          scrape_timeout: EVERY,
          evaluation_interval: EVERY,
          external_labels: externalLabels,
        },
        rule_files: files,
        alerting: { alertmanagers: [{ static_configs: [{ targets: alertmanagers }] }] },
        scrape_configs: targets.map(({ address: target, job, labels }) => ({
          job_name: job,
          static_configs: [{ targets: [target], labels }],
        })),
      };
      writeFileSync(join(root, "tmp", "prometheus.yml"), JSON.stringify(config));
      const server = spawn(
        "chroot",
        [
          root,
          "/usr/bin/prometheus",
          "--config.file=/tmp/prometheus.yml",
          "--storage.tsdb.path=/tmp/data",
          `--web.listen-address=${address}`,
          `--rules.alert.resend-delay=${EVERY}`,
        ],
        { stdio: ["ignore", "ignore", "pipe"] },
      );
      let said = "";
      server.stderr.on("data", (chunk) => {
        said += chunk;
      });
      const kill = () => server.kill("SIGKILL");
      process.once("exit", kill);
      server.once("exit", () => process.off("exit", kill));
      await vi.waitFor(
        async () => {
          if (server.exitCode !== null) throw new Error(`Prometheus ended: ${said}`);
          if (!(await fetch(`http://${address}/-/ready`)).ok) throw new Error("Prometheus is not ready");
        },
        { timeout: 20_000, interval: 100 },
      );
      return {
        address,
        query: async (expr) => {
          const answer = await fetch(`http://${address}/api/v1/query?${new URLSearchParams({ query: expr })}`);
          const { data } = (await answer.json()) as {
            data: { result: { metric: Record<string, string>; value: [number, string] }[] };
          };
          return data.result.map(({ metric, value: [, value] }) => ({ metric, value: Number(value) }));
        },
        stop: async () => {
          await stop(server);
          rmSync(join(root, "tmp", "data"), { recursive: true, force: true });
        },
      };
    },
    remove: () => rmSync(scratch, { recursive: true, force: true }),
  };
}
