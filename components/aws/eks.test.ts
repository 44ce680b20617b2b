import { AccessPolicyAssociation } from "@pulumi/aws/eks/accessPolicyAssociation.js";
import { load } from "js-yaml";
import { describe, expect, test } from "vitest";
import { optOut } from "../core/opt-out.ts";
import { placeProblems } from "../data/aws/place.ts";
import { isOidcProvider } from "../security/secrets/source-plan.ts";
import { type Recording, record } from "../testing/record.ts";
import { EksCluster } from "./eks.ts";
import { completeEks, type EksClusterArgs } from "./eks-args.ts";
import { architectureOf, bottlerocketSettings } from "./eks-nodes-plan.ts";
import { eksPlan } from "./eks-plan.ts";
import { eksProblems } from "./eks-problems.ts";
import { ADDONS, DEFAULT_EKS_VERSION, EKS_VERSIONS } from "./eks-versions.ts";
import { Keys } from "./keys.ts";
import { Network } from "./network.ts";
import { storePlace } from "./place.ts";

const account = { region: "eu-central-1", accountId: "123456789012" };
const zones = ["eu-central-1a", "eu-central-1b", "eu-central-1c"];
const role = (name: string) => `arn:aws:iam::123456789012:role/${name}`;
const base = {
  deployerArn: role("deploy"),
  nodes: { general: { instanceTypes: ["m8g.xlarge", "m7g.xlarge"], maxPerZone: 4 } },
} as const;
type Rest = Partial<Omit<EksClusterArgs, "network" | "keys">>;
const complete = (more: Rest | object = {}) => completeEks({ ...base, ...more } as unknown as EksClusterArgs);
const problemsOf = (more: object) => eksProblems("main", complete(more));
const pool = (more: object) => ({ nodes: { general: { ...base.nodes.general, ...more } } });
const why = optOut("a test needs no more");

test("a cluster that says nothing more is sound, and so is one that says much", () => {
  expect(problemsOf({})).toEqual([]);
  expect(
    problemsOf({
      version: "1.35",
      endpoint: { publicCidrs: ["203.0.113.0/24"], reachable: why },
      people: {
        leads: {
          principalArn: role("aws-reserved/sso.amazonaws.com/eu-central-1/AWSReservedSSO_leads_1"),
          groups: ["shop-leads"],
        },
      },
      nodes: {
        ...base.nodes,
        batch: {
          instanceTypes: ["c7i-flex.large"],
          maxPerZone: 2,
          spot: true,
          taints: [{ key: "shop.example.com/batch", effect: "NoSchedule" }],
        },
      },
      addonVersions: { coredns: "v1.14.3-eksbuild.20" },
    }),
  ).toEqual([]);
});

test.each<[what: string, change: object, field: string, allowed: RegExp]>([
  ["a version that is not known", { version: "1.29" }, "version", /1\.35, 1\.36/],
  ["an open endpoint", { endpoint: "public" }, "endpoint", /"private", or/],
  [
    "an open endpoint without a reason",
    { endpoint: { publicCidrs: ["203.0.113.0/24"] } },
    "endpoint",
    /reachable: optOut/,
  ],
  [
    "the whole internet",
    { endpoint: { publicCidrs: ["0.0.0.0/0"], reachable: why } },
    "endpoint.publicCidrs[0]",
    /at most \/16/,
  ],
  ["nobody outside", { endpoint: { publicCidrs: [], reachable: why } }, "endpoint", /publicCidrs/],
  [
    "a group of Kubernetes' own",
    { people: { a: { principalArn: role("a"), groups: ["system:masters"] } } },
    "people.a.groups[0]",
    /system:/,
  ],
  [
    "a person of no group",
    { people: { a: { principalArn: role("a"), groups: [] } } },
    "people.a.groups",
    /they may do nothing/,
  ],
  [
    "a session",
    { people: { a: { principalArn: "arn:aws:sts::123456789012:assumed-role/a/b", groups: ["a"] } } },
    "people.a.principalArn",
    /not of a session/,
  ],
  [
    "a principal twice",
    { people: { a: { principalArn: role("a"), groups: ["a"] }, b: { principalArn: role("a"), groups: ["b"] } } },
    "people.b.principalArn",
    /each principal once/,
  ],
  [
    "the one who deploys among the people",
    { people: { a: { principalArn: role("deploy"), groups: ["a"] } } },
    "people.a.principalArn",
    /once/,
  ],
  [
    "a person by the name of the one who deploys",
    { people: { deployer: { principalArn: role("a"), groups: ["a"] } } },
    "people.deployer",
    /another name/,
  ],
  [
    "a session that deploys",
    { deployerArn: "arn:aws:sts::123456789012:assumed-role/a/b" },
    "deployerArn",
    /not of a session/,
  ],
  ["no nodes", { nodes: {} }, "nodes", /one pool at least/],
  ["only nodes with taints", pool({ taints: [{ key: "gpu", effect: "NoSchedule" }] }), "nodes", /without taints/],
  ["a pool without machines", pool({ instanceTypes: [] }), "nodes.general.instanceTypes", /m8g\.xlarge/],
  ["a database's machines", pool({ instanceTypes: ["db.r8g.large"] }), "nodes.general.instanceTypes[0]", /m8g\.xlarge/],
  [
    "machines of two kinds",
    pool({ instanceTypes: ["m8g.large", "m7i.large"] }),
    "nodes.general.instanceTypes[1]",
    /a type of arm64/,
  ],
  ["fewer at most than at least", pool({ minPerZone: 3, maxPerZone: 2 }), "nodes.general.maxPerZone", /from 3/],
  ["no node at all", pool({ minPerZone: 0 }), "nodes.general.minPerZone", /from 1/],
  ["too small a disk", pool({ diskGib: 10 }), "nodes.general.diskGib", /from 20/],
  ["an update that takes none", pool({ maxUnavailable: 0 }), "nodes.general.maxUnavailable", /from 1 to 100/],
  [
    "a label of Kubernetes' own",
    pool({ labels: { "node.kubernetes.io/role": "x" } }),
    "nodes.general.labels.node.kubernetes.io/role",
    /not Kubernetes'/,
  ],
  [
    "a taint of no effect",
    pool({ taints: [{ key: "gpu", effect: "No" }] }),
    "nodes.general.taints[0].effect",
    /NoSchedule/,
  ],
  ["a release without its commit", pool({ release: "1.64.0" }), "nodes.general.release", /1\.64\.0-/],
  ["an add-on that is not one", { addonVersions: { calico: "v1" } }, "addonVersions.calico", /vpc-cni/],
  ["an add-on of the latest version", { addonVersions: { coredns: "latest" } }, "addonVersions.coredns", /eksbuild/],
  ["support that there is not", { support: "none" }, "support", /standard/],
  ["days that CloudWatch does not keep", { logDays: 100 }, "logDays", /400/],
  ["pools in a list", { nodes: [base.nodes.general] }, "nodes", /an object of objects/],
])("%s is refused", (_, change, field, allowed) => {
  const found = problemsOf(change).find((problem) => problem.field === field);
  expect(found?.allowed, JSON.stringify(problemsOf(change))).toMatch(allowed);
});

describe("versions", () => {
  test.each(Object.entries(EKS_VERSIONS))(
    "%s has every add-on, a kube-proxy of its own, and a year from end to end",
    (version, { ends, extendedEnds, addons }) => {
      expect(Object.keys(addons).sort()).toEqual([...ADDONS].sort());
      for (const addon of Object.values(addons)) expect(addon).toMatch(/^v\d+\.\d+\.\d+-eksbuild\.\d+$/);
      expect(addons["kube-proxy"]).toMatch(new RegExp(`^v${version.replace(".", "\\.")}\\.`));
      expect(extendedEnds).toBe(`${Number(ends.slice(0, 4)) + 1}${ends.slice(4)}`);
    },
  );

  test("the default is the newest", () => {
    const newest = Object.keys(EKS_VERSIONS).sort((a, b) => Number(b.split(".")[1]) - Number(a.split(".")[1]));
    expect(DEFAULT_EKS_VERSION).toBe(newest[0]);
  });
});

test.each([
  ["m8g.xlarge", "arm64"],
  ["c7gn.16xlarge", "arm64"],
  ["g5g.metal", "arm64"],
  ["im4gn.large", "arm64"],
  ["m7i-flex.large", "x86_64"],
  ["g5.xlarge", "x86_64"],
  ["r7iz.metal-32xl", "x86_64"],
  ["db.r8g.large", undefined],
  ["large", undefined],
])("%s runs on %s", (type, architecture) => expect(architectureOf(type)).toBe(architecture));

test("no container lets people in to a node", () => {
  const off = bottlerocketSettings().match(/\[settings\.host-containers\.(admin|control)\]\nenabled = false\n/g);
  expect(off).toHaveLength(2);
});

test("an endpoint that can be reached from outside says why, and from where", () => {
  const endpoint = { publicCidrs: ["203.0.113.0/24"], reachable: why };
  const around = { account, services: "172.20.0.0/16", zones };
  const { cluster, tags } = eksPlan("production", "main", complete({ endpoint }), around);
  expect(cluster.vpcConfig).toEqual({
    endpointPrivateAccess: true,
    endpointPublicAccess: true,
    publicAccessCidrs: ["203.0.113.0/24"],
  });
  expect(tags["plumbline.dev/opt-out.endpoint"]).toBe(why.optOut);
});

describe("what is made", () => {
  const made = (more: Rest = {}, inZones = zones) =>
    record("production", () => {
      const keys = new Keys("keys", { account });
      const network = new Network("net", {
        account,
        cidr: "10.16.0.0/16",
        zones: inZones,
        flowLogs: { to: "cloudwatch", kmsKeyArn: keys.arn("logs") },
      });
      const cluster = new EksCluster("main", { network, keys, ...base, ...more });
      const place = storePlace({ network, cluster, keys, alarms: why });
      return { kubeconfig: cluster.kubeconfig, oidcProvider: cluster.oidcProvider, place };
    });
  const ofType = ({ resources }: Recording<unknown>, type: string) =>
    resources.filter((one) => one.type.endsWith(type));

  test("is private, encrypts Secrets under their key, and tells everything that is done", async () => {
    const recording = await made();
    expect(recording.inputsOf("eks/cluster:Cluster", "main")).toMatchObject({
      name: "production-main",
      version: "1.36",
      enabledClusterLogTypes: ["api", "audit", "authenticator", "controllerManager", "scheduler"],
      encryptionConfig: { resources: ["secrets"], provider: { keyArn: "arn:aws/kms/key/Key:keys-cluster" } },
      vpcConfig: { endpointPrivateAccess: true, endpointPublicAccess: false },
      accessConfig: { authenticationMode: "API", bootstrapClusterCreatorAdminPermissions: false },
      bootstrapSelfManagedAddons: false,
      deletionProtection: true,
      kubernetesNetworkConfig: { serviceIpv4Cidr: "172.20.0.0/16" },
    });
    expect(recording.inputsOf(":LogGroup", "main-control-plane")).toMatchObject({
      name: "/aws/eks/production-main/cluster",
      retentionInDays: 400,
    });
  });

  test("has a group of nodes in each zone, in that zone's subnet, whose pods cannot have the node's keys", async () => {
    const recording = await made();
    for (const zone of zones)
      expect(recording.inputsOf(":NodeGroup", `main-general-${zone}`)).toMatchObject({
        amiType: "BOTTLEROCKET_ARM_64",
        subnetIds: [`net-private-${zone}-id`],
        scalingConfig: { minSize: 1, maxSize: 4 },
        updateConfig: { maxUnavailablePercentage: 33 },
      });
    const prefixes = ofType(recording, ":NodeGroup").map(({ inputs }) => inputs.nodeGroupNamePrefix);
    expect(new Set(prefixes).size).toBe(3);
    for (const prefix of prefixes) expect(prefix.length).toBeLessThanOrEqual(37);
    const template = recording.inputsOf(":LaunchTemplate", "main-general");
    expect(template.metadataOptions).toMatchObject({ httpTokens: "required", httpPutResponseHopLimit: 1 });
    for (const { ebs } of template.blockDeviceMappings)
      expect(ebs).toMatchObject({ encrypted: "true", kmsKeyId: "arn:aws/kms/key/Key:keys-disks" });
    expect(Buffer.from(template.userData, "base64").toString()).toBe(bottlerocketSettings());
  });

  test("keeps the control plane in the three zones of its first day, when a zone comes for nodes", async () => {
    const recording = await made({}, [...zones, "eu-central-1d"]);
    expect(recording.inputsOf("eks/cluster:Cluster", "main").vpcConfig.subnetIds).toEqual(
      zones.map((zone) => `net-private-${zone}-id`),
    );
    expect(ofType(recording, ":NodeGroup")).toHaveLength(4);
  });

  test("has every add-on in the version that goes with it; those with rights have a role of their own", async () => {
    const recording = await made({ addonVersions: { coredns: "v1.14.3-eksbuild.99" } });
    const versions = Object.fromEntries(
      ofType(recording, ":Addon").map(({ inputs }) => [inputs.addonName, inputs.addonVersion]),
    );
    expect(versions).toEqual({ ...EKS_VERSIONS["1.36"].addons, coredns: "v1.14.3-eksbuild.99" });
    const cni = recording.inputsOf(":Addon", "main-vpc-cni");
    expect(JSON.parse(cni.configurationValues).enableNetworkPolicy).toBe("true");
    expect(cni.podIdentityAssociations).toMatchObject([{ serviceAccount: "aws-node" }]);
    const { assumeRolePolicy } = recording.inputsOf(":Role", "main-aws-ebs-csi-driver");
    expect(JSON.parse(assumeRolePolicy).Statement[0].Condition.StringEquals).toMatchObject({
      "aws:RequestTag/kubernetes-namespace": "kube-system",
      "aws:RequestTag/kubernetes-service-account": "ebs-csi-controller-sa",
    });
  });

  test("lets nodes pull images and be nodes, and nothing else", async () => {
    const recording = await made();
    const given = ofType(recording, ":RolePolicyAttachment")
      .filter(({ inputs }) => inputs.role === "production-main-nodes")
      .map(({ inputs }) => inputs.policyArn.split("/").at(-1));
    expect(given.sort()).toEqual(["AmazonEC2ContainerRegistryPullOnly", "AmazonEKSWorkerNodePolicy"]);
    expect(ofType(recording, ":RolePolicy").map(({ name }) => name)).not.toContain("main-nodes");
  });

  test("lets people in by groups that Access knows, the one who deploys to everything, and nobody as system:masters", async () => {
    const people = { developers: { principalArn: role("developers"), groups: ["shop-developers"] } };
    const recording = await made({ people });
    expect(recording.inputsOf(":AccessEntry", "main-developers")).toMatchObject({
      principalArn: role("developers"),
      kubernetesGroups: ["shop-developers"],
    });
    const rules = ofType(recording, ":AccessPolicyAssociation").map(({ inputs }) => inputs.principalArn);
    expect(rules).toEqual([role("deploy")]);
    expect(JSON.stringify(recording.resources)).not.toContain("system:masters");
  });

  test("tells how to reach it, without a secret", async () => {
    const { kubeconfig } = (await made()).outputs;
    const text = await new Promise<string>((resolve) => kubeconfig.apply(resolve));
    const config = load(text) as { users: { user: object }[]; clusters: { cluster: Record<string, string> }[] };
    expect(config.clusters[0]?.cluster.server).toBe("main.aws.invalid");
    expect(config.users).toEqual([
      {
        name: "production-main",
        user: {
          exec: expect.objectContaining({
            command: "aws",
            args: [
              ...["--region", "eu-central-1"],
              ...["eks", "get-token", "--cluster-name", "production-main"],
              "--output",
              "json",
            ],
          }),
        },
      },
    ]);
  });

  test("is told how to reach only once the one who deploys is let in", async () => {
    const { kubeconfig } = (await made()).outputs;
    const behind = await (kubeconfig as unknown as { allResources(): Promise<Set<unknown>> }).allResources();
    expect([...behind].some((one) => one instanceof AccessPolicyAssociation)).toBe(true);
  });

  test("has IAM take tokens of its service accounts, and tells by which name", async () => {
    const recording = await made();
    expect(recording.inputsOf(":OpenIdConnectProvider", "main")).toMatchObject({
      clientIdLists: ["sts.amazonaws.com"],
    });
    const { oidcProvider } = recording.outputs;
    const name = await new Promise<string>((resolve) => oidcProvider.apply(resolve));
    expect(name).toBe("oidc.eks.eu-central-1.amazonaws.com/id/EXAMPLE");
    expect(isOidcProvider(name)).toBe(true);
  });

  test("is a place for stores: isolated subnets, the nodes' group, the key of confidential data", async () => {
    const { place } = (await made()).outputs;
    expect(placeProblems(place)).toEqual([]);
    expect(place.subnets.map(({ cidr }) => cidr)).toEqual(["10.16.48.0/21", "10.16.112.0/21", "10.16.176.0/21"]);
    expect(place.endpointCidrs).toEqual(["10.16.0.0/19", "10.16.64.0/19", "10.16.128.0/19"]);
    const [group] = place.podSecurityGroupIds;
    expect(await new Promise((resolve) => (group as { apply: (take: unknown) => void }).apply(resolve))).toBe(
      "sg-of-main",
    );
  });
});
