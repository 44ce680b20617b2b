import { isPropertyMap, type PathStep, type PropertyValue, Secret } from "../rpc/index.ts";
import { groupOf } from "./object.ts";

/** A place in an object whose change needs a new object; `*` stands for any place in a list. */
export type Pattern = readonly string[];

/** What of the provider's configuration bears on it. */
export interface Mutability {
  readonly configMapMutable: boolean;
  readonly secretMutable: boolean;
}

const POD_FIELDS = `
  affinity automountServiceAccountToken dnsConfig dnsPolicy enableServiceLinks hostAliases hostIPC hostNetwork
  hostPID hostname imagePullSecrets nodeName nodeSelector overhead preemptionPolicy priority priorityClassName
  readinessGates restartPolicy runtimeClassName schedulerName securityContext serviceAccount serviceAccountName
  shareProcessNamespace subdomain terminationGracePeriodSeconds volumes`;
const CONTAINER_FIELDS = `
  args command env image imagePullPolicy lifecycle livenessProbe ports readinessProbe resources securityContext
  stdin stdinOnce terminationMessagePath terminationMessagePolicy tty volumeDevices volumeMounts workingDir`;
const VOLUME_SOURCES = `
  awsElasticBlockStore azureDisk azureFile cephfs cinder csi fc flexVolume flocker gcePersistentDisk glusterfs
  hostPath iscsi local nfs photonPersistentDisk portworxVolume quobyte rbd scaleIO storageos vsphereVolume`;

const words = (list: string): string[] => list.trim().split(/\s+/);
const spec = (...fields: readonly string[]): Pattern[] => fields.map((field) => ["spec", field]);

/** By group and kind, as the official provider has it; the API server's own answer is asked for everything else. */
const PATTERNS: Readonly<Record<string, readonly Pattern[]>> = {
  "apps/Deployment": spec("selector"),
  "apps/DaemonSet": spec("selector"),
  "apps/StatefulSet": spec(
    "podManagementPolicy",
    "revisionHistoryLimit",
    "selector",
    "serviceName",
    "volumeClaimTemplates",
  ),
  "batch/Job": spec("completions", "parallelism", "selector", "template"),
  "rbac.authorization.k8s.io/RoleBinding": [["roleRef"]],
  "rbac.authorization.k8s.io/ClusterRoleBinding": [["roleRef"]],
  "storage.k8s.io/StorageClass": [["parameters"], ["provisioner"]],
  "/PersistentVolume": spec(...words(VOLUME_SOURCES)),
  "/PersistentVolumeClaim": spec("accessModes", "selector", "storageClassName", "volumeName"),
  "/Pod": [
    ...spec(...words(POD_FIELDS)),
    ...["containers", "initContainers"].flatMap((list) =>
      words(CONTAINER_FIELDS).map((field) => ["spec", list, "*", field]),
    ),
  ],
  "/ResourceQuota": spec("scopes"),
  "/Service": spec("clusterIP"),
};

const IDENTITY: readonly Pattern[] = [
  ["metadata", "name"],
  ["metadata", "namespace"],
];

/** Where a change of an object of this kind needs a new object. A patch resource is replaced for another target only. */
export function replacePatterns(
  object: { readonly apiVersion: string; readonly kind: string; readonly immutable: boolean },
  isPatch: boolean,
  mutability: Mutability,
): readonly Pattern[] {
  if (isPatch) return IDENTITY;
  const id = `${groupOf(object.apiVersion)}/${object.kind}`;
  if (id === "/ConfigMap")
    return mutability.configMapMutable && !object.immutable ? IDENTITY : [...IDENTITY, ["binaryData"], ["data"]];
  if (id === "/Secret") {
    const data = mutability.secretMutable && !object.immutable ? [] : [["stringData"], ["data"]];
    return [...IDENTITY, ["type"], ...data];
  }
  return [...IDENTITY, ...(PATTERNS[id] ?? [])];
}

/**
 * Whether a change at a path touches a pattern: at or below the pattern's place, or above it with a value (the new one,
 * or the deleted one) that has something there.
 */
export function touches(path: readonly PathStep[], value: PropertyValue | undefined, pattern: Pattern): boolean {
  const shared = Math.min(path.length, pattern.length);
  for (let i = 0; i < shared; i++) if (!stepMatches(path[i] as PathStep, pattern[i] as string)) return false;
  return path.length >= pattern.length || has(value, pattern.slice(path.length));
}

function stepMatches(step: PathStep, wanted: string): boolean {
  return wanted === "*" ? typeof step === "number" : step === wanted;
}

function has(value: PropertyValue | undefined, pattern: Pattern): boolean {
  const [first, ...rest] = pattern;
  if (value instanceof Secret) return has(value.value, pattern);
  if (first === undefined) return value !== undefined;
  if (first === "*") return Array.isArray(value) && value.some((item) => has(item, rest));
  return isPropertyMap(value) && has(value[first], rest);
}
