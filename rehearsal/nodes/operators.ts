import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { dump, loadAll } from "js-yaml";
import { CLOUDNATIVE_PG } from "../images/cloudnative-pg.ts";
import type { ImageDescription } from "../images/index.ts";
import { RABBITMQ_CLUSTER_OPERATOR } from "../images/rabbitmq-cluster-operator.ts";
import { toolsDirectory } from "../toolchain/cache.ts";
import { contentKey, fileDigest, moduleDigest } from "../toolchain/content-key.ts";
import { RehearsalError } from "../toolchain/error.ts";
import { CRD_MODULE_DIR, downloadModules } from "../toolchain/modules.ts";
import { produce } from "../toolchain/product.ts";
import { follow, type Say } from "../toolchain/progress.ts";
import { type Kustomization, type Kustomized, kustomize } from "./kustomization.ts";
import type { RuntimeOptions } from "./runtime.ts";

/** An operator that runs in pods of real nodes, as its makers deploy it. */
interface RealOperator {
  readonly image: ImageDescription;
  /** The Go module that carries its manifests, in the version of the definitions that the cluster has. */
  readonly module: string;
  /** The files of them in the module, by the module's version: `v1.27.0`. */
  readonly files: (version: string) => readonly string[];
  /** Set where these are no release, but what one is made of. */
  readonly kustomization?: Kustomization;
}

const OPERATORS = {
  "cloudnative-pg": {
    image: CLOUDNATIVE_PG,
    module: "github.com/cloudnative-pg/cloudnative-pg",
    files: (version) => [`releases/cnpg-${version.replace(/^v/, "")}.yaml`],
  },
  "rabbitmq-cluster-operator": {
    image: RABBITMQ_CLUSTER_OPERATOR,
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
} as const satisfies Record<string, RealOperator>;

const FILE = "manifests.yaml";

/** Names of the operators that real nodes can run. */
export type OperatorName = keyof typeof OPERATORS;

/** The image that an operator runs from. */
export function operatorImage(name: OperatorName): ImageDescription {
  return OPERATORS[name].image;
}

/**
 * The file with an operator's manifests as nodes can run them ({@link forNodes}): taken once out of its pinned module. Needs
 * Go only the first time.
 */
export async function operatorManifests(
  name: OperatorName,
  { cacheDir, env, report, signal }: RuntimeOptions,
): Promise<string> {
  const { module, files, kustomization }: RealOperator = OPERATORS[name];
  const tool = `manifests-${name}`;
  return follow(`manifests of ${name}`, { report }, async (say) => {
    const inputs = contentKey({
      modules: await moduleDigest(CRD_MODULE_DIR),
      module,
      files: files("v0").join(),
      code: await fileDigest(import.meta.filename),
      kustomization: JSON.stringify(kustomization ?? null),
      kustomize: await fileDigest(join(import.meta.dirname, "kustomization.ts")),
    });
    const make = async (stage: string, saying: Say) => {
      const found = await downloadModules([module], { stage, say: saying, env, signal });
      const { dir, version } = found(module);
      const texts = await Promise.all(files(version).map((file) => readFile(join(dir, file), "utf8")));
      await writeFile(join(stage, FILE), forNodes(texts.join("\n---\n"), kustomization));
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
  imagePullPolicy?: string;
  resources?: { limits?: { cpu?: string } };
  startupProbe?: { periodSeconds?: number; failureThreshold?: number };
}

interface Manifest extends Kustomized {
  readonly spec?: { readonly template?: { readonly spec?: { readonly containers?: readonly Container[] } } };
}

/** Seconds that an operator may take to be ready, asked every second. */
const STARTUP_SECONDS = 60;

/**
 * An operator's manifests without its definitions, which the cluster has already; without the wish to ask a registry at each
 * start, for there is none; and without a limit on processors and with a probe every second: on a tenth of a processor, as
 * CloudNativePG's has it, it takes 8 seconds to be ready, and an `up` waits for it. Throws `RehearsalError` if no Deployment is
 * among them.
 */
export function forNodes(yaml: string, kustomization?: Kustomization): string {
  const manifests = (loadAll(yaml) as (Manifest | null)[]).filter(
    (manifest) => manifest !== null && manifest.kind !== "CustomResourceDefinition",
  ) as Manifest[];
  const deployments = manifests.filter(({ kind }) => kind === "Deployment");
  if (deployments.length === 0)
    throw new RehearsalError(
      "The manifests of an operator hold no Deployment.",
      "The module has moved them: correct OPERATORS in rehearsal/nodes/operators.ts.",
    );
  if (kustomization) kustomize(manifests, kustomization);
  for (const container of deployments.flatMap(({ spec }) => spec?.template?.spec?.containers ?? [])) {
    container.imagePullPolicy = "IfNotPresent";
    delete container.resources?.limits?.cpu;
    container.startupProbe &&= { ...container.startupProbe, periodSeconds: 1, failureThreshold: STARTUP_SECONDS };
  }
  return manifests.map((manifest) => dump(manifest, { lineWidth: -1, noRefs: true })).join("---\n");
}
