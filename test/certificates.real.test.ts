import { createPrivateKey, createPublicKey, X509Certificate } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Namespace } from "../components/cluster/index.ts";
import { CERT_MANAGER } from "../components/cluster/operators/index.ts";
import { Certificate, Issuer } from "../components/edge/index.ts";
import type { KubeObject } from "../rehearsal/plugins/kubernetes/object.ts";
import { eventually, type TestCluster, testCluster } from "../rehearsal/plugins/kubernetes/testing/cluster.ts";
import { objectsOf } from "./support/component-objects.ts";

const NAMESPACE = `certificates-${process.pid}`;
const AUTHORITY = `authority-${process.pid}`;
const quota = { cpu: "1", memory: "1Gi", pods: 5 } as const;
/** cert-manager issues none that is valid for less than an hour; this one is due ten seconds after it was issued. */
const DUE_AT_ONCE = "59m50s";
/** Three certificates, and so two renewals, take some 25 s. */
const RENEWALS = 2;

const program = () => {
  new Namespace(CERT_MANAGER.namespace, { quota });
  const namespace = new Namespace(NAMESPACE, { quota });
  const issuer = new Issuer(AUTHORITY, { authority: "private" });
  new Certificate("web", {
    namespace,
    issuer,
    hosts: ["web.example.com"],
    duration: "1h",
    transform: { certificate: (args) => ({ args: { ...args, spec: { ...args.spec, renewBefore: DUE_AT_ONCE } } }) },
  });
};

let cluster: TestCluster;
let objects: readonly KubeObject[];

beforeAll(async () => {
  cluster = await testCluster();
  objects = (await objectsOf(program)) as KubeObject[];
  const isNamespace = ({ kind }: KubeObject) => kind === "Namespace";
  for (const object of [...objects.filter(isNamespace), ...objects.filter((one) => !isNamespace(one))])
    await cluster.api.apply(object, { manager: "certificates", force: true, dryRun: false });
});
afterAll(async () => {
  // cert-manager's own namespace stays: other tests have it too.
  const mine = ({ kind, metadata }: KubeObject) =>
    ["ClusterIssuer", "Certificate"].includes(kind) || metadata.name === NAMESPACE;
  for (const { apiVersion, kind, metadata } of (objects ?? []).filter(mine)) {
    const { name, namespace } = metadata;
    await cluster.api.delete({ apiVersion, kind, name, ...(namespace && { namespace }) }, "Background").catch(() => {});
  }
  await cluster?.close();
});

/** What a server that reads the Secret at this moment would show. */
async function shown() {
  const secret = await cluster.api.get({ apiVersion: "v1", kind: "Secret", namespace: NAMESPACE, name: "web-tls" });
  const text = (key: string) => Buffer.from((secret.data as Record<string, string>)[key] ?? "", "base64").toString();
  const certificate = new X509Certificate(text("tls.crt"));
  const key = createPrivateKey(text("tls.key"));
  const now = new Date();
  return {
    serial: certificate.serialNumber,
    key: createPublicKey(key).export({ format: "jwk" }).x,
    isSound:
      certificate.checkPrivateKey(key) &&
      certificate.verify(new X509Certificate(text("ca.crt")).publicKey) &&
      certificate.checkHost("web.example.com") !== undefined &&
      certificate.validFromDate <= now &&
      now < certificate.validToDate,
    authority: text("ca.crt"),
  };
}

test("cert-manager issues a certificate of the private authority, and renews it with a new key: whoever reads it meanwhile reads a sound one", async () => {
  await eventually(shown, ({ isSound }) => isSound, 60_000);
  const seen: Awaited<ReturnType<typeof shown>>[] = [];
  const keyOf = new Map<string, string | undefined>();
  for (const end = Date.now() + 100_000; Date.now() < end && keyOf.size <= RENEWALS; await sleep(50)) {
    const now = await shown(); // throws where there is no Secret, or half of one
    seen.push(now);
    keyOf.set(now.serial, now.key);
  }
  expect(keyOf.size).toBeGreaterThan(RENEWALS);
  expect(new Set(keyOf.values()).size).toBe(keyOf.size);
  expect(seen.filter(({ isSound }) => !isSound)).toEqual([]);
  expect(new Set(seen.map(({ authority }) => authority)).size).toBe(1);
  const { status } = await cluster.api.get({
    apiVersion: "cert-manager.io/v1",
    kind: "Certificate",
    namespace: NAMESPACE,
    name: "web",
  });
  expect((status as { revision: number }).revision).toBeGreaterThan(RENEWALS);
});
