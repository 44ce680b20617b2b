import { execFileSync } from "node:child_process";
import { appendFileSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { getCACertificates, setDefaultCACertificates } from "node:tls";
import { gunzipSync } from "node:zlib";
import { eventually, freePort } from "@plumbline-shop/testing/net";
import { postgresMissing, TestPostgres } from "@plumbline-shop/testing/postgres";
import { AwsClient } from "aws4fetch";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { REGION } from "../components/data/object-store/config.ts";
import type { Identity } from "../components/data/object-store/identities.ts";
import { METRICS_PORT } from "../components/observability/collector/config.ts";
import { SHIPPED, type ShipperConfigArgs, shipperConfig } from "../components/security/audit/shipper-config.ts";
import { buildTelemetry, type Running, TelemetryHosts, whyNoTelemetry } from "./support/telemetry.ts";
import { sendingTo, TelemetrySink } from "./support/telemetry-sink.ts";
import { type LocalStore, startStore, storePrograms } from "./support/weed.ts";

// A real API server's log, the shipper's very configuration in a real collector, and a real object store that it may only add to.

const GROUP = `t-trail-${process.pid}`;
const SECRET = "of-a-customer-0815";
const BUCKET = "audit";
/** The API server does not write at once what it answers at once, and a collector looks at files by the second. */
const SOON = 30;

const programs = await storePrograms();
const why = (await whyNoTelemetry()) ?? ("missing" in programs ? programs.missing : undefined);

const identity = (right: Identity["right"]): Identity => ({
  bucket: BUCKET,
  right,
  consumer: right,
  namespace: "kube-system",
  accessKey: `KEY-OF-${right}`.toUpperCase(),
  secretKey: `secret-of-${right}`,
});
const WRITER = identity("writer");
const READER = identity("reader");

function at(event: object, field: string): unknown {
  return field.split(".").reduce<unknown>((value, part) => (value as Record<string, unknown>)?.[part], event);
}

describe.skipIf(why)(`the API server's log, shipped${why ? ` (skipped: ${why})` : ""}`, () => {
  const hosts = new TelemetryHosts();
  const kubeconfig = process.env.PLUMBLINE_TEST_KUBECONFIG ?? "";
  const log = join(dirname(kubeconfig), "log", "audit.log");
  const trusted = getCACertificates("default");
  let store: LocalStore;
  let sink: TelemetrySink;

  beforeAll(async () => {
    if ("missing" in programs) return;
    await buildTelemetry("collector");
    sink = await TelemetrySink.start();
    store = await startStore(programs, { [BUCKET]: {} }, [WRITER, READER]);
    await vi.waitFor(() => expect(store.setUp(), store.log("gateway")).toBe(0), { timeout: 120_000, interval: 1_000 });
    setDefaultCACertificates([...trusted, store.ca]);
    const { accessKey, secretKey } = WRITER;
    const key = `[default]\naws_access_key_id = ${accessKey}\naws_secret_access_key = ${secretKey}\n`;
    writeFileSync(join(hosts.folder, "credentials"), key);
    writeFileSync(join(hosts.folder, "ca.crt"), store.ca);
    // As in the pod.
    vi.stubEnv("AWS_SHARED_CREDENTIALS_FILE", join(hosts.folder, "credentials"));
    vi.stubEnv("AWS_CA_BUNDLE", join(hosts.folder, "ca.crt"));
    await vi.waitFor(async () => expect((await get("?list-type=2")).status).toBe(200), { timeout: 60_000 });
  }, 1_200_000);
  afterAll(async () => {
    vi.unstubAllEnvs();
    setDefaultCACertificates(trusted);
    await hosts.stop();
    await store?.stop();
    sink?.stop();
  });

  const kubectl = (...words: string[]) => {
    const flags = ["kubectl", `--kubeconfig=${kubeconfig}`, "--namespace=default", ...words];
    try {
      return execFileSync(process.env.PLUMBLINE_TEST_CLUSTER ?? "", flags, { stdio: "pipe", encoding: "utf8" });
    } catch {
      // What somebody may not is recorded as what somebody may.
      return "";
    }
  };
  const asMember = (...words: string[]) => kubectl("--as=eva", `--as-group=${GROUP}`, ...words);

  /** Starts the shipper of a folder; what it has read of it is kept beside that. */
  function ship(folder: string, endpoint = store.endpoint): Promise<Running> {
    const logs = { endpoint: "http://logs-loki.telemetry.svc:3100/otlp", tenant: "audit" };
    const archive = { bucket: BUCKET, endpoint, region: REGION };
    const args: ShipperConfigArgs = { folder, breakGlass: [GROUP], logs, archive };
    const whole = shipperConfig(args);
    const { "awss3/audit": objects, ...byProtocol } = whole.exporters;
    const { exporters } = sendingTo(sink, { ...whole, exporters: byProtocol });
    const renamed = { [SHIPPED]: `${folder}-shipped`, '"flush_timeout":"1m"': '"flush_timeout":"1s"' };
    return hosts.start(
      "collector",
      { ...whole, exporters: { ...exporters, "awss3/audit": objects ?? {} } },
      { health: "/", renamed },
    );
  }

  /** What a shipper's own metric says; 0 before it says anything. */
  async function metric(shipper: Running, name: string, labels = ""): Promise<number> {
    const text = await (await fetch(`http://${shipper.address(METRICS_PORT)}/metrics`)).text();
    const lines = text
      .split("\n")
      .filter((line) => line.match(/^otelcol_(\w+)/)?.[1] === name && line.includes(labels));
    return lines.reduce((sum, line) => sum + Number(line.split(" ").at(-1)), 0);
  }
  const counted = (shipper: Running) =>
    metric(shipper, "receiver_accepted_log_records", 'receiver="filelog/break-glass"');

  const signed = ({ accessKey, secretKey }: Identity) =>
    new AwsClient({ accessKeyId: accessKey, secretAccessKey: secretKey, service: "s3", region: REGION, retries: 0 });
  const get = (path: string, who = READER) => signed(who).fetch(`${store.endpoint}/${BUCKET}${path}`);
  /** The events in the archive, and the names of the objects that they are in. */
  async function archived(): Promise<{ events: { auditID: string }[]; text: string; keys: string[] }> {
    const listed = await (await get("?list-type=2")).text();
    const keys = [...listed.matchAll(/<Key>(.+?)<\/Key>/g)].map(([, key = ""]) => key);
    const parts = keys.map(async (key) => {
      const bytes = Buffer.from(await (await get(`/${key}`)).arrayBuffer());
      // What is sent says that it is packed, and who gets it may have unpacked it.
      return bytes[0] === 0x1f ? gunzipSync(bytes).toString() : bytes.toString();
    });
    const text = (await Promise.all(parts)).join("");
    const lines = text.split("\n").filter((line) => line.startsWith("{"));
    return { events: lines.map((line) => JSON.parse(line)), text, keys };
  }

  /** A line of the log, as the API server writes it; of a member of the group if that is said. */
  const line = (id: string, more: object = {}) =>
    JSON.stringify({
      kind: "Event",
      apiVersion: "audit.k8s.io/v1",
      level: "RequestResponse",
      auditID: id,
      stage: "ResponseComplete",
      verb: "get",
      user: { username: "anna", groups: ["people"] },
      objectRef: { resource: "pods", namespace: "default", name: "web" },
      stageTimestamp: new Date().toISOString().replace("Z", "000Z"),
      ...more,
    });

  test("a member's reading of a secret and way into a container are counted and in both copies, and nothing that is secret is in either", async () => {
    const folder = join(hosts.folder, "live");
    mkdirSync(folder);
    symlinkSync(log, join(folder, "audit.log"));
    const shipper = await ship(folder);
    kubectl("create", "secret", "generic", "t-trail", `--from-literal=number=${SECRET}`);
    kubectl("create", "configmap", "t-trail", `--from-literal=number=${SECRET}`);
    try {
      expect(await counted(shipper)).toBe(0);
      asMember("get", "secret", "t-trail", "-o", "yaml");
      asMember("get", "--raw", "/api/v1/namespaces/default/pods/t-trail/exec?command=id&stdout=true");
      const done = ({ text }: { text: string }) => {
        expect(text).toMatch(/"name":"t-trail"/);
        expect(text).toContain(GROUP);
        expect(text).toMatch(/pods\/t-trail\/exec/);
      };
      await eventually("both are in the archive", SOON, async () => done(await archived()));
      await eventually("both are where logs go", SOON, async () => {
        expect(sink.text).toContain(GROUP);
        expect(sink.text).toContain("t-trail/exec");
      });
      await eventually("each is counted once", SOON, async () => {
        const own = (await archived()).events.filter((event) => JSON.stringify(event).includes(GROUP));
        expect(own.length).toBeGreaterThanOrEqual(2);
        expect(await counted(shipper)).toBe(own.length);
      });
      // The rehearsal's own policy records what is in a ConfigMap: so it is there to be taken out.
      await eventually("it is in the log", SOON, async () => expect(readFileSync(log, "utf8")).toContain(SECRET));
      await eventually("its line is shipped", SOON, async () =>
        expect((await archived()).text).toMatch(/"resource":"configmaps"/),
      );
      for (const copy of [(await archived()).text, sink.text]) {
        expect(copy).not.toContain(SECRET);
        expect(copy).not.toContain(Buffer.from(SECRET).toString("base64"));
      }
      expect(await metric(shipper, "fileconsumer_open_files")).toBeGreaterThanOrEqual(1);
    } finally {
      kubectl("delete", "secret,configmap", "t-trail");
      await shipper.process.stop();
    }
  });

  test("what is written and rotated away while no shipper runs arrives, once, and is counted once", async () => {
    const folder = join(hosts.folder, "away");
    mkdirSync(folder);
    const file = join(folder, "audit.log");
    const many = (from: string) => Array.from({ length: 200 }, (_, index) => `${from}-${index}`);
    const write = (ids: readonly string[], more: object = {}) =>
      appendFileSync(file, ids.map((id) => `${line(id, more)}\n`).join(""));
    const member = { user: { username: "eva", groups: [GROUP, "system:authenticated"] } };
    write([...many("before")]);
    write(["glass-1"], member);
    const first = await ship(folder);
    await eventually("the first are counted", SOON, async () => expect(await counted(first)).toBe(1));
    await eventually("the first are in the archive", SOON, async () =>
      expect((await archived()).text).toContain("before-199"),
    );
    await first.process.stop();
    write(many("gone"));
    write(["glass-2"], member);
    renameSync(file, join(folder, "audit-2026-11-30T10-00-00.000.log"));
    write(many("after"));
    write(["glass-3"], member);
    const second = await ship(folder);
    await eventually("those of meanwhile are counted", SOON, async () => expect(await counted(second)).toBe(2));
    const wanted = [...many("before"), ...many("gone"), ...many("after"), "glass-1", "glass-2", "glass-3"].sort();
    await eventually("all are in the archive, each once", SOON, async () => {
      const ids = (await archived()).events.map(({ auditID }) => auditID);
      expect(ids.filter((id) => /^(before|gone|after|glass)-/.test(id)).sort()).toEqual(wanted);
    });
    await second.process.stop();
  });

  test("what waits for an archive that is away outlives the shipper, and arrives", async () => {
    const folder = join(hosts.folder, "waits");
    mkdirSync(folder);
    const ids = Array.from({ length: 50 }, (_, index) => `waits-${index}`);
    writeFileSync(join(folder, "audit.log"), ids.map((id) => `${line(id)}\n`).join(""));
    const nobody = await ship(folder, `https://127.0.0.1:${await freePort()}`);
    await eventually("all are read", SOON, async () =>
      expect(await metric(nobody, "receiver_accepted_log_records", 'receiver="filelog/audit"')).toBe(ids.length),
    );
    await nobody.process.stop("SIGKILL");
    // Nothing is left to read them from.
    rmSync(join(folder, "audit.log"));
    const shipper = await ship(folder);
    await eventually("all are in the archive", SOON, async () => {
      const arrived = new Set((await archived()).events.map(({ auditID }) => auditID));
      expect(ids.filter((id) => !arrived.has(id))).toEqual([]);
    });
    await shipper.process.stop();
  });

  test("content that another policy has recorded of secrets, and lines that are cut, do not leave the node", async () => {
    const folder = join(hosts.folder, "content");
    mkdirSync(folder);
    const held = { data: { number: Buffer.from(SECRET).toString("base64") } };
    const kinds = [
      { resource: "secrets", name: "card" },
      { resource: "configmaps", name: "card" },
      { resource: "serviceaccounts", subresource: "token", name: "card" },
      { resource: "tokenreviews" },
    ];
    const lines = kinds.map((objectRef, index) =>
      line(`held-${index}`, { objectRef, requestObject: held, responseObject: held }),
    );
    const cut = line("cut", { objectRef: kinds[0], responseObject: held }).slice(0, -5);
    const changed = line("kept", { objectRef: { resource: "roles" }, requestObject: { rules: ["all-of-it"] } });
    writeFileSync(join(folder, "audit.log"), `${[...lines, cut, changed].join("\n")}\n`);
    const shipper = await ship(folder);
    await eventually("all are in the archive", SOON, async () => {
      const { events, text } = await archived();
      expect(events.filter(({ auditID }) => /^held-\d$/.test(auditID))).toHaveLength(kinds.length);
      expect(text).toContain("<broken JSON>");
      // What is no secret stays: what was given to whom is what an audit is for.
      expect(text).toContain("all-of-it");
    });
    for (const copy of [(await archived()).text, sink.text]) expect(copy).not.toContain(held.data.number);
    expect(shipper.process.output).not.toContain(held.data.number);
    await shipper.process.stop();
  });

  test("objects are by the day, and who ships can neither read, list nor delete them", async () => {
    const { keys } = await archived();
    expect(keys.length).toBeGreaterThan(2);
    for (const key of keys) expect(key).toMatch(/^api\/year=\d{4}\/month=\d\d\/day=\d\d\/logs_[0-9a-f-]{36}\.txt\.gz$/);
    const [key = ""] = keys;
    expect((await get(`/${key}`, WRITER)).status).toBe(403);
    expect((await get("?list-type=2", WRITER)).status).toBe(403);
    const url = `${store.endpoint}/${BUCKET}/${key}`;
    expect((await signed(WRITER).fetch(url, { method: "DELETE" })).status).toBe(403);
    expect((await get(`/${key}`)).status).toBe(200);
  });

  // PostgreSQL takes the very words that Athena does, but for the one function that it calls otherwise.
  test.skipIf(postgresMissing)(
    "the archive tells who read a secret and went into a container, asked as docs/audit.md does",
    async () => {
      const text = readFileSync(join(import.meta.dirname, "../docs/audit.md"), "utf8");
      const [question = ""] = /SELECT DISTINCT json_extract_scalar[\s\S]+?;/.exec(text) ?? [];
      expect(question).toContain("'shop-data'");
      const postgres = await TestPostgres.start();
      try {
        await postgres.admin("CREATE TABLE api_audit (line text, year text, month text, day text)");
        await postgres.admin(
          "CREATE FUNCTION json_extract_scalar(line text, path text) RETURNS text LANGUAGE sql AS $$ SELECT jsonb_path_query_first(line::jsonb, path::jsonpath) #>> '{}' $$",
        );
        const { events } = await archived();
        const lines = JSON.stringify(events.map((event) => JSON.stringify(event)));
        await postgres.admin(
          `INSERT INTO api_audit SELECT line, '2026', '11', '30' FROM jsonb_array_elements_text($lines$${lines}$lines$::jsonb) AS line`,
        );
        const found = await postgres.admin(question.replace("'shop-data'", "'default'"));
        const said = found.map(({ who, acting_as, verb, resource, sub, name }) => [
          who,
          acting_as,
          verb,
          resource,
          sub,
          name,
        ]);
        expect(said).toContainEqual([expect.any(String), "eva", "get", "secrets", null, "t-trail"]);
        expect(said).toContainEqual([expect.any(String), "eva", "get", "pods", "exec", "t-trail"]);
        expect(said).toContainEqual([expect.any(String), null, "create", "secrets", null, "t-trail"]);
        expect(new Set(said.map(([, , , resource, sub]) => (resource === "secrets" ? resource : sub)))).toEqual(
          new Set(["secrets", "exec"]),
        );
      } finally {
        await postgres.stop();
      }
    },
  );

  test("the fields that docs/audit.md asks by are those of the events", async () => {
    const text = readFileSync(join(import.meta.dirname, "../docs/audit.md"), "utf8");
    const archive = text.slice(text.indexOf("FROM api_audit") - 1_000, text.indexOf("FROM cloudtrail_logs"));
    const loki = text.split("\n").find((one) => one.startsWith("  | json ")) ?? "";
    const asked = [
      ...archive.matchAll(/json_extract_scalar\(line, '\$\.([\w.]+)'\)/g),
      ...loki.matchAll(/\w+="([\w.]+)"/g),
    ];
    const fields = [...new Set(asked.map(([, field = ""]) => field))];
    expect(fields.length).toBeGreaterThan(9);
    const { events } = await archived();
    for (const field of fields)
      expect(
        events.some((event) => at(event, field) !== undefined),
        field,
      ).toBe(true);
  });

  test("a shipper that finds no log says so by the number of its files, and reads one that comes later", async () => {
    const folder = join(hosts.folder, "closed");
    mkdirSync(folder);
    const shipper = await ship(folder);
    expect(await metric(shipper, "fileconsumer_open_files")).toBe(0);
    writeFileSync(join(folder, "audit.log"), `${line("open")}\n`);
    await eventually("it is read", SOON, async () =>
      expect(await metric(shipper, "fileconsumer_open_files")).toBeGreaterThan(0),
    );
    await shipper.process.stop();
  });
});
