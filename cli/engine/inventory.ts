import type { Deployment } from "./pending.ts";
import { objectName, urnParts } from "./resource-name.ts";

/** A Kubernetes object that counts pods or instances. */
export interface WorkloadName {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

/** What stands, by the state of the stack. */
export interface Inventory {
  /** Everything but components and provider settings. */
  readonly resources: number;
  /** The packages that they come from, such as `kubernetes` and `random`. */
  readonly packages: readonly string[];
  readonly namespaces: readonly string[];
  readonly workloads: readonly WorkloadName[];
  /** Components that hold data, such as `Postgres orders`. */
  readonly stores: readonly { readonly kind: string; readonly name: string }[];
  /** Outputs of the stack; secret ones are left out. */
  readonly outputs: Readonly<Record<string, unknown>>;
}

/** Kinds whose readiness is a number of a number, by type token. */
const WORKLOADS: ReadonlyMap<string, string> = new Map([
  ["kubernetes:apps/v1:Deployment", "Deployment"],
  ["kubernetes:apps/v1:StatefulSet", "StatefulSet"],
  ["kubernetes:apps/v1:DaemonSet", "DaemonSet"],
  ["kubernetes:postgresql.cnpg.io/v1:Cluster", "Cluster"],
  ["kubernetes:delivery.plumbline.dev/v1alpha1:Release", "Release"],
]);

/** Any component of `components/data`. One that is a part of another, such as what watches it, is no store. */
const STORE = /^plumbline:data:([A-Z][A-Za-z]+)$/;

/** Reads an exported deployment. It is not decrypted for that: what is secret stays unknown. */
export function inventoryOf(deployment: Deployment): Inventory {
  const resources = (deployment.resources ?? []).filter((resource) => !resource.delete);
  const objects = resources.filter(({ custom, type }) => custom && !type.startsWith("pulumi:"));
  const names = (type: string) => objects.filter((r) => r.type === type).flatMap((r) => objectName(r.inputs) ?? []);
  const stack = resources.find(({ type }) => type === "pulumi:pulumi:Stack");
  return {
    resources: objects.length,
    packages: [...new Set(objects.map(({ type }) => type.split(":")[0] ?? type))].toSorted(),
    namespaces: names("kubernetes:core/v1:Namespace").toSorted(),
    workloads: [...WORKLOADS].flatMap(([type, kind]) =>
      names(type)
        .toSorted()
        .map((name) => workloadName(kind, name)),
    ),
    stores: resources
      .flatMap(({ type, urn }) => {
        const kind = STORE.exec(type)?.[1];
        const { name, parents } = urnParts(urn);
        return kind === undefined || parents.some((parent) => STORE.test(parent)) ? [] : [{ kind, name }];
      })
      .toSorted((a, b) => `${a.kind} ${a.name}`.localeCompare(`${b.kind} ${b.name}`)),
    outputs: Object.fromEntries(Object.entries(stack?.outputs ?? {}).filter(([, value]) => !holdsSecret(value))),
  };
}

function workloadName(kind: string, qualified: string): WorkloadName {
  const [namespace = "", name = ""] = qualified.includes("/") ? qualified.split("/") : ["default", qualified];
  return { kind, namespace, name };
}

/** The key by which the engine marks a value that is not plain, such as a secret. */
const SIGNATURE = "4dabf18193072939515e22adb298388d";

function holdsSecret(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  return SIGNATURE in value || Object.values(value).some(holdsSecret);
}
