import type { Resource } from "../core/resource.ts";
import { plainProps } from "./pulumi-values.ts";
import { Unreadable } from "./unreadable.ts";

/** A resource as Pulumi writes it into states and previews. */
export interface PulumiResource {
  readonly urn: string;
  readonly type: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly options: NonNullable<Resource["options"]>;
  readonly references: Readonly<Record<string, readonly string[]>>;
  /** Reference to its provider: `<urn>::<id>`. */
  readonly provider: string | undefined;
  /** Waits to be deleted, having been replaced. */
  readonly delete: boolean;
  /** Only looked up: somebody else owns it. */
  readonly external: boolean;
}

/** Takes an entry of Pulumi's JSON apart. Throws Unreadable if it has another shape; `where` says which entry it is. */
export function pulumiResource(entry: unknown, where: string): PulumiResource {
  if (!isRecord(entry)) throw new Unreadable(`${where} is no object`);
  const { urn, type, inputs = {}, provider } = entry;
  if (typeof urn !== "string" || typeof type !== "string") throw new Unreadable(`${where} has no urn and type`);
  if (!isRecord(inputs)) throw new Unreadable(`${where}.inputs is no object`);
  return {
    urn,
    type,
    inputs,
    options: pulumiOptions(entry),
    references: referencesOf(entry.propertyDependencies),
    provider: typeof provider === "string" ? provider : undefined,
    delete: entry.delete === true,
    external: entry.external === true,
  };
}

function referencesOf(dependencies: unknown): PulumiResource["references"] {
  const entries = isRecord(dependencies) ? Object.entries(dependencies) : [];
  return Object.fromEntries(
    entries.flatMap(([property, urns]) =>
      Array.isArray(urns) ? [[property, urns.filter((urn) => typeof urn === "string")]] : [],
    ),
  );
}

/** Pulumi's own settings of a resource; what is not said is off. */
export function pulumiOptions({
  protect,
  ignoreChanges,
}: Readonly<Record<string, unknown>>): PulumiResource["options"] {
  const ignored = Array.isArray(ignoreChanges) ? ignoreChanges.filter((path) => typeof path === "string") : [];
  return { protect: protect === true, ...(ignored.length > 0 && { ignoreChanges: ignored }) };
}

/** Resources as rules see them. All that were written must be given: a provider tells the namespace of its objects. */
export function asResources(all: readonly PulumiResource[], file: string): (Resource & { readonly urn: string })[] {
  const namespaces = new Map(
    all.flatMap(({ urn, type, inputs }) => {
      const { namespace } = inputs;
      const isProvider = type === "pulumi:providers:kubernetes" && typeof namespace === "string" && namespace !== "";
      return isProvider ? [[urn, namespace] as const] : [];
    }),
  );
  return all
    .filter((one) => !one.delete && !one.external && one.type !== "pulumi:pulumi:Stack")
    .map(({ urn, type, inputs, options, references, provider }) => {
      const namespace = namespaces.get(provider?.slice(0, provider.lastIndexOf("::")) ?? "");
      return {
        type,
        name: urn.slice(urn.lastIndexOf("::") + 2),
        urn,
        props: plainProps(inputs),
        options,
        references,
        origin: { file },
        ...(namespace !== undefined && { defaultNamespace: namespace }),
      };
    });
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
