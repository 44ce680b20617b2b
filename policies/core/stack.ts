import { type Field, MalformedValue } from "./field.ts";
import type { Resource } from "./resource.ts";
import { SelectorIndex } from "./selector-index.ts";
import { StackObject } from "./stack-object.ts";
import { UnknownValue } from "./unknown.ts";

/** Stands among the namespaces for objects whose namespace is not known yet. */
const ANYWHERE = "\0";

/**
 * All objects of a stack with the look-ups that rules need, each by hash: a rule over n objects costs n, not n².
 * What cannot be ruled out because it is not known yet is always among the candidates.
 */
export class Stack {
  readonly objects: readonly StackObject[];
  /** The stack that this one is measured against, e.g. production for staging, where there is one. */
  readonly peer: Stack | undefined;
  readonly #derived = new Map<unknown, unknown>();
  readonly #indexes = new Map<unknown, Map<string, Map<string, StackObject[]>>>();
  readonly #selectors = new Map<unknown, Map<string, SelectorIndex>>();
  readonly #byType = new Map<unknown, Map<string, StackObject[]>>();
  #kinds: Map<string, StackObject[]> | undefined;

  constructor(resources: Iterable<Resource>, peer?: Stack) {
    this.peer = peer;
    this.objects = Array.from(resources, (resource) => new StackObject(resource)).filter((object) => !object.partial);
  }

  /** Objects of a kind that are, or may be, in a namespace. */
  inNamespace(group: string, kind: string, namespace: string): StackObject[] {
    const index = this.#index(group, kind, namespaceOf);
    return [...(index.get(namespace) ?? []), ...(index.get(ANYWHERE) ?? [])];
  }

  /**
   * The object of a kind whose `keyOf` is this key. Throws UnknownValue if there is none but one of those whose key is
   * not known yet may be it. `keyOf` must be one and the same function each time: its answers are kept.
   */
  find(group: string, kind: string, keyOf: (object: StackObject) => string, key: string): StackObject | undefined {
    const index = this.#index(group, kind, keyOf);
    const [found] = index.get(key) ?? [];
    if (found) return found;
    for (const unknown of index.get(ANYWHERE) ?? []) keyOf(unknown);
    return undefined;
  }

  /**
   * Objects of a kind in a namespace that select pods with these labels, or of which that is not known or that have no
   * selector; `selectorOf` must be one and the same function each time.
   */
  maySelect(
    group: string,
    kind: string,
    selectorOf: (object: StackObject) => Field,
    namespace: string,
    labels: Field,
  ): StackObject[] {
    const indexes = this.#selectors.get(selectorOf) ?? new Map<string, SelectorIndex>();
    this.#selectors.set(selectorOf, indexes);
    const index = indexes.get(`${group}/${kind}`) ?? new SelectorIndex(this.#ofKind(group, kind), selectorOf);
    indexes.set(`${group}/${kind}`, index);
    return index.of(namespace, labels);
  }

  /**
   * Objects that are no Kubernetes ones, by type (as `typeOf` reads it), whose `keyOf` is one of these keys, and one of
   * those whose key is not known yet: to read it is to learn that. Both must be one and the same function each time.
   */
  ofType(
    type: string,
    typeOf: (object: StackObject) => string,
    keyOf: (object: StackObject) => string,
    keys: readonly string[],
  ): StackObject[] {
    let index = this.#byType.get(keyOf);
    if (!index) {
      index = Map.groupBy(
        this.objects.filter(({ kind }) => kind === undefined),
        (object) => `${typeOf(object)} ${keyOrAnywhere(object, keyOf) ?? ""}`,
      );
      this.#byType.set(keyOf, index);
    }
    const found = index;
    const [unknown] = found.get(`${type} ${ANYWHERE}`) ?? [];
    return [...new Set(keys.flatMap((key) => found.get(`${type} ${key}`) ?? [])), ...(unknown ? [unknown] : [])];
  }

  /** What follows from the whole stack: built once, and kept by `build`, which must be one and the same function each time. */
  derived<T>(build: (stack: Stack) => T): T {
    if (!this.#derived.has(build)) this.#derived.set(build, build(this));
    return this.#derived.get(build) as T;
  }

  /** Objects of a kind by a key that is read once for each of them. */
  #index(group: string, kind: string, keyOf: (object: StackObject) => string): Map<string, StackObject[]> {
    const indexes = this.#indexes.get(keyOf) ?? new Map<string, Map<string, StackObject[]>>();
    this.#indexes.set(keyOf, indexes);
    const known = indexes.get(`${group}/${kind}`);
    if (known) return known;
    const index = new Map<string, StackObject[]>();
    for (const object of this.#ofKind(group, kind)) {
      const key = keyOrAnywhere(object, keyOf);
      if (key === undefined) continue;
      const bucket = index.get(key);
      if (bucket) bucket.push(object);
      else index.set(key, [object]);
    }
    indexes.set(`${group}/${kind}`, index);
    return index;
  }

  #ofKind(group: string, kind: string): readonly StackObject[] {
    this.#kinds ??= Map.groupBy(this.objects, (object) => `${object.group}/${object.kind}`);
    return this.#kinds.get(`${group}/${kind}`) ?? [];
  }
}

const namespaceOf = (object: StackObject) => object.namespace;

/** A misshapen object has no key: the API server will refuse it, so it serves nobody. */
function keyOrAnywhere(object: StackObject, keyOf: (object: StackObject) => string): string | undefined {
  try {
    return keyOf(object);
  } catch (error) {
    if (error instanceof UnknownValue) return ANYWHERE;
    if (error instanceof MalformedValue) return undefined;
    throw error;
  }
}
