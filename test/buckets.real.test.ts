import { getCACertificates, setDefaultCACertificates } from "node:tls";
import { AwsClient } from "aws4fetch";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { REGION } from "../components/data/object-store/config.ts";
import type { Access, Identity } from "../components/data/object-store/identities.ts";
import { type LocalStore, startStore, storePrograms } from "./support/weed.ts";

const programs = await storePrograms();
const why = "missing" in programs ? ` (skipped: ${programs.missing})` : "";

const identity = (bucket: string, right: Access["right"], consumer: string): Identity => ({
  bucket,
  right,
  consumer,
  namespace: "shop",
  accessKey: `KEY-OF-${consumer}`.toUpperCase(),
  secretKey: `secret-of-${consumer}`,
});
const ORDERS = identity("invoices", "owner", "orders");
const REPORTS = identity("invoices", "reader", "reports");
const EXPORTS = identity("exports", "owner", "exports");
const BACKUPS = identity("backups", "owner", "postgres");
const TRAIL = identity("invoices", "writer", "trail");
const NEWCOMER = identity("invoices", "reader", "newcomer");

describe.skipIf(why !== "")(`Buckets of the real SeaweedFS${why}`, () => {
  let store: LocalStore;
  const trusted = getCACertificates("default");

  beforeAll(async () => {
    if ("missing" in programs) return;
    const buckets = { invoices: {}, exports: { expireAfter: "1m" }, backups: { versioned: true } } as const;
    store = await startStore(programs, buckets, [ORDERS, REPORTS, TRAIL, EXPORTS, BACKUPS]);
    setDefaultCACertificates([...trusted, store.ca]);
    // The shell waits for a master by itself; there is no filer at first.
    await vi.waitFor(() => expect(store.setUp(), store.log("gateway")).toBe(0), { timeout: 120_000, interval: 1_000 });
    await vi.waitFor(async () => expect(await status(undefined, "GET", "healthz")).toBe(200), { timeout: 60_000 });
  }, 300_000);
  afterAll(async () => {
    setDefaultCACertificates(trusted);
    await store?.stop();
  });

  /** A request that is signed for somebody, or for nobody; the status, and what the answer says. */
  async function ask(who: Identity | undefined, method: string, path: string, body?: string) {
    const url = `${store.endpoint}/${path}`;
    const request = { method, ...(body === undefined ? {} : { body }) };
    const response = await (who === undefined ? fetch(url, request) : signer(who).fetch(url, request));
    return { status: response.status, said: await response.text() };
  }
  const signer = ({ accessKey, secretKey }: Identity) =>
    new AwsClient({ accessKeyId: accessKey, secretAccessKey: secretKey, service: "s3", region: REGION, retries: 0 });
  const status = async (...request: Parameters<typeof ask>) => (await ask(...request)).status;

  test("the owner puts, reads, lists and deletes objects, over TLS", async () => {
    expect(await status(ORDERS, "PUT", "invoices/2026/1", "one")).toBe(200);
    expect(await ask(ORDERS, "GET", "invoices/2026/1")).toEqual({ status: 200, said: "one" });
    expect((await ask(ORDERS, "GET", "invoices?list-type=2&prefix=2026/")).said).toContain("<Key>2026/1</Key>");
    const large = "x".repeat(9 * 2 ** 20);
    expect(await status(ORDERS, "PUT", "invoices/large", large)).toBe(200);
    expect((await ask(ORDERS, "GET", "invoices/large")).said === large).toBe(true);
    expect(await status(ORDERS, "DELETE", "invoices/large")).toBe(204);
    expect(await status(ORDERS, "GET", "invoices/large")).toBe(404);
  });

  test("a reader reads and lists, and writes nothing", async () => {
    expect(await ask(REPORTS, "GET", "invoices/2026/1")).toEqual({ status: 200, said: "one" });
    expect(await status(REPORTS, "GET", "invoices?list-type=2")).toBe(200);
    expect(await status(REPORTS, "PUT", "invoices/2026/1", "forged")).toBe(403);
    expect(await status(REPORTS, "DELETE", "invoices/2026/1")).toBe(403);
    expect((await ask(ORDERS, "GET", "invoices/2026/1")).said).toBe("one");
  });

  test("a writer adds, and cannot read, list or delete, what is its own either", async () => {
    expect(await status(TRAIL, "PUT", "invoices/trail/1", "what was done")).toBe(200);
    for (const path of ["invoices/trail/1", "invoices/2026/1", "invoices?list-type=2", "invoices?versions"])
      expect(await status(TRAIL, "GET", path), path).toBe(403);
    expect(await status(TRAIL, "DELETE", "invoices/trail/1")).toBe(403);
    expect((await ask(ORDERS, "GET", "invoices/trail/1")).said).toBe("what was done");
  });

  test("the bucket of another is out of reach, and so is who shows no key or a wrong one", async () => {
    const forger = { ...ORDERS, secretKey: "guessed" };
    for (const who of [EXPORTS, undefined, forger, NEWCOMER]) {
      expect(await status(who, "GET", "invoices/2026/1"), who?.consumer).toBe(403);
      expect(await status(who, "GET", "invoices?list-type=2"), who?.consumer).toBe(403);
      expect(await status(who, "PUT", "invoices/2026/1", "forged"), who?.consumer).toBe(403);
      expect(await status(who, "DELETE", "invoices/2026/1"), who?.consumer).toBe(403);
    }
    expect((await ask(ORDERS, "GET", "invoices/2026/1")).said).toBe("one");
  });

  test("an owner makes no bucket, and changes nothing of its own", async () => {
    expect(await status(ORDERS, "PUT", "invoices-2")).toBe(403);
    expect(await status(ORDERS, "DELETE", "invoices")).toBe(403);
    const versioning = (word: string) => `<VersioningConfiguration><Status>${word}</Status></VersioningConfiguration>`;
    expect(await status(BACKUPS, "PUT", "backups?versioning", versioning("Suspended"))).toBe(403);
    expect(await status(BACKUPS, "PUT", "backups?policy", "{}")).toBe(403);
    expect(await status(BACKUPS, "PUT", "backups?acl", "")).toBe(403);
  });

  test("what is overwritten or deleted in a versioned bucket is still there", async () => {
    for (const content of ["first", "second"]) await ask(BACKUPS, "PUT", "backups/base", content);
    expect(await status(BACKUPS, "DELETE", "backups/base")).toBe(204);
    expect(await status(BACKUPS, "GET", "backups/base")).toBe(404);
    const { said } = await ask(BACKUPS, "GET", "backups?versions");
    const versions = [...said.matchAll(/<Version>.*?<VersionId>(.+?)<\/VersionId>.*?<\/Version>/gs)];
    const contents = versions.map(async ([, id]) => (await ask(BACKUPS, "GET", `backups/base?versionId=${id}`)).said);
    expect((await Promise.all(contents)).sort()).toEqual(["first", "second"]);
  });

  test("who has another certificate of the same authority commands no server", async () => {
    expect(store.shell("s3.bucket.list", "server")).toMatchObject({
      status: 0,
      said: expect.stringContaining("invoices"),
    });
    expect(store.shell("s3.bucket.list", "other").said).not.toContain("invoices");
    await vi.waitFor(() => expect(store.log("master")).toContain("invalid subject client common name: orders"));
  });

  test("a consumer that is declared later is known, and one that is no longer declared is refused", async () => {
    store.know([ORDERS, REPORTS, EXPORTS, BACKUPS, NEWCOMER]);
    const patience = { timeout: 60_000, interval: 500 };
    await vi.waitFor(async () => expect(await status(NEWCOMER, "GET", "invoices/2026/1")).toBe(200), patience);
    store.know([ORDERS, EXPORTS, BACKUPS, NEWCOMER]);
    await vi.waitFor(async () => expect(await status(REPORTS, "GET", "invoices/2026/1")).toBe(403), patience);
    expect(await status(NEWCOMER, "GET", "invoices/2026/1")).toBe(200);
  });

  test("an object ends when its time is over, and the setup may run again", async () => {
    expect(store.setUp()).toBe(0);
    expect(await status(EXPORTS, "PUT", "exports/brief", "soon gone")).toBe(200);
    expect(await status(EXPORTS, "GET", "exports/brief")).toBe(200);
    const gone = async () => expect(await status(EXPORTS, "GET", "exports/brief")).toBe(404);
    await vi.waitFor(gone, { timeout: 110_000, interval: 2_000 });
    expect((await ask(EXPORTS, "GET", "exports?list-type=2")).said).not.toContain("brief");
    expect((await ask(ORDERS, "GET", "invoices/2026/1")).said).toBe("one");
  });
});
