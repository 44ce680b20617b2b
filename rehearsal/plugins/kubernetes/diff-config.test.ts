import { describe, expect, it } from "vitest";
import { UNKNOWN } from "../rpc/index.ts";
import { readConfig, refusedArguments } from "./config.ts";
import { diffConfig } from "./diff-config.ts";

const kubeconfig = (server: string, token = "t") =>
  JSON.stringify({
    "current-context": "a",
    contexts: [
      { name: "a", context: { cluster: "a", user: "u" } },
      { name: "b", context: { cluster: "b", user: "u" } },
    ],
    clusters: [
      { name: "a", cluster: { server } },
      { name: "b", cluster: { server: "https://b" } },
    ],
    users: [{ name: "u", user: { token } }],
  });
const replaced = (olds: object, news: object) =>
  diffConfig(olds as never, news as never)
    .filter(({ replace }) => replace)
    .map(({ path }) => path[0]);

describe("diffConfig", () => {
  const one = { kubeconfig: kubeconfig("https://a") };

  it("replaces for another cluster only", () => {
    expect(replaced(one, { kubeconfig: kubeconfig("https://other") })).toEqual(["kubeconfig"]);
    expect(replaced(one, { ...one, context: "b" })).toEqual(["context"]);
    expect(replaced(one, { ...one, cluster: "b" })).toEqual(["cluster"]);
    expect(replaced(one, { ...one, context: "a" })).toEqual([]);
    expect(replaced(one, { kubeconfig: kubeconfig("https://a", "rotated") })).toEqual([]);
    expect(replaced(one, { ...one, namespace: "n", enablePatchForce: "true" })).toEqual([]);
  });

  it("updates for anything else", () => {
    expect(diffConfig(one, { ...one, namespace: "n" })).toEqual([{ path: ["namespace"], kind: "add" }]);
    expect(diffConfig(one, { ...one, version: "4.9.9" })).toEqual([]);
  });

  it("goes by clusterIdentifier where that is set before and after", () => {
    const named = { ...one, clusterIdentifier: "prod" };
    expect(replaced(named, { kubeconfig: kubeconfig("https://moved"), clusterIdentifier: "prod" })).toEqual([]);
    expect(replaced(named, { ...one, clusterIdentifier: "other" })).toEqual(["clusterIdentifier"]);
    expect(replaced(one, named)).toEqual([]);
  });

  it("replaces for a cluster that is not known yet", () => {
    expect(replaced(one, { kubeconfig: UNKNOWN })).toEqual(["kubeconfig"]);
  });
});

describe("readConfig", () => {
  it("reads what the SDK sends as JSON texts, and fills gaps from the environment", () => {
    const env = { PULUMI_K8S_ENABLE_PATCH_FORCE: "true", PULUMI_K8S_DELETE_UNREACHABLE: "true" };
    expect(readConfig({ enableServerSideApply: "false", deleteUnreachable: "false", context: "" }, env)).toMatchObject({
      enableServerSideApply: false,
      deleteUnreachable: false,
      enablePatchForce: true,
      context: undefined,
    });
    expect(readConfig({ kubeClientSettings: '{"timeout":5}' }, {}).requestTimeout).toBe(5_000);
  });

  it("says what is not supported", () => {
    expect(refusedArguments({ renderYamlToDirectory: "out" })[0]?.reason).toContain("not supported");
    expect(refusedArguments({ namespace: "n" })).toEqual([]);
  });
});
