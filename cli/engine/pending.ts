import { nameOf, objectName } from "./resource-name.ts";

/** The parts of an exported stack that matter here. Everything else is carried along untouched. */
export interface Deployment {
  readonly resources?: readonly ResourceState[];
  readonly pending_operations?: readonly PendingOperation[];
}

export interface ResourceState {
  readonly urn: string;
  readonly type: string;
  readonly custom: boolean;
  readonly id?: string;
  readonly delete?: boolean;
  readonly protect?: boolean;
  readonly inputs?: unknown;
  readonly outputs?: Readonly<Record<string, unknown>>;
}

export interface PendingOperation {
  readonly resource: ResourceState;
  readonly type: "creating" | "updating" | "deleting" | "reading" | "importing";
}

/** What became of the operations that an interrupted run left under way. */
export interface Settlement<State extends Deployment> {
  readonly deployment: State;
  /** Creates whose object has a name that is known: taken into the state, where the next refresh looks for the object. */
  readonly adopted: readonly string[];
  /** Creates of what lives in the state alone, and everything that a refresh finds out by itself. */
  readonly cleared: readonly string[];
  /** Creates that nobody but a person can settle: the resource may exist, under an ID that was never told. */
  readonly unsettled: readonly string[];
}

export interface SettleOptions {
  /** Providers whose resources live in the state alone, by package: `random`, and what is only recorded. */
  readonly stateOnly: ReadonlySet<string>;
}

/**
 * Settles the operations that a crash left pending, so that the next `up` neither doubles nor orphans anything.
 *
 * A Kubernetes create is adopted: the object's ID is its namespace and name, which were chosen before the create was
 * sent. If the object never came to be, the refresh that follows drops it again, and `up` creates it. If the resource
 * was being replaced, the half-made successor is marked for deletion instead: the replacement is done anew, and the
 * first try does not stay behind.
 */
export function settle<State extends Deployment>(deployment: State, { stateOnly }: SettleOptions): Settlement<State> {
  const resources = [...(deployment.resources ?? [])];
  const kept: PendingOperation[] = [];
  const adopted: string[] = [];
  const cleared: string[] = [];
  const unsettled: string[] = [];
  for (const operation of deployment.pending_operations ?? []) {
    const { urn, type, inputs } = operation.resource;
    const id = packageOf(type) === "kubernetes" ? objectName(inputs) : undefined;
    if (operation.type !== "creating" || stateOnly.has(packageOf(type))) cleared.push(urn);
    else if (id !== undefined) {
      const stands = resources.some((r) => r.urn === urn && !r.delete);
      resources.push({ ...operation.resource, id, ...(stands && { delete: true }) });
      adopted.push(urn);
    } else {
      kept.push(operation);
      unsettled.push(urn);
    }
  }
  const { pending_operations: _, ...rest } = deployment;
  const settled = { ...rest, resources, ...(kept.length > 0 && { pending_operations: kept }) } as unknown as State;
  return { deployment: settled, adopted, cleared, unsettled };
}

/**
 * Resources of which the state knows the ID and nothing else: they were adopted, and not yet read. A preview reads them
 * and forgets; only an update that begins with a refresh writes down what it read.
 */
export function unread({ resources = [] }: Deployment): readonly string[] {
  return resources
    .filter(({ custom, id, outputs, delete: dying }) => custom && id !== undefined && !dying && outputs === undefined)
    .map(({ urn }) => urn);
}

/** The package of a type token: `kubernetes` of `kubernetes:apps/v1:Deployment`; of a provider, the one it provides. */
function packageOf(type: string): string {
  const [first = "", , third = ""] = type.split(":");
  return type.startsWith("pulumi:providers:") ? `pulumi:${third}` : first;
}

/** The packages that resources come from, those of remote components included. */
export function packagesOf(resources: readonly ResourceState[]): ReadonlySet<string> {
  return new Set(resources.map(({ type }) => packageOf(type)));
}

/** What was settled, for a line on the screen. */
export function settledNames(urns: readonly string[]): string {
  const names = urns.map(nameOf).map(({ label, kind }) => `${label} (${kind})`);
  return names.join(", ");
}
