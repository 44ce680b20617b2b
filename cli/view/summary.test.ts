import { describe, expect, it } from "vitest";
import { noFindings } from "../findings.ts";
import { plain } from "./format.ts";
import type { Step } from "./screen.ts";
import { previewLines, upLines } from "./summary.ts";

const style = { columns: 100, paint: plain };
const step = (name: string, milliseconds: number): Step => ({
  name,
  state: "done",
  detail: "",
  began: 0,
  ended: milliseconds,
});
const change = {
  urn: "u",
  label: "shop/orders",
  kind: "Deployment",
  operation: "create",
  paths: [],
  milliseconds: 12_100,
} as const;
const plugin = {
  kind: "resource",
  version: "4.34.2",
  origin: "ours",
  note: "ours: talks to the real API server",
} as const;

const findings = {
  ...noFindings(),
  changes: [change],
  rules: { asked: 132, mandatory: 118 },
  violations: [{ rule: "image-tag-pinned", pack: "plumbline", level: "advisory", message: "m" }] as const,
  tools: [{ name: "kubectl", path: "/cache/tools/kubectl", version: "1.36.3", origin: "built" }] as const,
  plugins: [
    { ...plugin, name: "kubernetes" },
    { ...plugin, name: "aws", note: "ours: records, deploys nothing" },
  ],
  cluster: {
    name: "local",
    dir: "/cache/clusters/local",
    pid: 1,
    server: "https://127.0.0.1:6443",
    kubeconfig: "/cache/clusters/local/kubeconfig",
    context: "plumbline-local",
    version: "v1.36.3",
    outcome: "created",
    elapsedMs: 3_400,
  } as const,
  inventory: {
    resources: 1,
    packages: ["kubernetes"],
    namespaces: ["shop"],
    workloads: [{ kind: "Deployment", namespace: "shop", name: "orders" }],
    stores: [{ kind: "Postgres", name: "orders" }],
    outputs: { urls: { orders: "https://shop.test/orders" } },
  },
  workloads: [{ kind: "Deployment", namespace: "shop", name: "orders", ready: 2, wanted: 3, missing: false }],
};
const summary = (...steps: readonly Step[]) => ({ environment: "local", steps, milliseconds: 48_200, logFile: "/log" });

describe("upLines", () => {
  const text = upLines(summary(step("Plan", 6_000), step("Deploy", 36_000)), findings, style).join("\n");

  it.each([
    ["what was done, and in how long", "local stands: 1 created in 48.2s."],
    ["what stands", "1 resource, in shop"],
    ["what is ready", "0 of 1 ready"],
    ["each workload", "shop/orders  Deployment  2/3 ready"],
    ["the stores", "Postgres orders"],
    [
      "what was asked, and warned of",
      "Policies     132 rules, 118 mandatory; 1 warning by image-tag-pinned: see above",
    ],
    ["each output by itself", "urls.orders  https://shop.test/orders"],
    ["where", "/cache/clusters/local/kubeconfig"],
    ["what is simulated", "no container runs"],
    ["whose the plugins are", "ours  kubernetes 4.34.2  talks to the real API server"],
    ["what it cost", "plan 6.0s, deploy 36.0s"],
    ["what it waited for", "longest waits: shop/orders (Deployment) 12.1s"],
    ["how to reach it with a kubectl that is not on the PATH", "PATH=/cache/tools:$PATH"],
    ["a command that shows what it is good for", "kubectl delete deployment orders -n shop"],
  ])("tells %s", (_, expected) => {
    expect(text).toContain(expected);
  });

  it("breaks its lines at words on 80 columns, and no command", () => {
    const narrow = { columns: 80, paint: plain };
    const [kubernetes] = findings.plugins;
    const note = "ours: draws from the machine's own random source, as the official one does it";
    const changes = ["shop-data/postgres", "shop/inventory", "shop-data/kafka-controllers"].map((label) => ({
      ...change,
      label,
    }));
    const workload = { ...findings.workloads[0], kind: "Deployment", namespace: "shop", name: "a-rather-long-name" };
    const found = {
      ...findings,
      changes,
      plugins: [kubernetes, { ...kubernetes, note }] as typeof findings.plugins,
      workloads: [workload] as typeof findings.workloads,
    };
    const steps = ["Configuration", "Toolchain", "Cluster", "Plan", "Operators", "Deploy", "Readiness"];
    const lines = upLines(summary(...steps.map((name) => step(name, 61_000))), found, narrow);
    const text = lines.join("\n");
    expect(lines.filter((line) => line.length > 80 && !line.includes("export KUBECONFIG="))).toEqual([]);
    expect(text.replaceAll(/\s+/g, " ")).toContain("own random source, as the official one does it");
    expect(text.replaceAll(/\s+/g, " ")).toContain("shop-data/kafka-controllers (Deployment) 12.1s");
    expect(lines).toContain("    # then up again: it is put back");
    expect(lines).toContain("    kubectl delete deployment a-rather-long-name -n shop");
  });

  it("can be copied into a shell where a path has blanks", () => {
    const cluster = { ...findings.cluster, kubeconfig: "/my cache/kubeconfig" };
    const [kubectl] = findings.tools;
    const tools = [{ ...kubectl, path: "/my cache/tools/kubectl" }];
    const text = upLines(summary(), { ...findings, cluster, tools }, style).join("\n");
    expect(text).toContain("export KUBECONFIG='/my cache/kubeconfig' PATH='/my cache/tools':$PATH");
  });

  it("names no log where there is none", () => {
    const lines = upLines({ ...summary(), logFile: undefined }, findings, style);
    expect(lines.filter((line) => line.includes("Log"))).toEqual([]);
  });

  it("names only the plugins that the stack uses", () => {
    expect(text).not.toContain("aws");
  });

  it("says that nothing changed when nothing was deployed", () => {
    expect(upLines(summary(step("Plan", 4_000)), findings, style)[1]).toBe("  local stands: nothing changed in 48.2s.");
  });

  it("passes the environment on in what to try next", () => {
    const other = upLines({ ...summary(), environment: "demo" }, findings, style).join("\n");
    expect(other).toContain("npm run down -- demo");
  });
});

describe("previewLines", () => {
  it("lists each change, and what had drifted", () => {
    const drift = {
      urn: "u",
      label: "shop/cache",
      kind: "StatefulSet",
      what: "changed",
      paths: ["spec.replicas"],
    } as const;
    const update = {
      ...change,
      label: "shop/cache",
      kind: "StatefulSet",
      operation: "update",
      paths: ["spec.replicas"],
    } as const;
    const found = { ...noFindings(), changes: [change, update], drift: [drift] };
    expect(previewLines(summary(), found, style)).toEqual([
      "",
      "  local: 1 to create, 1 to change.",
      "",
      "  Drift: shop/cache (StatefulSet) was changed: spec.replicas",
      "",
      "    +  shop/orders  Deployment",
      "    ~  shop/cache   StatefulSet  spec.replicas",
    ]);
  });
});
