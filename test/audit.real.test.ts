import { mkdirSync, statSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Scratch } from "@plumbline-shop/testing/scratch";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { apiAuditPolicy } from "../components/security/index.ts";
import { cacheDirectory, clusterConfig, prepareToolchain, resetCluster, startCluster } from "../rehearsal/index.ts";
import { command } from "../rehearsal/toolchain/command.ts";

// A real API server of its own that runs with the policy, and what it has written down.

const NAMESPACE = "audited";
const SECRET = "of-a-customer-4711";
const GROUP = `system:serviceaccounts:${NAMESPACE}`;

/** A line of the audit log, as far as it is looked at. */
interface Line {
  readonly level: string;
  readonly verb: string;
  readonly user: { readonly username: string; readonly groups?: readonly string[] };
  readonly objectRef?: {
    readonly resource: string;
    readonly subresource?: string;
    readonly name?: string;
    readonly apiGroup?: string;
  };
  readonly requestObject?: unknown;
  readonly requestURI: string;
  readonly requestReceivedTimestamp: string;
}

let text = "";
let prepared = "";
let token = "";
let lines: Line[] = [];
let stop: (() => Promise<unknown>) | undefined;
const of = (resource: string, verb: string, subresource?: string) =>
  lines.filter(
    ({ objectRef, verb: done }) =>
      objectRef?.resource === resource && objectRef.subresource === subresource && done === verb,
  );

beforeAll(async () => {
  const { cluster, kubectl, seed, crds } = await prepareToolchain({ cacheDir: cacheDirectory() });
  const scratch = new Scratch();
  const cacheDir = scratch.directory;
  const policy = apiAuditPolicy({ groups: { [GROUP]: "Request" }, parts: ["plumbline:components"] });
  // JSON is YAML.
  const auditPolicy = scratch.file("policy.yaml", JSON.stringify(policy));
  const node = { instanceType: "m7i.xlarge", cpu: "4", memory: "16Gi", pods: 110 };
  // As a node of a control plane is prepared, so that the group may read what is written.
  prepared = join(cacheDir, "clusters", "audit", "log", "audit.log");
  mkdirSync(dirname(prepared), { recursive: true, mode: 0o750 });
  writeFileSync(prepared, "", { mode: 0o640 });
  const options = { cacheDir, binary: cluster.path };
  const config = clusterConfig({
    name: "audit",
    region: "local",
    zones: ["a"],
    nodesPerZone: 1,
    node,
    crds,
    seed,
    auditPolicy,
  });
  const { kubeconfig, context, dir } = await startCluster(config, options);
  stop = async () => {
    await resetCluster("audit", options);
    scratch.remove();
  };
  const said = async (kube: string, ...words: string[]) => {
    const { code, stdout, tail } = await command(kubectl.path, ["--kubeconfig", kube, "-n", NAMESPACE, ...words]);
    return { code, stdout: stdout.trim(), tail: tail.join("\n") };
  };
  const does = async (...words: string[]) => {
    const { code, stdout, tail } = await said(kubeconfig, "--context", context, ...words);
    expect(code, tail).toBe(0);
    return stdout;
  };
  await does("create", "namespace", NAMESPACE);
  await does("create", "secret", "generic", "card", `--from-literal=number=${SECRET}`);
  await does("get", "secret", "card", "-o", "yaml");
  await does("create", "configmap", "settings", `--from-literal=number=${SECRET}`);
  token = await does("create", "token", "default");
  await does("create", "rolebinding", "default", "--clusterrole=edit", `--serviceaccount=${NAMESPACE}:default`);
  const { clusters } = JSON.parse(await does("config", "view", "--raw", "--flatten", "--minify", "-o", "json"));
  const { cluster: server } = clusters[0];
  const account = scratch.file(
    "account.json",
    JSON.stringify({
      apiVersion: "v1",
      kind: "Config",
      clusters: [{ name: "c", cluster: server }],
      users: [{ name: "u", user: { token } }],
      contexts: [{ name: "x", context: { cluster: "c", user: "u" } }],
      "current-context": "x",
    }),
  );
  const asAccount = async (...words: string[]) => expect(await said(account, ...words)).toMatchObject({ code: 0 });
  await asAccount("get", "pods");
  await asAccount("create", "configmap", "more", `--from-literal=number=${SECRET}`);
  await does("create", "role", "reader", "--verb=get", "--resource=secrets");
  await does("create", "deployment", "web", "--image=registry.example.com/web:1");
  await does("rollout", "status", "deployment/web", "--timeout=60s");
  // No container is behind a simulated pod: what counts is who asked.
  await said(kubeconfig, "--context", context, "exec", "deploy/web", "--", "true");
  await does("get", "deployments");
  text = await readFile(join(dir, "log", "audit.log"), "utf8");
  lines = text
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line));
}, 300_000);
afterAll(() => stop?.());

describe("the audit log of a real API server", () => {
  test("says who read and wrote which secret, when, and never what is in it", () => {
    for (const verb of ["create", "get"])
      expect(of("secrets", verb)).toContainEqual(
        expect.objectContaining({
          level: "Metadata",
          user: expect.objectContaining({ username: "plumbline:admin" }),
          objectRef: expect.objectContaining({ namespace: NAMESPACE, name: "card" }),
          requestReceivedTimestamp: expect.stringMatching(/^\d{4}-/),
        }),
      );
    expect(text).not.toContain(SECRET);
    expect(text).not.toContain(Buffer.from(SECRET).toString("base64"));
  });

  test("is readable by the group of the file that was there, as a shipper needs it", () => {
    expect(statSync(prepared).mode & 0o777).toBe(0o640);
  });

  test("has a token's request without the token", () => {
    expect(of("serviceaccounts", "create", "token")).toContainEqual(
      expect.objectContaining({ level: "Metadata", objectRef: expect.objectContaining({ name: "default" }) }),
    );
    expect(token).toMatch(/^eyJ/);
    expect(text).not.toContain(token);
  });

  test("says who went into a container", () => {
    const into = [...of("pods", "create", "exec"), ...of("pods", "get", "exec")];
    expect(into).toContainEqual(
      expect.objectContaining({ level: "Metadata", user: expect.objectContaining({ username: "plumbline:admin" }) }),
    );
  });

  test("has the content of a change of rights", () => {
    const [role] = of("roles", "create").filter(({ objectRef }) => objectRef?.name === "reader");
    expect(role).toMatchObject({
      level: "Request",
      requestObject: { rules: [{ resources: ["secrets"], verbs: ["get"] }] },
    });
  });

  test("has all that a given group does, its reading too, and nobody else's reading", () => {
    const username = `system:serviceaccount:${NAMESPACE}:default`;
    const theirs = expect.objectContaining({ username });
    expect(of("pods", "list").map(({ level, user }) => [level, user])).toEqual([["Request", theirs]]);
    expect(of("configmaps", "create").filter(({ user }) => user.username === username)).toMatchObject([
      { level: "Metadata" },
    ]);
    expect(of("deployments", "list")).toEqual([]);
    expect(of("deployments", "create")).toHaveLength(1);
  });

  test("has no pulse, no probes, and nothing of what the cluster's parts do to carry out a change", () => {
    expect(
      lines.filter(({ objectRef }) =>
        ["leases", "events", "endpointslices", "replicasets"].includes(objectRef?.resource ?? ""),
      ),
    ).toEqual([]);
    expect(lines.filter(({ requestURI }) => /^\/(healthz|livez|readyz|openapi)/.test(requestURI))).toEqual([]);
    expect(of("pods", "create")).toEqual([]);
  });
});
