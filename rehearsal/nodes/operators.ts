import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { dump, loadAll } from "js-yaml";
import { BARMAN_CLOUD, BARMAN_CLOUD_SIDECAR } from "../images/barman-cloud.ts";
import { CLOUDNATIVE_PG } from "../images/cloudnative-pg.ts";
import { ENVOY_GATEWAY } from "../images/envoy-gateway.ts";
import type { ImageDescription } from "../images/index.ts";
import { CONFIG_RELOADER, PROMETHEUS_OPERATOR } from "../images/prometheus-operator.ts";
import { RABBITMQ_CLUSTER_OPERATOR } from "../images/rabbitmq-cluster-operator.ts";
import { toolsDirectory } from "../toolchain/cache.ts";
import { contentKey, fileDigest, moduleDigest } from "../toolchain/content-key.ts";
import { RehearsalError } from "../toolchain/error.ts";
import { CRD_MODULE_DIR, downloadModules } from "../toolchain/modules.ts";
import { produce } from "../toolchain/product.ts";
import { follow, type Say } from "../toolchain/progress.ts";
import { type Kustomization, type Kustomized, kustomize } from "./kustomization.ts";
import type { RuntimeOptions } from "./runtime.ts";
import { type Survival, type SurvivingSpec, survive } from "./survival.ts";

/** An operator that runs in pods of real nodes, as its makers deploy it. */
interface RealOperator {
  /** What its pods run, and what it has others run. */
  readonly images: readonly ImageDescription[];
  /** The Go module that carries its manifests, in the version of the definitions that the cluster has. */
  readonly module: string;
  /** The files of them in the module, by the module's version: `v1.27.0`. */
  readonly files: (version: string) => readonly string[];
  /** Set where these are no release, but what one is made of. */
  readonly kustomization?: Kustomization;
  /** How it outlives a node, which its makers leave to others: as the charts of the clouds have it. */
  readonly survival?: Survival;
  /** Set where its files hold definitions that no cluster has by itself: too large for those that do not run it. */
  readonly brings?: "definitions";
  /** Writes the images that {@link images} are named by over those that the files name, and what else is not as in a release. */
  readonly renamed?: (yaml: string) => string;
}

/** What Envoy Gateway has definitions of, beside those of the Gateway API. */
const ENVOY_GATEWAY_KINDS = [
  "backends",
  "backendtrafficpolicies",
  "clienttrafficpolicies",
  "envoyextensionpolicies",
  "envoypatchpolicies",
  "envoyproxies",
  "httproutefilters",
  "securitypolicies",
];

const OPERATORS = {
  "cloudnative-pg": {
    images: [CLOUDNATIVE_PG],
    module: "github.com/cloudnative-pg/cloudnative-pg",
    survival: {
      replicas: 2,
      args: ["--leader-lease-duration=6", "--leader-renew-deadline=4"],
      env: { STANDBY_TCP_USER_TIMEOUT: "2000" },
    },
    files: (version) => [`releases/cnpg-${version.replace(/^v/, "")}.yaml`],
  },
  "rabbitmq-cluster-operator": {
    images: [RABBITMQ_CLUSTER_OPERATOR],
    module: "github.com/rabbitmq/cluster-operator/v2",
    files: () => [
      "config/namespace/base/namespace.yaml",
      "config/rbac/service_account.yaml",
      "config/rbac/role.yaml",
      "config/rbac/role_binding.yaml",
      "config/rbac/leader_election_role.yaml",
      "config/rbac/leader_election_role_binding.yaml",
      "config/manager/manager.yaml",
    ],
    kustomization: {
      namespace: "rabbitmq-system",
      namePrefix: "rabbitmq-cluster-",
      image: RABBITMQ_CLUSTER_OPERATOR.reference,
    },
  },
  "prometheus-operator": {
    images: [PROMETHEUS_OPERATOR, CONFIG_RELOADER],
    module: "github.com/prometheus-operator/prometheus-operator",
    // Its makers put it into the namespace `default`.
    files: () =>
      ["service-account", "cluster-role", "cluster-role-binding", "service", "deployment"].map(
        (part) => `example/rbac/prometheus-operator/prometheus-operator-${part}.yaml`,
      ),
  },
  "envoy-gateway": {
    images: [ENVOY_GATEWAY],
    module: "github.com/envoyproxy/gateway",
    // The chart is a template; what its makers expect it to give, with proxies beside their Gateways, lies in their tests.
    files: () => [
      ...ENVOY_GATEWAY_KINDS.map((kind) => `charts/gateway-helm/crds/generated/gateway.envoyproxy.io_${kind}.yaml`),
      "test/helm/gateway-helm/envoy-gateway-gateway-namespace-config.out.yaml",
    ],
    brings: "definitions",
    survival: { replicas: 2, leavesAfter: 5 },
    renamed: asInstalled,
  },
  "plugin-barman-cloud": {
    images: [BARMAN_CLOUD, BARMAN_CLOUD_SIDECAR],
    module: "github.com/cloudnative-pg/plugin-barman-cloud",
    files: () => ["manifest.yaml"],
    // Only the pod that leads answers: a second one would never be ready.
    survival: { leavesAfter: 5 },
    renamed: released,
  },
} satisfies Record<string, RealOperator>;

const FILE = "manifests.yaml";

/** Names of the operators that real nodes can run. */
export type OperatorName = keyof typeof OPERATORS;

/** The images that an operator needs. */
export function operatorImages(name: OperatorName): readonly ImageDescription[] {
  return OPERATORS[name].images;
}

/**
 * The plugin's manifests with the images of its release in place of those of its tests, which its module names. The one of the part
 * beside each instance stands in a Secret.
 */
export function released(yaml: string): string {
  const sidecar = Buffer.from(BARMAN_CLOUD_SIDECAR.reference).toString("base64");
  return yaml
    .replace(/^( +SIDECAR_IMAGE:) \|\n( +[A-Za-z0-9+/=]+\n)+/m, `$1 ${sidecar}\n`)
    .replace(/^( +image:) ghcr\.io\/cloudnative-pg\/plugin-barman-cloud\S*$/m, `$1 ${BARMAN_CLOUD.reference}`);
}

/**
 * Envoy Gateway's manifests with the image of its release in place of that of its tests, in a namespace of their own, and without the
 * webhook that tells proxies their zone: the clouds have none, since Pulumi runs no hook of a chart.
 */
export function asInstalled(yaml: string): string {
  const namespace = dump({ apiVersion: "v1", kind: "Namespace", metadata: { name: "envoy-gateway-system" } });
  const documents = yaml
    .replaceAll("docker.io/envoyproxy/gateway-dev:latest", ENVOY_GATEWAY.reference)
    .replace(/^( +)extensionApis: \{\}$/m, "$1extensionApis: {}\n$1proxyTopologyInjector: { disabled: true }")
    .replace(/^( +)- certgen$/m, "$1- certgen\n$1- --disable-topology-injector")
    .split(/^---\n/m)
    .filter((document) => document.trim() !== "" && !/^kind: MutatingWebhookConfiguration$/m.test(document));
  return [namespace, ...documents].join("---\n");
}

/**
 * The file with an operator's manifests as nodes can run them ({@link forNodes}): taken once out of its pinned module. Needs
 * Go only the first time.
 */
export async function operatorManifests(
  name: OperatorName,
  { cacheDir, env, report, signal }: RuntimeOptions,
): Promise<string> {
  const operator: RealOperator = OPERATORS[name];
  const { module, files, kustomization, survival, renamed } = operator;
  const tool = `manifests-${name}`;
  return follow(`manifests of ${name}`, { report }, async (say) => {
    const inputs = contentKey({
      modules: await moduleDigest(CRD_MODULE_DIR),
      module,
      files: files("v0").join(),
      code: await fileDigest(import.meta.filename),
      kustomization: JSON.stringify(kustomization ?? null),
      survival: JSON.stringify(survival ?? null),
      kustomize: await fileDigest(join(import.meta.dirname, "kustomization.ts")),
      survive: await fileDigest(join(import.meta.dirname, "survival.ts")),
    });
    const make = async (stage: string, saying: Say) => {
      const found = await downloadModules([module], { stage, say: saying, env, signal });
      const { dir, version } = found(module);
      const texts = await Promise.all(files(version).map((file) => readFile(join(dir, file), "utf8")));
      const yaml = texts.join("\n---\n");
      await writeFile(join(stage, FILE), forNodes(renamed?.(yaml) ?? yaml, operator));
    };
    const dir = await produce(
      toolsDirectory(cacheDir),
      { tool, version: "1", key: inputs, inputs, make },
      { say, signal },
    );
    say(`in ${dir}`);
    return join(dir, FILE);
  });
}

/** What we change of an operator's container. */
interface Container {
  image?: string;
  args?: string[];
  imagePullPolicy?: string;
  resources?: { limits?: { cpu?: string } };
  startupProbe?: { periodSeconds?: number; failureThreshold?: number };
  readinessProbe?: { initialDelaySeconds?: number; periodSeconds?: number };
}

interface Manifest extends Kustomized {
  readonly spec?: SurvivingSpec & {
    readonly template?: { readonly spec?: { readonly containers?: readonly Container[] } };
  };
}

/** Seconds that an operator may take to be ready, asked every second. */
const STARTUP_SECONDS = 60;

/**
 * An operator's manifests without its definitions, which the cluster has already unless it `brings` them; without the wish to ask a registry at each
 * start, for there is none; and without a limit on processors and with probes every second: on a tenth of a processor, as
 * CloudNativePG's has it, it takes 8 seconds to be ready, its plugin is first asked after 10, and an `up` waits for both. Throws `RehearsalError` if no Deployment is
 * among them.
 */
export function forNodes(
  yaml: string,
  { kustomization, survival = {}, brings }: Pick<RealOperator, "kustomization" | "survival" | "brings"> = {},
): string {
  const manifests = (loadAll(yaml) as (Manifest | null)[]).filter(
    (manifest) => manifest !== null && (brings || manifest.kind !== "CustomResourceDefinition"),
  ) as Manifest[];
  const deployments = manifests.filter(({ kind }) => kind === "Deployment");
  if (deployments.length === 0)
    throw new RehearsalError(
      "The manifests of an operator hold no Deployment.",
      "The module has moved them: correct OPERATORS in rehearsal/nodes/operators.ts.",
    );
  if (kustomization) kustomize(manifests, kustomization);
  for (const deployment of deployments) survive(deployment.spec, survival);
  for (const container of manifests.flatMap(({ spec }) => spec?.template?.spec?.containers ?? [])) {
    container.imagePullPolicy = "IfNotPresent";
    delete container.resources?.limits?.cpu;
    container.readinessProbe &&= { ...container.readinessProbe, initialDelaySeconds: 0, periodSeconds: 1 };
    container.startupProbe &&= { ...container.startupProbe, periodSeconds: 1, failureThreshold: STARTUP_SECONDS };
  }
  return manifests.map((manifest) => dump(manifest, { lineWidth: -1, noRefs: true })).join("---\n");
}
