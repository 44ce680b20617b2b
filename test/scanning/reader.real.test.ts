import { mkdirSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { freePort } from "@plumbline-shop/testing/net";
import { RealProcess } from "@plumbline-shop/testing/process";
import { Scratch } from "@plumbline-shop/testing/scratch";
import { afterAll, beforeAll, expect, test } from "vitest";
import { RENDERERS } from "../../cli/scan/formats.ts";
import { readScans } from "../../cli/scan/read.ts";
import { reportOf } from "../../cli/scan/report.ts";
import { TRIVY } from "../../cli/scan/testing/reports.ts";
import { readerConfig, readings } from "../../components/observability/scanning/reader-config.ts";
import { eventually } from "../../rehearsal/plugins/kubernetes/testing/cluster.ts";
import { jsonExporterProgram } from "./programs.ts";

const NOW = new Date();
const ORGANISATION = "0f3c1a52-7f3a-4d0e-9c57-2b1c3d4e5f60";
const TOKENS = { builds: "the-token-of-builds", sonarqube: "the-token-of-sonarqube", snyk: "the-token-of-snyk" };
const REPORT = RENDERERS.json(
  reportOf(readScans(JSON.stringify({ ...TRIVY, CreatedAt: NOW.toISOString() })), {
    failOn: "high",
    exemptions: [],
    now: NOW,
  }),
);
const counts = { critical: 2, high: 5, medium: 0, low: 1 };

/** Stand-ins, in the forms that their documentation gives: who may ask, and what is answered, by path. */
const ANSWERS: Readonly<Record<string, { readonly as?: string; readonly body: string }>> = {
  "/shop/scan.json": { as: `Bearer ${TOKENS.builds}`, body: REPORT },
  "/broken/scan.json": { body: '{"schema":1,"at"' },
  "/api/qualitygates/project_status?projectKey=shop": {
    as: `Bearer ${TOKENS.sonarqube}`,
    body: JSON.stringify({
      projectStatus: {
        status: "ERROR",
        conditions: [
          { status: "OK", metricKey: "new_coverage", comparator: "LT", errorThreshold: "80", actualValue: "91.5" },
          {
            status: "ERROR",
            metricKey: "new_security_rating",
            comparator: "GT",
            errorThreshold: "1",
            actualValue: "4",
          },
        ],
      },
    }),
  },
  [`/rest/orgs/${ORGANISATION}/projects?version=2024-10-15&limit=100&meta.latest_issue_counts=true`]: {
    as: `token ${TOKENS.snyk}`,
    body: JSON.stringify({
      data: [{ id: "p1", attributes: { name: "shop/web" }, meta: { latest_issue_counts: counts } }],
    }),
  },
};

const scratch = new Scratch();
const sent: string[] = [];
let server: Server;
let reader: RealProcess;
let metricsOf: (name: string) => Promise<{ readonly status: number; readonly text: string }>;

beforeAll(async () => {
  const command = await jsonExporterProgram();
  server = createServer((request, response) => {
    const { url = "", headers } = request;
    if (headers.authorization) sent.push(`${url} ${headers.authorization}`);
    if (url === "/moved/scan.json") return response.writeHead(302, { location: "/elsewhere" }).end();
    const answer = ANSWERS[url];
    if (answer === undefined) return response.writeHead(404).end("{}");
    if (answer.as !== headers.authorization) return response.writeHead(401).end("{}");
    return response.writeHead(200, { "content-type": "application/json" }).end(answer.body);
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const token = (secret: string) => ({ secret, key: "key" });
  const args = {
    reports: {
      shop: { url: `${origin}/shop/scan.json`, token: token("builds") },
      broken: { url: `${origin}/broken/scan.json` },
      moved: { url: `${origin}/moved/scan.json`, token: token("builds") },
      gone: { url: `${origin}/gone/scan.json` },
    },
    sonarQube: { url: origin, projects: ["shop"], token: token("sonarqube") },
    snyk: { url: origin, organisation: ORGANISATION, token: token("snyk") },
  };
  const { directory } = scratch;
  for (const [secret, text] of Object.entries(TOKENS)) {
    mkdirSync(join(directory, secret));
    writeFileSync(join(directory, secret, "key"), text);
  }
  writeFileSync(join(directory, "config.json"), JSON.stringify(readerConfig(args, directory)));
  const port = await freePort();
  reader = new RealProcess(
    command,
    [`--config.file=${join(directory, "config.json")}`, `--web.listen-address=127.0.0.1:${port}`, "--log.level=debug"],
    { PATH: process.env.PATH },
  );
  const asked = new Map(readings(args).map(({ name, url }) => [name, url]));
  metricsOf = async (name) => {
    const query = new URLSearchParams({ module: name, target: asked.get(name) ?? "" });
    const response = await fetch(`http://127.0.0.1:${port}/probe?${query}`);
    return { status: response.status, text: await response.text() };
  };
  await eventually(
    () =>
      fetch(`http://127.0.0.1:${port}/metrics`).then(
        ({ status }) => status,
        () => 0,
      ),
    (status) => status === 200,
  );
});
afterAll(async () => {
  await reader?.stop("SIGKILL");
  server?.closeAllConnections();
  server?.close();
  scratch.remove();
});

/** The samples of an answer, each as it is written. */
const samples = (text: string) => text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));

test("what `plumbline scan` wrote is told as it says: findings by tool, severity and state, and when", async () => {
  const { status, text } = await metricsOf("shop");
  expect(status).toBe(200);
  expect(samples(text)).toContain('plumbline_scan_findings{severity="critical",state="open",tool="trivy"} 2');
  expect(samples(text)).toContain('plumbline_scan_findings{severity="critical",state="exempt",tool="trivy"} 0');
  const [, at] = /^plumbline_scan_time_seconds (\S+)$/m.exec(text) ?? [];
  expect(Number(at)).toBe(Math.floor(NOW.getTime() / 1_000));
  // The text for a Pushgateway has the same series.
  const written = RENDERERS.prometheus(
    reportOf(readScans(JSON.stringify({ ...TRIVY, CreatedAt: NOW.toISOString() })), {
      failOn: "high",
      exemptions: [],
      now: NOW,
    }),
  );
  const sorted = (lines: string[]) =>
    lines.map((line) => line.replace(/\{(.*)\}/, (_, all: string) => all.split(",").sort().join())).sort();
  const findings = (all: string[]) => all.filter((line) => line.startsWith("plumbline_scan_findings"));
  expect(sorted(findings(samples(written)))).toEqual(sorted(findings(samples(text))));
});

test("a quality gate is told by its status, and each condition that is not met with its value", async () => {
  const { text } = await metricsOf("sonarqube:shop");
  expect(samples(text).sort()).toEqual([
    'plumbline_sonarqube_gate{status="ERROR"} 1',
    'plumbline_sonarqube_unmet{allowed="1",metric="new_security_rating"} 4',
  ]);
});

test("what Snyk knows of each project is told by severity", async () => {
  const { text } = await metricsOf("snyk");
  expect(samples(text).sort()).toEqual(
    Object.entries(counts)
      .map(([severity, count]) => `plumbline_snyk_issues{id="p1",project="shop/web",severity="${severity}"} ${count}`)
      .sort(),
  );
});

test.each(["broken", "gone", "moved"])(
  "%s: what cannot be read has no series, which is what is told of",
  async (name) => {
    const { text } = await metricsOf(name);
    expect(samples(text).filter((line) => line.startsWith("plumbline_"))).toEqual([]);
  },
);

test("each token went where it belongs and nowhere else, and none is in an answer or a log", async () => {
  const answers = await Promise.all(["shop", "moved", "sonarqube:shop", "snyk"].map(metricsOf));
  expect([...new Set(sent)].sort()).toEqual([
    `/api/qualitygates/project_status?projectKey=shop Bearer ${TOKENS.sonarqube}`,
    `/moved/scan.json Bearer ${TOKENS.builds}`,
    `/rest/orgs/${ORGANISATION}/projects?version=2024-10-15&limit=100&meta.latest_issue_counts=true token ${TOKENS.snyk}`,
    `/shop/scan.json Bearer ${TOKENS.builds}`,
  ]);
  const told = [...answers.map(({ text }) => text), reader.output].join("\n");
  expect(told).toContain("json_exporter");
  for (const token of Object.values(TOKENS)) expect(told).not.toContain(token);
});
