import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Namespace } from "../../cluster/namespace.ts";
import type { Duration } from "../../core/duration.ts";
import { optOut } from "../../core/opt-out.ts";
import type { Issuer } from "../../edge/issuer.ts";
import { complete, type ObjectStoreArgs } from "./args.ts";
import {
  etcdArguments,
  gatewayArguments,
  masterArguments,
  scripts,
  securityToml,
  serverHosts,
  timeToLive,
} from "./config.ts";
import { identitiesJson } from "./identities.ts";

const base: ObjectStoreArgs = {
  namespace: { name: "shop-data" } as Namespace,
  issuer: {} as Issuer,
  zones: ["a", "b", "c"],
  buckets: { invoices: { versioned: true }, exports: { expireAfter: "30d" } },
};
const args = complete(base);
const alone = complete({ ...base, replicas: 1, replication: optOut("one is enough for a test") });

test("every object has a copy in a second zone, and one that stands alone asks for none", () => {
  expect(masterArguments("objects", args)).toContain("-defaultReplication=010");
  expect(gatewayArguments("objects", args, 2 ** 27)).toContain("-defaultReplicaPlacement=010");
  expect(masterArguments("objects", alone)).toEqual(expect.arrayContaining(["-defaultReplication=000", "-peers=none"]));
});

test("objects of personal data end when the store's retention does, unless something else deletes them", () => {
  const buckets = {
    invoices: {},
    exports: { expireAfter: "30d" },
    backups: { expireAfter: optOut("its writer does") },
  };
  const personal = complete({ ...base, dataClass: "personal", retention: "364d", buckets } as ObjectStoreArgs);
  expect(scripts(personal).settings).toBe(
    [
      "fs.configure -locationPrefix=/buckets/invoices/ -ttl=52w -apply",
      "fs.configure -locationPrefix=/buckets/exports/ -ttl=30d -apply",
      "fs.configure -locationPrefix=/buckets/backups/ -delete -apply",
      "",
    ].join("\n"),
  );
});

test("three servers know each other by names that the certificate is for", () => {
  const peers = masterArguments("objects", args).find((argument) => argument.startsWith("-peers=")) ?? "";
  expect(peers.split(",")).toHaveLength(3);
  expect(peers).toContain("objects-server-2.objects-server.shop-data.svc:9333");
  expect(etcdArguments("objects", args)).toContain("--peer-cert-allowed-cn=objects-server");
  expect(serverHosts("objects", args)).toEqual([
    "objects",
    "objects.shop-data.svc",
    "*.objects-server.shop-data.svc",
    "*.objects-volume.shop-data.svc",
  ]);
});

test("each server lets in who has their own certificate, not whoever the authority knows", () => {
  const toml = securityToml("objects", { volumes: "v", filers: "f", objects: "o" });
  for (const part of ["master", "volume", "filer", "s3", "client"])
    expect(toml).toMatch(new RegExp(`\\[grpc\\.${part}\\]\\n.*\\n.*\\nallowed_commonNames = "objects-server"\\n`));
  for (const part of ["master", "volume", "filer"]) expect(toml).toMatch(new RegExp(`\\[https\\.${part}\\]\\ncert = `));
  expect(toml.match(/^\[jwt\..*\]\nkey = "[vf]"$/gm)).toHaveLength(4);
  expect(toml).toContain('[s3.sse]\nkey = "o"\n');
});

test.each<[Duration, string | undefined]>([
  ["1m", "1m"],
  ["90m", "90m"],
  ["24h", "1d"],
  ["36h", "36h"],
  ["7d", "1w"],
  ["30d", "30d"],
  ["365d", "1y"],
  ["300d", undefined],
  ["90s", undefined],
  ["0m", undefined],
])("an expiry after %s is %s to SeaweedFS", (duration, told) => {
  expect(timeToLive(duration)).toBe(told);
});

describe("identities", () => {
  const identity = (right: "owner" | "reader", consumer: string) => ({
    bucket: "invoices",
    right,
    consumer,
    namespace: "shop",
    accessKey: `KEY-${consumer}`,
    secretKey: `secret-${consumer}`,
  });
  const statements = (right: "owner" | "reader") => {
    const { policies } = JSON.parse(identitiesJson([identity(right, "orders")]));
    return JSON.parse(policies[0].content).Statement as { Action: string[]; Resource: string[] }[];
  };

  test("name one bucket and its objects, and no action that changes the bucket", () => {
    for (const right of ["owner", "reader"] as const) {
      expect(statements(right).map(({ Resource }) => Resource)).toEqual([
        ["arn:aws:s3:::invoices"],
        ["arn:aws:s3:::invoices/*"],
      ]);
      expect(statements(right).flatMap(({ Action }) => Action)).not.toEqual(
        expect.arrayContaining([expect.stringMatching(/\*|^s3:(Put|Delete)Bucket|Retention|LegalHold|Acl/)]),
      );
    }
  });

  test("let a reader write nothing", () => {
    const writes = /^s3:(Put|Delete|Abort)/;
    expect(statements("reader").flatMap(({ Action }) => Action.filter((one) => writes.test(one)))).toEqual([]);
    expect(statements("owner").flatMap(({ Action }) => Action.filter((one) => writes.test(one)))).toHaveLength(4);
  });

  test("are in an order that does not depend on who was declared first", () => {
    const two = [identity("owner", "orders"), identity("reader", "reports")];
    expect(identitiesJson(two)).toBe(identitiesJson([...two].reverse()));
    expect(JSON.parse(identitiesJson(two)).identities).toMatchObject([
      { name: "shop.orders.invoices.owner", policyNames: ["shop.orders.invoices.owner"] },
      { name: "shop.reports.invoices.reader", policyNames: ["shop.reports.invoices.reader"] },
    ]);
  });
});

/** The setup as it is, but for where its files are; `weed` notes what it is given, and tells of the bucket `invoices`. */
describe("the setup", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "object-store-"));
    const weed = `#!/bin/sh\nwhile read -r line; do echo "$line" >> ${folder}/asked; [ "$line" = s3.bucket.list ] && cat ${folder}/known; done\nexit \${FAILS:-0}\n`;
    writeFileSync(join(folder, "weed"), weed);
    chmodSync(join(folder, "weed"), 0o755);
    writeFileSync(join(folder, "settings"), scripts(args).settings ?? "");
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  function setUp(known: string, environment: object = {}) {
    writeFileSync(join(folder, "known"), known);
    const script = (scripts(args)["setup.sh"] ?? "")
      .replaceAll("/tmp/", `${folder}/`)
      .replaceAll("/etc/seaweedfs-scripts", folder);
    const env = { PATH: `${folder}:${process.env.PATH}`, MASTERS: "m", BUCKETS: "exports invoices", ...environment };
    const { status } = spawnSync("sh", ["-c", script], { env });
    return { status, asked: readFileSync(join(folder, "asked"), "utf8").trimEnd().split("\n") };
  }

  test("makes the buckets that are not there, and gives every one what it is declared with", () => {
    const { status, asked } = setUp("  invoices\tsize:0\tlogical:0\tchunk:0\n  exports-old\tsize:0\n");
    expect(status).toBe(0);
    expect(asked).toEqual([
      "s3.bucket.list",
      "s3.bucket.create -name exports",
      "fs.configure -locationPrefix=/buckets/invoices/ -delete -apply",
      "s3.bucket.versioning -name invoices -status Enabled",
      "fs.configure -locationPrefix=/buckets/exports/ -ttl=30d -apply",
    ]);
  });

  test("fails if SeaweedFS does, so that it is tried again", () => {
    const { status, asked } = setUp("", { FAILS: "1" });
    expect(status).not.toBe(0);
    expect(asked).toEqual(["s3.bucket.list"]);
  });
});
