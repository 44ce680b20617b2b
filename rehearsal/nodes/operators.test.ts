import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { dump, load, loadAll } from "js-yaml";
import { expect, it } from "vitest";
import { CRD_MODULE_DIR } from "../toolchain/modules.ts";
import { asInstalled, forNodes, operatorImages, released } from "./operators.ts";

const DEFINITION = "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata:\n  name: a\n";
const DEPLOYMENT = "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: b\n";
/** Speaks of a definition, and is none. */
const ROLE = 'apiVersion: v1\nkind: ClusterRole\nmetadata:\n  annotations: { "kind: CustomResourceDefinition": "" }\n';

it("leaves out definitions, empty documents and comments, and nothing else", () => {
  const given = `---\n${DEFINITION}---\n# Nothing.\n---\n${DEPLOYMENT}\n---\n${DEFINITION}---\n${ROLE}`;
  expect(loadAll(forNodes(given))).toEqual([load(DEPLOYMENT), load(ROLE)]);
});

it("asks no registry, is asked every second whether it is ready, and starts with all of a processor", () => {
  const container = {
    imagePullPolicy: "Always",
    resources: { limits: { cpu: "100m", memory: "200Mi" }, requests: { cpu: "100m" } },
    readinessProbe: { initialDelaySeconds: 10, periodSeconds: 10, tcpSocket: { port: 9090 } },
    startupProbe: { failureThreshold: 6, periodSeconds: 5, httpGet: { path: "/readyz", port: 9443 } },
  };
  const spec = { template: { spec: { containers: [container] } } };
  expect(load(forNodes(dump({ kind: "Deployment", spec })))).toEqual({
    kind: "Deployment",
    spec: {
      template: {
        spec: {
          containers: [
            {
              imagePullPolicy: "IfNotPresent",
              resources: { limits: { memory: "200Mi" }, requests: { cpu: "100m" } },
              readinessProbe: { initialDelaySeconds: 0, periodSeconds: 1, tcpSocket: { port: 9090 } },
              startupProbe: { failureThreshold: 60, periodSeconds: 1, httpGet: { path: "/readyz", port: 9443 } },
            },
          ],
        },
      },
    },
  });
});

it("keeps the definitions of an operator that brings its own", () => {
  expect(loadAll(forNodes(`${DEFINITION}---\n${DEPLOYMENT}`, { brings: "definitions" }))).toEqual([
    load(DEFINITION),
    load(DEPLOYMENT),
  ]);
});

it("runs Envoy Gateway's release, in a namespace and without the webhook that Pulumi would not make", () => {
  const given = [
    "---\nkind: MutatingWebhookConfiguration\nmetadata:\n  name: envoy-gateway-topology-injector\n",
    "---\nkind: ConfigMap\ndata:\n  envoy-gateway.yaml: |\n    extensionApis: {}\n    image: docker.io/envoyproxy/gateway-dev:latest\n",
    "---\nkind: Job\ncommand:\n  - envoy-gateway\n  - certgen\n",
  ].join("");
  const [namespace, configMap, job, ...more] = loadAll(asInstalled(given)) as [
    object,
    { data: Record<string, string> },
    { command: string[] },
  ];
  expect(more).toEqual([]);
  expect(namespace).toMatchObject({ kind: "Namespace", metadata: { name: "envoy-gateway-system" } });
  expect(load(configMap.data["envoy-gateway.yaml"] ?? "")).toEqual({
    extensionApis: {},
    proxyTopologyInjector: { disabled: true },
    image: operatorImages("envoy-gateway")[0]?.reference,
  });
  expect(job.command).toEqual(["envoy-gateway", "certgen", "--disable-topology-injector"]);
});

it("refuses manifests that deploy nothing", () => {
  expect(() => forNodes(`${DEFINITION}---\n${ROLE}`)).toThrow(/hold no Deployment/);
});

it.each([
  ["cloudnative-pg", "github.com/cloudnative-pg/cloudnative-pg"],
  ["envoy-gateway", "github.com/envoyproxy/gateway"],
  ["plugin-barman-cloud", "github.com/cloudnative-pg/plugin-barman-cloud"],
  ["prometheus-operator", "github.com/prometheus-operator/prometheus-operator"],
  ["rabbitmq-cluster-operator", "github.com/rabbitmq/cluster-operator/v2"],
] as const)("runs %s in the version of its definitions", async (name, module) => {
  const modules = await readFile(join(CRD_MODULE_DIR, "go.mod"), "utf8");
  for (const { reference } of operatorImages(name))
    expect(modules).toContain(`${module} v${reference.replace(/^.*:v?/, "")}`);
});

it("changes names, namespaces and images as kustomize would", () => {
  const account = { kind: "ServiceAccount", metadata: { name: "operator" } };
  const binding = {
    kind: "ClusterRoleBinding",
    metadata: { name: "operator-rolebinding" },
    roleRef: { kind: "ClusterRole", name: "operator-role" },
    subjects: [{ kind: "ServiceAccount", name: "rabbitmq-cluster-operator", namespace: "rabbitmq-system" }],
  };
  const deployment = {
    kind: "Deployment",
    metadata: { name: "operator", namespace: "system" },
    spec: { template: { spec: { containers: [{ name: "operator", image: "controller:latest" }] } } },
  };
  const given = [{ kind: "Namespace", metadata: { name: "rabbitmq-system" } }, account, binding, deployment];
  const kustomization = { namespace: "rabbitmq-system", namePrefix: "rabbitmq-cluster-", image: "operator:1" };
  expect(loadAll(forNodes(given.map((one) => dump(one)).join("---\n"), { kustomization }))).toEqual([
    given[0],
    { kind: "ServiceAccount", metadata: { name: "rabbitmq-cluster-operator", namespace: "rabbitmq-system" } },
    {
      ...binding,
      metadata: { name: "rabbitmq-cluster-operator-rolebinding" },
      roleRef: { kind: "ClusterRole", name: "rabbitmq-cluster-operator-role" },
    },
    {
      kind: "Deployment",
      metadata: { name: "rabbitmq-cluster-operator", namespace: "rabbitmq-system" },
      spec: {
        template: {
          spec: { containers: [{ name: "operator", image: "operator:1", imagePullPolicy: "IfNotPresent" }] },
        },
      },
    },
  ]);
});

it("runs the plugin's release where its module names images of its tests", () => {
  const given =
    "data:\n  SIDECAR_IMAGE: |\n    Z2hjci5pby9\n    jbG91\nkind: Secret\n---\n" +
    "        image: ghcr.io/cloudnative-pg/plugin-barman-cloud-testing:main\n";
  const [secret, container] = loadAll(released(given)) as [{ data: Record<string, string> }, { image: string }];
  expect(Buffer.from(secret.data.SIDECAR_IMAGE ?? "", "base64").toString()).toBe(
    operatorImages("plugin-barman-cloud")[1]?.reference,
  );
  expect(container.image).toBe(operatorImages("plugin-barman-cloud")[0]?.reference);
});
