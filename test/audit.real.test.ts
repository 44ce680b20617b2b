import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { Scratch } from "@plumbline-shop/testing/scratch";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { apiAuditPolicy } from "../components/security/index.ts";
import { cacheDirectory, clusterConfig, prepareToolchain, resetCluster, startCluster } from "../rehearsal/index.ts";
import { command } from "../rehearsal/toolchain/command.ts";

// A real API server of its own that runs with the policy, and what it has written down.

const NAMESPACE = "audited";
const SECRET = "of-a-customer-4711";
const GROUP = "break-glass";

/** A line of the audit log, as far as it is looked at. */
interface Line {
  readonly level: string;
  readonly verb: string;
  readonly user: { readonly username: string; readonly groups?: readonly string[] };
  readonly impersonatedUser?: { readonly username: string };
  readonly objectRef?: {
    readonly resource: string;
    readonly subresource?: string;
    readonly name?: string;
    readonly apiGroup?: string;
  };
  readonly responseStatus?: { readonly code?: number };
  readonly requestObject?: unknown;
  readonly responseObject?: unknown;
  readonly requestURI: string;
  readonly requestReceivedTimestamp: string;
}

let text = "";
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
  const ask = async (...words: string[]) =>
    (await command(kubectl.path, ["--kubeconfig", kubeconfig, "--context", context, "-n", NAMESPACE, ...words])).code;
  const as = ["--as=anna", `--as-group=${GROUP}`, "--as-group=system:masters"];
  expect(await ask("create", "namespace", NAMESPACE)).toBe(0);
  expect(await ask("create", "secret", "generic", "card", `--from-literal=number=${SECRET}`)).toBe(0);
  expect(await ask("get", "secret", "card", "-o", "yaml")).toBe(0);
  expect(await ask("create", "configmap", "settings", `--from-literal=number=${SECRET}`, ...as)).toBe(0);
  expect(await ask("create", "token", "default", ...as)).toBe(0);
  expect(await ask("create", "role", "reader", "--verb=get", "--resource=secrets")).toBe(0);
  expect(await ask("get", "roles", ...as)).toBe(0);
  expect(await ask("create", "deployment", "web", "--image=registry.example.com/web:1")).toBe(0);
  expect(await ask("rollout", "status", "deployment/web", "--timeout=60s")).toBe(0);
  // No container is behind a simulated pod: what counts is who asked.
  await ask("exec", "deploy/web", "--", "true");
  await ask("get", "deployments");
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

  test("has a token's request without the token", () => {
    expect(of("serviceaccounts", "create", "token")).toContainEqual(
      expect.objectContaining({ level: "Metadata", impersonatedUser: expect.objectContaining({ username: "anna" }) }),
    );
    expect(text).not.toMatch(/eyJ[\w-]+\.eyJ/);
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
    expect(of("roles", "list")).toContainEqual(expect.objectContaining({ level: "Request" }));
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
