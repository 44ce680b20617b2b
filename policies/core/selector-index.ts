import { type Field, MalformedValue } from "./field.ts";
import { fits, type PlainSelector, plainLabels, plainSelector } from "./plain-selector.ts";
import { demandOf, pair } from "./selector-demand.ts";
import type { StackObject } from "./stack-object.ts";
import { UnknownValue } from "./unknown.ts";

/** Objects whose selectors are written alike. Without a selector: those of which it is not known whom they select. */
interface Group {
  readonly selector: PlainSelector | undefined;
  readonly objects: StackObject[];
}

/**
 * Objects of one kind by whom they select. Each is found by the one of its demands that the fewest others make: a label, or a label's key alone.
 * Selectors that demand neither (`NotIn`, `DoesNotExist`) are compared with every set of labels, equal ones once.
 */
export class SelectorIndex {
  readonly #found = new Map<string, Map<string, Group>>();
  /** Their namespace or the labels that they demand are not known yet. */
  readonly #unsure: StackObject[] = [];

  constructor(objects: readonly StackObject[], selectorOf: (object: StackObject) => Field) {
    const read = objects.flatMap((object) => {
      try {
        const { namespace } = object;
        const selector = selectorOf(object);
        return [{ object, namespace, demands: demandsOf(selector), plain: known(() => plainSelector(selector)) }];
      } catch (error) {
        if (error instanceof UnknownValue) this.#unsure.push(object);
        // A misshapen object selects nobody: the API server will refuse it.
        else if (!(error instanceof MalformedValue)) throw error;
        return [];
      }
    });
    const uses = new Map<string, number>();
    for (const { demands } of read) for (const key of demands.flat()) uses.set(key, (uses.get(key) ?? 0) + 1);
    for (const { object, namespace, demands, plain } of read)
      for (const key of rarest(demands, uses)) this.#add(`${namespace} ${key}`, object, plain);
  }

  /** Objects of a namespace that select pods with these labels, or may. Throws UnknownValue if a label is not known yet. */
  of(namespace: string, labels: Field): StackObject[] {
    const plain = plainLabels(labels);
    const keys = ["", ...Array.from(plain).flatMap(([key, value]) => [key, pair(key, value)])];
    const found: StackObject[] = [];
    for (const key of keys)
      for (const { selector, objects } of this.#found.get(`${namespace} ${key}`)?.values() ?? [])
        if (selector === undefined || fits(selector, plain)) for (const object of objects) found.push(object);
    return found.concat(this.#unsure);
  }

  #add(key: string, object: StackObject, selector: PlainSelector | undefined): void {
    const groups = this.#found.get(key) ?? new Map<string, Group>();
    this.#found.set(key, groups);
    const written = selector?.written ?? "";
    const group = groups.get(written);
    if (group) group.objects.push(object);
    else groups.set(written, { selector, objects: [object] });
  }
}

/** Each demand of a selector as the keys of which labels have one where they meet it. */
function demandsOf(selector: Field): string[][] {
  const labelled = selector
    .at("matchLabels")
    .entries()
    .map(([key, value]) => [pair(key, value.text())]);
  const expressed = selector.at("matchExpressions");
  const expressions = known(() => expressed.items()) ?? [];
  const demands = expressions.map((expression) => known(() => demandOf(expression)));
  return [...labelled, ...demands.filter((demand) => demand !== undefined)];
}

/** The keys of the demand that the fewest others make; one that stands for all if there is none. */
function rarest(demands: readonly string[][], uses: ReadonlyMap<string, number>): readonly string[] {
  const rank = (keys: readonly string[]) => keys.reduce((sum, key) => sum + (uses.get(key) ?? 0), 0);
  const ranked = demands.map((keys) => ({ keys, rank: rank(keys) }));
  return ranked.reduce((best, one) => (one.rank < best.rank ? one : best), {
    keys: [""],
    rank: Number.POSITIVE_INFINITY,
  }).keys;
}

/** What is not known yet narrows nothing down. */
function known<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof UnknownValue) return undefined;
    throw error;
  }
}
