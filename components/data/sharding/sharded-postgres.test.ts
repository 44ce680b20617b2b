import { expect, test } from "vitest";
import { Namespace } from "../../cluster/index.ts";
import { optOut } from "../../core/opt-out.ts";
import { Issuer } from "../../edge/index.ts";
import { AWS_PLACE } from "../../testing/aws-place.ts";
import { isSecret, record } from "../../testing/record.ts";
import { CronTask, Microservice } from "../../workload/index.ts";
import {
  type ShardedAuroraArgs,
  ShardedPostgres,
  type ShardedPostgresArgs,
  type ShardMap,
  shardMap,
} from "../index.ts";
import { shardedPostgresProblems } from "./args.ts";

type Args = Omit<ShardedPostgresArgs, "namespace" | "issuer" | "zones">;
const ZONES = ["a", "b", "c"];

/** A service that owns a store, a task that moves its keys, and one that reads it. */
function store(args: Args) {
  return program((namespace) => {
    const issuer = new Issuer("internal", { authority: "private" });
    return new ShardedPostgres("ledger", { namespace, issuer, zones: ZONES, ...args });
  });
}

/** The same, with shards that Aurora runs. */
function storeOnAws(args: Pick<ShardedAuroraArgs, "shards" | "instances" | "pooler">) {
  return program((namespace) => new ShardedPostgres("ledger", { backend: "aws", aws: AWS_PLACE, namespace, ...args }));
}

function program(make: (namespace: Namespace) => ShardedPostgres) {
  return record("test", () => {
    const quota = { cpu: "10", memory: "10Gi", pods: 100 } as const;
    const namespace = new Namespace("shop", { quota });
    const ledger = make(new Namespace("shop-data", { quota }));
    const shared = { namespace, zones: ZONES, image: "registry.example.com/any:1.0.0" };
    new Microservice("accounts", { ...shared, scaling: { min: 3, max: 4 }, uses: [ledger.owner] });
    new CronTask("reshard", {
      ...shared,
      schedule: "30 2 * * *",
      args: ["run", "ledger-shards"],
      uses: [ledger.mover],
    });
    new CronTask("report", { ...shared, schedule: "0 5 * * *", uses: [ledger.reader] });
    return ledger;
  });
}

type Recorded = Awaited<ReturnType<typeof store>>;
type Places = ShardMap & { readonly shards: readonly { readonly host: string; readonly port: number }[] };
const mapOf = ({ inputsOf }: Recorded, consumer: string): Places =>
  JSON.parse(inputsOf(":ConfigMap", `shop-ledger-${consumer}-shards`).data["shards.json"]);
const container = ({ inputsOf }: Recorded) => inputsOf(":Deployment", "accounts").spec.template.spec.containers[0];

test("a service has one relation to all shards: a map, and one role with one password on each", async () => {
  const made = await store({ shards: 3 });
  expect(container(made).env).toEqual(
    expect.arrayContaining([
      { name: "LEDGER_SHARDS_FILE", value: "/var/run/config/plumbline/ledger-shards/shards.json" },
      { name: "LEDGER_SHARDS_NAME", value: "ledger" },
      { name: "LEDGER_SHARDS_USER_FILE", value: "/var/run/secrets/plumbline/ledger-shards/username" },
      { name: "LEDGER_SHARDS_PASSWORD_FILE", value: "/var/run/secrets/plumbline/ledger-shards/password" },
      { name: "LEDGER_SHARDS_CA_FILE", value: "/var/run/secrets/plumbline/ledger-shards/ca.crt" },
      { name: "LEDGER_SHARDS_POOL_SIZE", value: "5" },
    ]),
  );
  const passwords = made.resources.filter(({ type, name }) => type.startsWith("random:") && name.includes("accounts"));
  expect(passwords).toHaveLength(1);
  const names = ["shop-ledger-accounts-ledger", ...[0, 1, 2].map((n) => `shop-data-ledger-${n}-accounts-ledger`)];
  const secrets = names.map((name) => made.inputsOf(":Secret", name).stringData);
  for (const stringData of secrets) {
    expect(stringData).toEqual(secrets[0]);
    expect(isSecret(stringData)).toBe(true);
    expect(JSON.stringify(stringData)).toContain('"username":"accounts_ledger"');
  }
});

test("the map names each shard's keys, and where it takes writes; that of a reader, where it answers reads", async () => {
  const made = await store({ shards: 3 });
  const { shards, ...map } = mapOf(made, "accounts");
  const { shards: ranges, ...expected } = shardMap(["ledger-0", "ledger-1", "ledger-2"]);
  expect(map).toEqual(expected);
  expect(shards).toEqual(ranges.map((shard) => ({ ...shard, host: `${shard.name}-rw.shop-data.svc`, port: 5432 })));
  expect(mapOf(made, "report").shards[2]).toMatchObject({ host: "ledger-2-ro.shop-data.svc", port: 5432 });
  expect(mapOf(made, "reshard").shards).toEqual(shards);
});

test("before shards with poolers owners are told these, and movers and readers the servers", async () => {
  const made = await store({ shards: 2, pooler: {} });
  for (const [consumer, way] of Object.entries({ accounts: "pooler", reshard: "rw", report: "ro" }))
    expect(mapOf(made, consumer).shards, consumer).toMatchObject(
      ["ledger-0", "ledger-1"].map((shard) => ({ host: `${shard}-${way}.shop-data.svc` })),
    );
});

test("each shard lets in the service, its mover and its readers, with connections of their own", async () => {
  const made = await store({ shards: 2 });
  for (const shard of ["ledger-0", "ledger-1"]) {
    const { managed, postgresql } = made.inputsOf(":Cluster", shard).spec;
    expect(managed.roles).toEqual([
      { name: "ledger_owner", ensure: "present", login: false },
      expect.objectContaining({ name: "accounts_ledger", connectionLimit: 45, inRoles: ["ledger_owner"] }),
      expect.objectContaining({ name: "report_ledger", connectionLimit: 5, inRoles: ["pg_read_all_data"] }),
      expect.objectContaining({ name: "reshard_ledger", connectionLimit: 5, inRoles: ["ledger_owner"] }),
    ]);
    expect(postgresql.pg_hba).toContain("hostssl ledger accounts_ledger all scram-sha-256");
    expect(JSON.stringify(made.inputsOf(":NetworkPolicy", shard).spec.ingress)).toContain("accounts");
  }
  const { egress } = made.inputsOf(":NetworkPolicy", "accounts").spec;
  for (const shard of ["ledger-0", "ledger-1"])
    expect(JSON.stringify(egress)).toContain(`"cnpg.io/cluster":"${shard}"`);
});

test("a shard that is added is a Postgres more and another map: no other resource is another, and no pod starts anew", async () => {
  const [before, after] = [await store({ shards: 3 }), await store({ shards: 4 })];
  const byName = ({ resources }: Recorded) =>
    new Map(resources.map((resource) => [`${resource.type.split(":").at(-1)} ${resource.name}`, resource] as const));
  const [old, now] = [byName(before), byName(after)];
  expect([...now.keys()].filter((name) => !name.includes("ledger-3")).sort()).toEqual([...old.keys()].sort());
  const changed = [...old].filter(([name, resource]) => JSON.stringify(resource) !== JSON.stringify(now.get(name)));
  expect(changed.map(([name]) => name).sort()).toEqual([
    "ConfigMap shop-ledger-accounts-shards",
    "ConfigMap shop-ledger-report-shards",
    "ConfigMap shop-ledger-reshard-shards",
    "NetworkPolicy accounts",
    "NetworkPolicy report",
    "NetworkPolicy reshard",
  ]);
  expect([...now.keys()]).toContain("Cluster ledger-3");
});

test("shards that are not to keep keys stand, and are in the map without any", async () => {
  const made = await store({ shards: 4, filled: 3 });
  const { shards } = mapOf(made, "accounts");
  expect(shards.map(({ name }) => name)).toEqual(["ledger-0", "ledger-1", "ledger-2", "ledger-3"]);
  expect(shards[3]).toMatchObject({ ranges: [], host: "ledger-3-rw.shop-data.svc" });
  expect(made.outputs.map).toEqual(shardMap(["ledger-0", "ledger-1", "ledger-2"]));
});

test("on AWS each shard is an Aurora cluster, and a consumer is told the same as in the cluster", async () => {
  const [there, here] = [await storeOnAws({ shards: 3, instances: 2 }), await store({ shards: 3 })];
  expect(container(there).env).toEqual(container(here).env);
  const places = ({ shards }: Places) => shards.map(({ name, ranges }) => ({ name, ranges }));
  expect(places(mapOf(there, "accounts"))).toEqual(places(mapOf(here, "accounts")));
  expect(mapOf(there, "accounts").shards[2]).toMatchObject({ host: "ledger-2.aws.invalid", port: 5432 });
  expect(mapOf(there, "report").shards[2]).toMatchObject({ host: "reader.ledger-2.aws.invalid", port: 5432 });
  const authorities = ["accounts", "reshard", "report"].map(
    (consumer) => there.inputsOf(":ConfigMap", `shop-ledger-${consumer}-shards-ca`).data["ca.crt"],
  );
  expect(new Set(authorities).size).toBe(1);
  expect(authorities[0]).toContain("BEGIN CERTIFICATE");
});

test("on AWS before shards with poolers owners are told these and who signs for them, and movers and readers the servers", async () => {
  const made = await storeOnAws({ shards: 2, pooler: {} });
  const ways = { accounts: ["-pooler", 8], reshard: ["", 3], report: ["", 3] } as const;
  for (const [consumer, [way, roots]] of Object.entries(ways)) {
    const start = consumer === "report" ? "reader." : "";
    expect(mapOf(made, consumer).shards, consumer).toMatchObject(
      ["ledger-0", "ledger-1"].map((shard) => ({ host: `${start}${shard}${way}.aws.invalid` })),
    );
    const authorities = made.inputsOf(":ConfigMap", `shop-ledger-${consumer}-shards-ca`).data["ca.crt"];
    expect(authorities.match(/BEGIN CERTIFICATE/g), consumer).toHaveLength(roots);
  }
});

test("on AWS a mover has the rights of an owner, and a reader none to write", async () => {
  const { inputsOf } = await storeOnAws({ shards: 2 });
  for (const shard of ["ledger-0", "ledger-1"]) {
    const sql = inputsOf(":ConfigMap", `${shard}-setup`).data["setup.sql"];
    for (const login of ["accounts_ledger", "reshard_ledger"])
      expect(sql).toContain(`GRANT "plumbline_logins", "ledger_owner" TO "${login}";`);
    expect(sql).toContain('GRANT "plumbline_logins", "pg_read_all_data" TO "report_ledger";');
    expect(sql).toContain('REVOKE "ledger_owner" FROM "report_ledger";');
  }
});

test("on AWS a shard that is added is made beside the others: what was there changes its maps alone", async () => {
  const [before, after] = [
    await storeOnAws({ shards: 1, instances: 2 }),
    await storeOnAws({ shards: 2, instances: 2 }),
  ];
  const byName = ({ resources }: Recorded) =>
    new Map(resources.map((resource) => [`${resource.type.split(":").at(-1)} ${resource.name}`, resource] as const));
  const [old, now] = [byName(before), byName(after)];
  const changed = [...old].filter(([name, resource]) => JSON.stringify(resource) !== JSON.stringify(now.get(name)));
  expect(changed.map(([name]) => name).sort()).toEqual([
    "ConfigMap shop-ledger-accounts-shards",
    "ConfigMap shop-ledger-report-shards",
    "ConfigMap shop-ledger-reshard-shards",
  ]);
  // All are in the same subnets: no consumer needs another way.
  expect(before.inputsOf(":NetworkPolicy", "accounts").spec.egress).toEqual(
    expect.arrayContaining([0, 1, 2].map((zone) => expect.objectContaining(cidr(`10.0.${zone}.0/24`)))),
  );
});

function cidr(block: string) {
  return { to: [{ ipBlock: { cidr: block } }], ports: [{ protocol: "TCP", port: 5432 }] };
}

test.each<[what: string, args: Partial<ShardedAuroraArgs>, field: string, allowed: RegExp]>([
  ["a disk", { storage: "10Gi" as never }, "storage", /Aurora's disk grows by itself/],
  ["zones", { zones: ZONES as never }, "zones", /those of aws\.subnets/],
  ["a database's machines of another service", { instanceClass: "m7g.large" }, "instanceClass", /db\.r8g\.large/],
  ["a shard's mistake", { shards: 0 }, "shards", /from 1 to 204/],
  ["a name out of form", { database: "Ledger" }, "database", /DNS label of at most 22/],
])("on AWS %s is refused", (_, change, field, allowed) => {
  const args = {
    backend: "aws",
    aws: AWS_PLACE,
    namespace: { name: "data" } as Namespace,
    shards: 3,
    ...change,
  } as const;
  expect(shardedPostgresProblems("ledger", args)).toEqual([
    { field, given: expect.anything(), allowed: expect.stringMatching(allowed) },
  ]);
});

test("shards may have names of their own, and the database too", async () => {
  const made = await store({ shards: ["north", "south"], database: "accounting" });
  const { endpoint } = made.outputs.shard("ledger-south");
  expect(await new Promise((resolve) => endpoint.apply(resolve))).toBe("ledger-south-rw.shop-data.svc:5432");
  expect(container(made).env).toContainEqual({ name: "ACCOUNTING_SHARDS_NAME", value: "accounting" });
  expect(() => made.outputs.shard("ledger-sout")).toThrow(
    'it has ledger-north, ledger-south; did you mean "ledger-south"?',
  );
});

test("the consumers of a store fit each of its shards, or the one too many is refused with the sum", async () => {
  await expect(store({ shards: 2, connections: 40 })).rejects.toThrow(/at most 25 connections, which are left of 40/);
});

test.each<[what: string, args: Partial<Args>, field: string, allowed: RegExp]>([
  ["no shard", { shards: 0 }, "shards", /from 1 to 204/],
  ["half a shard", { shards: 2.5 }, "shards", /a whole number/],
  ["an empty list of shards", { shards: [] }, "shards.length", /from 1 to 204/],
  ["more shards than buckets are for", { shards: 205 }, "shards", /from 1 to 204/],
  ["a shard twice", { shards: ["north", "south", "north"] }, "shards[2]", /each shard once/],
  ["a shard's name out of form", { shards: ["North"] }, "shards[0], whose Postgres is named so", /DNS label/],
  ["fewer than one shard filled", { filled: 0 }, "filled", /from 1 to 3/],
  ["more filled than there are", { filled: 4 }, "filled", /from 1 to 3, the number of shards/],
  ["a database's name out of form", { database: "Ledger" }, "database", /DNS label of at most 22/],
  ["two instances", { instances: 2 }, "instances", /3, 5 or 7/],
  ["a reason, and three instances", { replication: optOut("a copy of a copy") }, "instances", /1, since replication/],
])("%s is refused", (_, change, field, allowed) => {
  const args = { namespace: {} as Namespace, issuer: {} as Issuer, zones: ZONES, shards: 3, ...change };
  expect(shardedPostgresProblems("ledger", args)).toEqual([
    { field, given: expect.anything(), allowed: expect.stringMatching(allowed) },
  ]);
});
