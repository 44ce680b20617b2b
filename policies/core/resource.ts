/** Where an object was read. */
interface Origin {
  /** As it was named to whoever read it. */
  readonly file: string;
  /** From 1: the line of a path such as `spec.replicas`, or of the nearest thing above it that is written down. */
  line?(path: string): number | undefined;
}

/** One object of a stack as any source gives it: a resource that Pulumi registers, or a manifest. */
export interface Resource {
  /** Pulumi's type token, e.g. `kubernetes:apps/v1:Deployment`. */
  readonly type: string;
  /** Pulumi's name of the resource, or the manifest's `metadata.name`. */
  readonly name: string;
  readonly urn?: string;
  /** What the program declares. `UNKNOWN` stands where a value is not known yet. */
  readonly props: Readonly<Record<string, unknown>>;
  /** Pulumi's own settings; a manifest has none. */
  readonly options?: {
    readonly protect: boolean;
    /** Fields that an update leaves alone, e.g. `spec.replicas`. */
    readonly ignoreChanges?: readonly string[];
  };
  /** The URNs of the resources whose outputs a property is made of, by the property. Known even where the value is not. */
  readonly references?: Readonly<Record<string, readonly string[]>>;
  /** What an update would do to it, where a preview says so. */
  readonly operation?: "create" | "update" | "replace" | "delete" | "same";
  /** Where namespaced objects go that name no namespace. Default: "default". */
  readonly defaultNamespace?: string;
  /** Absent for what a program declares. */
  readonly origin?: Origin;
}

/** The objects of a manifest: itself, or what a List holds (lists in lists too). */
export function fromManifest(manifest: unknown): Resource[] {
  if (typeof manifest !== "object" || manifest === null || Array.isArray(manifest))
    throw new TypeError("a manifest is an object with apiVersion and kind");
  const props = manifest as Record<string, unknown>;
  const { apiVersion, kind, items } = props;
  if (typeof apiVersion !== "string" || typeof kind !== "string")
    throw new TypeError("a manifest is an object with apiVersion and kind");
  if (kind.endsWith("List") && Array.isArray(items)) return items.flatMap(fromManifest);
  const name = (props.metadata as { name?: unknown } | undefined)?.name;
  const version = apiVersion.includes("/") ? apiVersion : `core/${apiVersion}`;
  return [{ type: `kubernetes:${version}:${kind}`, name: typeof name === "string" ? name : "", props }];
}
