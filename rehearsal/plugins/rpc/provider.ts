import type { PathStep } from "./path.ts";
import type { PropertyMap } from "./property.ts";

/**
 * A resource provider as the engine drives it. A method may throw: the engine shows the message at the resource. What
 * is left out is answered with a default: configuration passes unchecked, a function is refused, a component cannot be
 * made.
 */
export interface Provider {
  readonly name: string;
  readonly version: string;
  /** The package schema as JSON text; the default has the name and the version only. */
  schema?(): string;
  checkConfig?(request: CheckRequest, call: Call): Promise<CheckResult>;
  /** Default: any change of the configuration is an update. */
  diffConfig?(request: DiffRequest, call: Call): Promise<DiffResult>;
  configure(request: ConfigureRequest, call: Call): Promise<void>;
  check(request: CheckRequest, call: Call): Promise<CheckResult>;
  diff(request: DiffRequest, call: Call): Promise<DiffResult>;
  create(request: CreateRequest, call: Call): Promise<CreateResult>;
  update(request: UpdateRequest, call: Call): Promise<PropertyMap>;
  /** Gives `undefined` for a resource that is gone. */
  read(request: ReadRequest, call: Call): Promise<ReadResult | undefined>;
  delete(request: DeleteRequest, call: Call): Promise<void>;
  invoke?(request: InvokeRequest, call: Call): Promise<InvokeResult>;
  /** Makes a component; request and response are the protocol's own messages. See `answerConstruct`. */
  construct?(message: unknown, call: Call): Promise<unknown>;
}

/** What a method has besides its request. */
export interface Call {
  /** Aborts when the engine cancels the update, or goes away. */
  readonly signal: AbortSignal;
  /** A line of the update's log, at the resource. Never give it a secret. */
  log(severity: Severity, message: string): void;
  /** What is being done right now: the engine shows the newest one beside the resource while it works. */
  status(message: string): void;
}

export type Severity = "debug" | "info" | "warning" | "error";

/** The resource that a call is about. For calls about the provider itself, the provider. */
export interface Subject {
  readonly urn: string;
  /** The type token, such as `kubernetes:apps/v1:Deployment`. */
  readonly type: string;
  /** The name that the program gave. */
  readonly name: string;
}

interface ConfigureRequest {
  readonly args: PropertyMap;
}

export interface CheckRequest extends Subject {
  /** Inputs of the last update; empty for a new resource. */
  readonly olds: PropertyMap;
  readonly news: PropertyMap;
  /** 32 bytes that stay the same for one operation: the source for random names. Empty from older engines. */
  readonly randomSeed: Uint8Array;
  /** How the engine wants names made, if its configuration says so. */
  readonly autonaming: Autonaming | undefined;
}

export interface Autonaming {
  readonly proposedName: string;
  /** `propose`: change the name where it would not be valid. `enforce`: take it or fail. `disable`: make no name. */
  readonly mode: "propose" | "enforce" | "disable";
}

export interface CheckResult {
  readonly inputs: PropertyMap;
  readonly failures?: readonly CheckFailure[];
}

export interface CheckFailure {
  /** Path of the property; absent: the resource as a whole. */
  readonly property?: string;
  readonly reason: string;
}

export interface DiffRequest extends Subject {
  readonly id: string;
  readonly oldInputs: PropertyMap;
  readonly oldOutputs: PropertyMap;
  readonly news: PropertyMap;
  /** Property paths whose changes are not to be seen. */
  readonly ignoreChanges: readonly string[];
}

export interface DiffResult {
  /** Every change; none: the resource stays as it is. */
  readonly changes: readonly PropertyChange[];
  /** Replace in the order delete, create: the new one cannot stand beside the old one. */
  readonly deleteBeforeReplace?: boolean;
}

export interface PropertyChange {
  readonly path: readonly PathStep[];
  readonly kind: "add" | "delete" | "update";
  /** The change cannot be made in place. */
  readonly replace?: boolean;
  /** The change is between old and new inputs (`true`, the default), or between the old state and new inputs. */
  readonly inputDiff?: boolean;
}

export interface CreateRequest extends Subject {
  readonly inputs: PropertyMap;
  /** Change nothing; tell what is known of the outcome. */
  readonly preview: boolean;
  /** From the resource's `customTimeouts`; `undefined`: none was given. */
  readonly timeoutSeconds: number | undefined;
}

export interface CreateResult {
  /** May be empty in a preview. */
  readonly id: string;
  readonly outputs: PropertyMap;
}

export interface UpdateRequest extends CreateRequest {
  readonly id: string;
  readonly oldInputs: PropertyMap;
  readonly oldOutputs: PropertyMap;
  readonly ignoreChanges: readonly string[];
}

export interface ReadRequest extends Subject {
  readonly id: string;
  /** Empty in an import. */
  readonly inputs: PropertyMap;
  /** The last known outputs; empty in an import. */
  readonly state: PropertyMap;
}

export interface ReadResult {
  readonly id: string;
  readonly inputs: PropertyMap;
  readonly outputs: PropertyMap;
}

export interface DeleteRequest extends Subject {
  readonly id: string;
  readonly inputs: PropertyMap;
  readonly state: PropertyMap;
  readonly timeoutSeconds: number | undefined;
}

export interface InvokeRequest {
  /** The function, such as `kubernetes:yaml:decode`. */
  readonly token: string;
  readonly args: PropertyMap;
  readonly preview: boolean;
}

/** What a function gives, or why its arguments cannot be used. */
export type InvokeResult = { readonly result: PropertyMap } | { readonly failures: readonly CheckFailure[] };

/** A component that a program wants, with the way to register it and its children in the engine. */
export interface ConstructRequest {
  readonly type: string;
  readonly name: string;
  readonly inputs: PropertyMap;
  readonly preview: boolean;
  /**
   * Registers the component itself, with the options that the program gave it; gives its URN. To be called once.
   * `inputs`: what the state and the policies see as its inputs. Default: none.
   */
  registerSelf(inputs?: PropertyMap): Promise<string>;
  /** Makes a child of the component. It has the component's provider and protection, and comes after its inputs. */
  registerChild(child: ChildResource): Promise<RegisteredResource>;
  /** Ends the component with its outputs. */
  finish(urn: string, outputs: PropertyMap): Promise<void>;
}

export interface ChildResource {
  /** The type token, such as `kubernetes:core/v1:ConfigMap`. */
  readonly type: string;
  readonly name: string;
  /** URN of the component. */
  readonly parent: string;
  readonly inputs: PropertyMap;
  /** URNs of resources that must stand first. */
  readonly dependencies: readonly string[];
}

export interface RegisteredResource {
  readonly urn: string;
  /** Empty in a preview, where the id is not known. */
  readonly id: string;
}

export interface ConstructResult {
  readonly urn: string;
  readonly outputs: PropertyMap;
}
