import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connect } from "./connect.ts";
import { mergeKubeconfigs, parseKubeconfig, selectContext } from "./kubeconfig.ts";
import { loadKubeconfig } from "./load.ts";

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), "kubeconfig-"));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

function config(name: string, user: object = { token: "t" }, cluster: object = {}): string {
  return JSON.stringify({
    "current-context": name,
    contexts: [{ name, context: { cluster: `${name}-cluster`, user: `${name}-user`, namespace: `${name}-ns` } }],
    clusters: [{ name: `${name}-cluster`, cluster: { server: `https://${name}.example:6443`, ...cluster } }],
    users: [{ name: `${name}-user`, user }],
  });
}

const select = (text: string, wanted = {}) => selectContext(parseKubeconfig(text, "here"), wanted, "here");
const access = (user: object, cluster: object = {}) => connect(select(config("a", user, cluster)));

describe("choosing a context", () => {
  it("takes the current one, or the one asked for, or another cluster", () => {
    const both = mergeKubeconfigs([parseKubeconfig(config("a"), "1"), parseKubeconfig(config("b"), "2")]);
    expect(selectContext(both, {}, "x")).toMatchObject({ context: "a", namespace: "a-ns" });
    expect(selectContext(both, { context: "b" }, "x").cluster.server).toBe("https://b.example:6443");
    expect(selectContext(both, { cluster: "b-cluster" }, "x")).toMatchObject({
      context: "a",
      cluster: { server: "https://b.example:6443" },
    });
  });

  it.each([
    [{ context: "c" }, 'here has no context "c"; it has: a'],
    [{ cluster: "c" }, 'here has no cluster "c", which context "a" names; it has: a-cluster'],
  ])("names what there is instead of %j", (wanted, message) => {
    expect(() => select(config("a"), wanted)).toThrow(message);
  });

  it("says so where there is nothing", () => {
    expect(() => select("{}")).toThrow("here sets no current-context and none was asked for; it has no context at all");
    expect(() => parseKubeconfig("- a", "here")).toThrow("holds no fields");
    expect(() => parseKubeconfig("a: [", "here")).toThrow("here is not YAML");
  });
});

describe("finding it", () => {
  it("reads several files of which the first counts first, and makes their paths absolute", () => {
    writeFileSync(join(dir, "one"), config("a", { "client-certificate": "cert.pem" }));
    writeFileSync(join(dir, "two"), config("b"));
    const { config: merged } = loadKubeconfig(undefined, {
      KUBECONFIG: `${join(dir, "one")}:${join(dir, "two")}:${join(dir, "none")}`,
    });
    expect(merged.currentContext).toBe("a");
    expect([...merged.contexts.keys()].sort()).toEqual(["a", "b"]);
    expect(merged.users.get("a-user")).toMatchObject({ "client-certificate": join(dir, "cert.pem") });
  });

  it("takes contents in place of a path, and names a path that does not exist", () => {
    expect(loadKubeconfig(config("a")).config.currentContext).toBe("a");
    expect(() => loadKubeconfig(join(dir, "none"), {})).toThrow(
      /no kubeconfig: .*none \(the provider's kubeconfig\) does not exist/,
    );
  });
});

describe("credentials", () => {
  it.each([
    [{ token: "t" }, { authorization: "Bearer t" }],
    [{ username: "u", password: "p" }, { authorization: `Basic ${btoa("u:p")}` }],
    [
      { token: "t", as: "admin", "as-groups": ["g", "h"] },
      { authorization: "Bearer t", "impersonate-user": "admin", "impersonate-group": ["g", "h"] },
    ],
  ])("%j", async (user, headers) => {
    expect((await access(user).credentials()).headers).toEqual(headers);
  });

  it("decodes certificates, and reads trust and TLS options", async () => {
    const user = { "client-certificate-data": btoa("cert"), "client-key-data": btoa("key") };
    const cluster = {
      "certificate-authority-data": btoa("ca"),
      "tls-server-name": "n",
      "insecure-skip-tls-verify": true,
    };
    const found = access(user, cluster);
    expect(found.tls).toEqual({ ca: Buffer.from("ca"), servername: "n", rejectUnauthorized: false });
    expect(await found.credentials()).toMatchObject({ cert: Buffer.from("cert"), key: Buffer.from("key") });
  });

  it("reads a token from a file", async () => {
    writeFileSync(join(dir, "token"), "from-file\n");
    const { headers } = await access({ tokenFile: join(dir, "token") }).credentials();
    expect(headers).toEqual({ authorization: "Bearer from-file" });
  });

  it("runs a credential program once for all who ask, and tells how it failed", async () => {
    const program = join(dir, "login");
    const status = { token: "fresh", expirationTimestamp: "2999-01-01T00:00:00Z" };
    writeFileSync(program, `#!/bin/sh\necho run >> '${join(dir, "runs")}'\necho '${JSON.stringify({ status })}'\n`);
    chmodSync(program, 0o755);
    const { credentials } = access({ exec: { apiVersion: "client.authentication.k8s.io/v1", command: program } });
    const [first, second] = await Promise.all([credentials(), credentials()]);
    expect(first.headers).toEqual({ authorization: "Bearer fresh" });
    expect(second).toEqual(first);
    const missing = access({ exec: { command: join(dir, "absent"), installHint: "install it with x" } });
    await expect(missing.credentials()).rejects.toThrow(/absent failed: it was not found\ninstall it with x/);
  });

  it.each([
    [{ "auth-provider": {} }, {}, "auth-provider, which is not supported; use exec"],
    [{ as: "a", "as-uid": "1" }, {}, "as-uid, which is not supported; use as and as-groups"],
    [{ as: "a", "as-user-extra": { scopes: ["s"] } }, {}, "as-user-extra, which is not supported"],
    [{}, { "proxy-url": "http://p" }, "proxy-url, which is not supported"],
    [{}, { server: "nowhere" }, "no valid server address"],
    [{ "client-key": "/does/not/exist" }, {}, "client-key /does/not/exist cannot be read"],
  ])("refuses %j %j", (user, cluster, message) => {
    expect(() => access(user, cluster)).toThrow(message);
  });
});
