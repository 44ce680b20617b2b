import { beforeAll, expect, test } from "vitest";
import { Namespace } from "../../cluster/index.ts";
import { InvalidArgsError } from "../../core/index.ts";
import { Issuer } from "../../edge/index.ts";
import { isSecret, type Recording, record } from "../../testing/record.ts";
import { Microservice } from "../../workload/index.ts";
import { ObjectStore } from "./object-store.ts";

const zones = ["a", "b", "c"];
const quota = { cpu: "10", memory: "10Gi", pods: 100 } as const;

function ground() {
  const shop = new Namespace("shop", { quota });
  const namespace = new Namespace("shop-data", { quota });
  const issuer = new Issuer("internal", { authority: "private" });
  return { shop, store: { namespace, issuer, zones } };
}

interface Peer {
  podSelector: { matchLabels: Record<string, string> };
}

let shop: Recording<unknown>;
beforeAll(async () => {
  shop = await record("test", () => {
    const { shop: namespace, store } = ground();
    const objects = new ObjectStore("objects", { ...store, buckets: { invoices: {}, backups: { versioned: true } } });
    const service = { namespace, zones, image: "registry.example.com/any:1.0.0" };
    new Microservice("orders", { ...service, uses: [objects.bucket("invoices").owner] });
    new Microservice("reports", {
      ...service,
      uses: [objects.bucket("invoices").reader, objects.bucket("backups").reader],
    });
  });
});

test("one line gives a service a bucket's address, and the paths of its key", () => {
  const [container] = shop.inputsOf(":Deployment", "orders").spec.template.spec.containers;
  const environment = Object.fromEntries(container.env.map(({ name, value }: never) => [name, value]));
  const folder = "/var/run/secrets/plumbline/invoices-bucket";
  expect(environment).toMatchObject({
    INVOICES_BUCKET_ENDPOINT: "https://objects.shop-data.svc:8333",
    INVOICES_BUCKET_NAME: "invoices",
    INVOICES_BUCKET_REGION: "us-east-1",
    INVOICES_BUCKET_ACCESS_KEY_ID_FILE: `${folder}/ACCESS_KEY_ID`,
    INVOICES_BUCKET_SECRET_ACCESS_KEY_FILE: `${folder}/SECRET_ACCESS_KEY`,
    INVOICES_BUCKET_CA_FILE: `${folder}/ca.crt`,
  });
});

test("keys are in Secrets, as secrets, and the servers know those of declared consumers alone", () => {
  for (const name of ["shop-objects-invoices-orders", "objects-identities", "objects-security"])
    expect(isSecret(shop.inputsOf(":Secret", name).stringData), name).toBe(true);
  const { value } = shop.inputsOf(":Secret", "objects-identities").stringData;
  const { identities } = JSON.parse(value["s3.json"].value ?? value["s3.json"]);
  expect(identities.map(({ name }: { name: string }) => name)).toEqual([
    "shop.orders.invoices.owner",
    "shop.reports.backups.reader",
    "shop.reports.invoices.reader",
  ]);
});

test("consumers come in on S3 alone, once each, and the volumes let in servers alone", () => {
  // biome-ignore lint/suspicious/noExplicitAny: inputs of a recorded resource.
  const ingress = (name: string): any[] => shop.inputsOf(":NetworkPolicy", name).spec.ingress;
  const [consumers] = ingress("objects-server");
  expect(consumers.ports).toEqual([{ protocol: "TCP", port: 8333 }]);
  const names = consumers.from.map((from: Peer) => from.podSelector.matchLabels["app.kubernetes.io/name"]);
  expect(names).toEqual(["orders", "reports"]);
  const named = JSON.stringify(ingress("objects-volume").map(({ from }) => from));
  expect(named).not.toContain("orders");
  expect(shop.inputsOf(":NetworkPolicy", "objects-setup").spec.ingress).toEqual([]);
});

test("a service starts when its bucket is made; other buckets are made by another Job", async () => {
  const { metadata } = shop.inputsOf(":Job", "objects-setup");
  expect(metadata.name).toMatch(/^objects-setup-[0-9a-f]{8}$/);
  const other = await record("test", () => {
    new ObjectStore("objects", { ...ground().store, buckets: { invoices: {} } });
  });
  expect(other.inputsOf(":Job", "objects-setup").metadata.name).not.toBe(metadata.name);
});

test("an unknown bucket is refused, with what was probably meant", async () => {
  await record("test", () => {
    const objects = new ObjectStore("objects", { ...ground().store, buckets: { invoices: {}, backups: {} } });
    expect(() => objects.bucket("invoice" as "invoices")).toThrow(
      'ObjectStore "objects" has no bucket "invoice"; it has invoices, backups; did you mean "invoices"?',
    );
  });
});

test("a bucket says for how long it keeps what was deleted", async () => {
  await record("test", () => {
    const objects = new ObjectStore("objects", {
      ...ground().store,
      buckets: { invoices: {}, old: { versioned: true } },
    });
    expect(objects.bucket("invoices").deletedFor).toBeUndefined();
    expect(objects.bucket("old").deletedFor).toBe("ever");
  });
});

test("bad input is refused before anything is made, every problem at once", async () => {
  const { resources } = await record("test", () => {
    const bad = { ...ground().store, replicas: 2, buckets: { Invoices: {} } };
    expect(() => new ObjectStore("objects", bad)).toThrow(InvalidArgsError);
    expect(() => new ObjectStore("objects", bad)).toThrow(/replicas: 2 was given.*\n.*buckets\.Invoices: /);
  });
  expect(resources.filter(({ type }) => type.includes("ObjectStore"))).toEqual([]);
});

test("what holds data is kept, and all pods are as restricted as pod security asks", () => {
  for (const name of ["objects-server", "objects-volume"]) {
    const { spec } = shop.inputsOf(":StatefulSet", name).spec.template;
    expect(spec.securityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } });
    for (const container of [...spec.containers, ...(spec.initContainers ?? [])]) {
      expect(container.securityContext).toMatchObject({
        readOnlyRootFilesystem: true,
        capabilities: { drop: ["ALL"] },
      });
      expect(container.resources.limits.memory).toBeDefined();
      expect(container.livenessProbe).toBeDefined();
    }
  }
});
