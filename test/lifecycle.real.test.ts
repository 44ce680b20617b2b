import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Checkout, makeCheckout, type Run } from "./support/checkout.ts";
import { deployments, pods } from "./support/shop.ts";

interface Change {
  readonly label: string;
  readonly kind: string;
  readonly operation: string;
}

/** What a run says that it did, or would do, by name. */
function changes(document: string): Change[] {
  const { changes } = JSON.parse(document) as { changes: Change[] };
  return changes.toSorted((a, b) => (a.label < b.label ? -1 : 1));
}

/** What identifies everything that holds data: it is another one if it was replaced. */
function stores(checkout: Checkout): Record<string, string> {
  const kinds = "statefulsets,persistentvolumeclaims,persistentvolumes,clusters.postgresql.cnpg.io";
  const { items } = JSON.parse(checkout.kubectl("get", kinds, "-A", "-o", "json"));
  return Object.fromEntries(
    items.map(({ kind, metadata }: { kind: string; metadata: { name: string; uid: string } }) => [
      `${kind} ${metadata.name}`,
      metadata.uid,
    ]),
  );
}

/** How large each claim's volume is, by the volume itself. */
function capacities(checkout: Checkout): Record<string, string> {
  const { items } = JSON.parse(checkout.kubectl("get", "persistentvolumes", "-o", "json"));
  return Object.fromEntries(
    items.map(({ spec }: { spec: { claimRef: { name: string }; capacity: { storage: string } } }) => [
      spec.claimRef.name,
      spec.capacity.storage,
    ]),
  );
}

function sizes(start: string, ordinals: readonly number[], size: string): Record<string, string> {
  return Object.fromEntries(ordinals.map((ordinal) => [`${start}${ordinal}`, size]));
}

/** Edits of the stack's stores by which the cache moves to a namespace of its own, as a rename would move it. */
const MOVES = [
  ["import type { Namespace }", "import { Namespace }"],
  [
    `savedTo(objects, "snapshots", ground)), ...stores.redis }`,
    `savedTo(objects, "snapshots", ground)), ...stores.redis, namespace: new Namespace("moved", { quota: environment.namespaces.data }, on) }`,
  ],
] as const;

/** The life of one rehearsal as a newcomer sees it. The tests build on each other, in this order. */
describe("from nothing to a stack and back", { timeout: 300_000 }, () => {
  let checkout: Checkout;
  let before: readonly string[];
  let first: Run;

  beforeAll(async () => {
    checkout = await makeCheckout();
    before = checkout.files();
    first = await checkout.plumbline("up", "--json");
  });
  afterAll(() => checkout?.remove());

  test("up ends with every pod of the stack ready, spread over three zones", () => {
    expect(first.code, first.stdout + first.stderr).toBe(0);
    const all = pods(checkout);
    expect(all.length).toBeGreaterThanOrEqual(3 * 3 + 3 + 3 + 6);
    expect(all.filter(({ ready }) => !ready)).toEqual([]);
    for (const service of ["orders", "payments", "inventory"]) {
      const zones = all.filter(({ app }) => app === service).map(({ zone }) => zone);
      expect(new Set(zones), `${service} runs in ${zones.join(", ")}`).toHaveLength(3);
    }
  });

  test("up says on standard output, as one JSON document, what it did and where things are", () => {
    const report = JSON.parse(first.stdout);
    expect(report).toMatchObject({ command: "up", environment: "local", exitCode: 0 });
    expect(first.stdout).toContain(checkout.kubeconfig);
  });

  test("the certificate of the gateway is issued by the real cert-manager", () => {
    const certificates = JSON.parse(checkout.kubectl("get", "certificates", "--all-namespaces", "-o", "json"));
    expect(certificates.items.length).toBeGreaterThan(0);
    for (const { metadata, status } of certificates.items)
      expect(status.conditions, metadata.name).toContainEqual(
        expect.objectContaining({ type: "Ready", status: "True" }),
      );
  });

  test("up again changes nothing", async () => {
    const versions = () =>
      checkout.kubectl(
        "get",
        "deployments,statefulsets,services,secrets",
        "-A",
        "-o",
        'jsonpath={range .items[*]}{.kind} {.metadata.name} {.metadata.uid} {.metadata.generation}{"\\n"}{end}',
      );
    const stood = versions();
    const { code, stdout, stderr } = await checkout.plumbline("up");
    expect(code, stdout + stderr).toBe(0);
    expect(stdout + stderr).toMatch(/no(thing| change)/i);
    expect(versions()).toBe(stood);
  });

  test("what the packs forbid at an up, the cluster forbids to kubectl too", () => {
    const create = (image: string) => () =>
      checkout.kubectl("create", "deployment", "mine", "--namespace", "shop", `--image=${image}`, "--dry-run=server");
    expect(create("registry.example.com/mine:latest")).toThrow(/plumbline-pods-deny.*denied request: .*-[a-z]+: /);
    expect(checkout.kubectl("get", "validatingadmissionpolicybindings", "-o", "name")).toContain(
      "plumbline-roles-deny",
    );
  });

  test("up sees a Deployment that someone deleted, says so, and puts it back", async () => {
    checkout.kubectl("delete", "deployment", "payments", "--namespace", "shop");
    const { code, stdout, stderr } = await checkout.plumbline("up");
    expect(code, stdout + stderr).toBe(0);
    expect(stdout + stderr).toContain("payments");
    expect(deployments(checkout)).toContainEqual({ name: "payments", ready: 3, wanted: 3 });
  });

  test("stores grow in place: larger volumes, a replica more of each, other parameters, and nothing of them replaced", async () => {
    const stood = stores(checkout);
    for (const [from, to] of [
      [
        "instances: 3\n    storage: 10Gi\n    connections: 200",
        "instances: 5\n    storage: 12Gi\n    connections: 250",
      ],
      ["replicas: 3\n    role: cache\n    storage: 4Gi", "replicas: 5\n    role: store\n    storage: 6Gi"],
      ["brokers: 3\n    storage: 20Gi", "brokers: 4\n    storage: 24Gi"],
    ] as const)
      checkout.edit("stacks/local.yaml", from, to);
    const { code, stdout, stderr } = await checkout.plumbline("up", "--json");
    expect(code, stdout + stderr).toBe(0);
    const made = changes(stdout).filter(({ operation }) => operation !== "update");
    const claims = made.filter(({ kind }) => kind === "PersistentVolumeClaim");
    expect(claims.map(({ operation, label }) => `${operation} ${label}`)).toEqual([
      "create shop-data/data-cache-server-3",
      "create shop-data/data-cache-server-4",
      "create shop-data/data-kafka-broker-3",
    ]);
    // The Job that tells Kafka of its topics runs again for the broker that was added. It holds nothing.
    expect(made.filter(({ operation, kind }) => operation !== "create" && kind !== "Job")).toEqual([]);

    const stand = stores(checkout);
    expect(stand).toMatchObject(stood);
    expect(capacities(checkout)).toMatchObject({
      ...sizes("data-cache-server-", [0, 1, 2, 3, 4], "6Gi"),
      ...sizes("data-kafka-broker-", [0, 1, 2, 3], "24Gi"),
      ...sizes("data-kafka-controller-", [0, 1, 2], "4Gi"),
      ...sizes("postgres-", [1, 2, 3, 4, 5], "12Gi"),
    });
  });

  test("what would replace a store is refused by the rule, unless an exemption with a last day names it", async () => {
    for (const [from, to] of MOVES) checkout.edit("stacks/stores.ts", from, to);
    const refused = await checkout.plumbline("up", "--json");
    expect(refused.code, refused.stdout + refused.stderr).toBe(3);
    const { violations } = JSON.parse(refused.stdout);
    const set = { label: "shop-data/cache-server", kind: "StatefulSet" };
    expect(violations).toHaveLength(6);
    expect(violations).toContainEqual({
      rule: "stateful-replacement-waived",
      pack: "plumbline",
      level: "mandatory",
      resource: set,
      message: expect.stringMatching(
        /^what: StatefulSet shop-data\/cache-server is replaced by this update; .*\nwhy: .*\nfix: /,
      ),
    });

    const soon = new Date(Date.now() + 30 * 86_400_000).toISOString().slice(0, 10);
    const exemptions = [
      "StatefulSet shop-data/cache-server",
      "PersistentVolumeClaim shop-data/data-cache-server-*",
    ].map((resource) => ({
      rule: "stateful-replacement-waived",
      resource,
      owner: "shop team",
      reason: "the cache moves, and is filled again",
      ticket: "SHOP-9",
      approver: "platform team",
      expires: soon,
    }));
    checkout.edit("policies/exemptions.ts", "[] = [];", `[] = ${JSON.stringify(exemptions)};`);
    const waived = await checkout.plumbline("preview", "--json");
    expect(waived.code, waived.stdout + waived.stderr).toBe(0);
    expect(changes(waived.stdout)).toContainEqual(expect.objectContaining({ ...set, operation: "delete-replaced" }));
    expect(JSON.parse(waived.stdout).violations).toEqual([]);
    checkout.edit("policies/exemptions.ts", `[] = ${JSON.stringify(exemptions)};`, "[] = [];");
    for (const [from, to] of MOVES) checkout.edit("stacks/stores.ts", to, from);
  });

  test("no secret is in a log, in the state, in the outputs or in a pod's environment", () => {
    const secrets = JSON.parse(checkout.kubectl("get", "secrets", "--all-namespaces", "-o", "json")).items;
    const values = secrets.flatMap(({ data }: { data?: Record<string, string> }) =>
      Object.entries(data ?? {})
        .filter(([key]) => /password|key$/i.test(key))
        .map(([, value]) => Buffer.from(value, "base64").toString()),
    );
    expect(values.length).toBeGreaterThan(3);
    const places = checkout.kept();
    expect(places.size).toBeGreaterThan(3);
    const environment = checkout.kubectl(
      "get",
      "pods",
      "--all-namespaces",
      "-o",
      "jsonpath={.items[*].spec.containers[*].env}",
    );
    for (const value of values) {
      const encoded = Buffer.from(value).toString("base64");
      for (const [place, text] of [...places, ["pods", environment], ["output", first.stdout + first.stderr]] as const)
        expect(text.includes(value) || text.includes(encoded), `a secret is in clear in ${place}`).toBe(false);
    }
  });

  test("down leaves no process, no port and no file behind", async () => {
    const server = new URL(
      checkout.kubectl("config", "view", "--minify", "-o", "jsonpath={.clusters[0].cluster.server}"),
    );
    const { code, stdout, stderr } = await checkout.plumbline("down");
    expect(code, stdout + stderr).toBe(0);
    expect(checkout.processes()).toEqual([]);
    await expect(fetch(server)).rejects.toMatchObject({ cause: { code: "ECONNREFUSED" } });
    expect(checkout.files()).toEqual(before);
  });

  test("down once more has nothing to do, and says so", async () => {
    const { code, stdout, stderr } = await checkout.plumbline("down");
    expect(code, stdout + stderr).toBe(0);
  });
});
