import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeSandbox, PACK, type Sandbox } from "../policies/sandbox.ts";
import type { PlatformArgs } from "./platform.ts";

// The real engine, with a plugin for AWS that records and makes nothing: it proves what is asked of AWS, in which order, and when something
// would be replaced, and nothing of AWS itself.

const PLATFORM = join(import.meta.dirname, "platform.ts");
const PRODUCTION = join(PACK, "config/production.json");
const PREFIX = "aws-platform";

let sandbox: Sandbox;
const program = (args: PlatformArgs) =>
  sandbox.program(`const { awsPlatform } = await import(${JSON.stringify(PLATFORM)});
export const outputs = awsPlatform(${JSON.stringify({ inhabited: false, ...args })});`);
const packed = ["--policy-pack", PACK, "--policy-pack-config", PRODUCTION];

beforeAll(async () => {
  sandbox = await makeSandbox(PREFIX);
});
afterAll(async () => {
  await sandbox?.pulumi("state", "unprotect", "--all", "--yes");
  await sandbox?.remove();
});

/** What a state says of a resource. */
interface Stated {
  readonly urn: string;
  readonly type: string;
  readonly protect?: boolean;
  readonly outputs?: Readonly<Record<string, unknown>>;
  readonly dependencies?: readonly string[];
}

const stated = async () =>
  (JSON.parse(await sandbox.state()).deployment.resources as Stated[]).filter(({ type }) => type.startsWith("aws:"));
const nameOf = (urn: string) => urn.split("::").at(-1) ?? "";

describe("a network, keys, a cluster and what stands around them", { timeout: 300_000 }, () => {
  test("are previewed and made under the rules of production", async () => {
    program({});
    const preview = await sandbox.pulumi("preview", ...packed);
    expect(preview.code, preview.text).toBe(0);
    expect(preview.text).not.toMatch(/\[mandatory\]/);
    const { code, text } = await sandbox.pulumi("up", "--yes", "--skip-preview", ...packed);
    expect(code, text).toBe(0);
    expect(text).not.toMatch(/\[mandatory\]/);
    expect(text).toMatch(/eks:Cluster.*recorded, not deployed/);
  });

  test("are protected where others would miss them: keys, the network and its addresses, the cluster", async () => {
    const kept = (await stated()).filter(({ protect }) => protect).map(({ type }) => type);
    expect([...new Set(kept)]).toEqual(
      expect.arrayContaining([
        ...["aws:kms/key:Key", "aws:kms/replicaKey:ReplicaKey", "aws:ec2/vpc:Vpc", "aws:ec2/eip:Eip"],
        "aws:eks/cluster:Cluster",
      ]),
    );
  });

  test("come in an order that works: logs before the cluster, the network's plugin before nodes, names after them", async () => {
    const resources = await stated();
    const beforeOf = (type: string, name: string) => {
      const found = resources.find(({ urn }) => urn.endsWith(`${type}::${name}`));
      return (found?.dependencies ?? []).map((urn) => `${urn.split("::").at(-2)?.split(":").at(-1)} ${nameOf(urn)}`);
    };
    expect(beforeOf("aws:eks/cluster:Cluster", "main")).toEqual(
      expect.arrayContaining(["LogGroup main-control-plane", "RolePolicyAttachment main-cluster-cluster"]),
    );
    const nodes = beforeOf("aws:eks/nodeGroup:NodeGroup", "main-general-eu-central-1a");
    for (const addon of ["vpc-cni", "kube-proxy", "eks-pod-identity-agent"])
      expect(nodes).toContain(`Addon main-${addon}`);
    expect(beforeOf("aws:eks/addon:Addon", "main-coredns")).toContain("NodeGroup main-general-eu-central-1a");
    expect(beforeOf("aws:ec2/subnet:Subnet", "main-pods-eu-central-1a")).toContain(
      "VpcIpv4CidrBlockAssociation main-pods",
    );
  });

  test("tell how to reach the cluster, with no token in it", async () => {
    const { outputs } = JSON.parse((await sandbox.pulumi("stack", "output", "--json")).text);
    expect(JSON.parse(outputs.kubeconfig).clusters[0].cluster.server).toMatch(/^https:\/\/.*\.recorded\.invalid$/);
    expect(outputs.kubeconfig).not.toMatch(/token":|password|client-key/);
  });

  test("change nothing the second time", async () => {
    const { code, text } = await sandbox.pulumi("up", "--yes", "--skip-preview", "--expect-no-changes");
    expect(code, text).toBe(0);
  });

  test("grow in place: a zone and a tier more, more nodes on larger disks, another peer, another person", async () => {
    program({ grown: true });
    const { code, text } = await sandbox.pulumi("preview", "--diff", ...packed);
    expect(code, text).toBe(0);
    expect(text).not.toMatch(/\[mandatory\]/);
    const replaced = Array.from(text.matchAll(/^\s*\+-\s*(\S+): \(replace\)/gm), ([, type]) => type);
    expect(replaced).toEqual([]);
    expect(text).toMatch(/\+ aws:ec2\/natGateway:NatGateway: \(create\)/);
    expect(text).toMatch(/~ aws:ec2\/launchTemplate:LaunchTemplate: \(update\)/);
    expect(text).not.toMatch(/- aws:ec2\/subnet:Subnet: \(delete\)/);
  });
});
