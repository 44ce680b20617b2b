import { EVENT_ID, getScalarValue } from "js-yaml";
import { yamlEvents } from "./yaml.ts";

/**
 * Where everything stands in a YAML or JSON text. Built at the first question: most texts are never asked. It is kept in
 * flat arrays, one place for each value, so that a file of ten thousand objects costs megabytes and not gigabytes.
 */
export class Positions {
  readonly #text: string;
  #places: Places | undefined;

  constructor(text: string) {
    this.#text = text;
  }

  /** The line, from 1, of a value of a document, or of the nearest value above it that is written down. */
  line(document: number, keys: readonly (string | number)[]): number | undefined {
    this.#places ??= placesIn(this.#text);
    let place = this.#places.documents[document];
    if (place === undefined) return undefined;
    for (const key of keys) {
      const below = childOf(this.#places, place, key);
      if (below === undefined) break;
      place = below;
    }
    return lineAt(this.#places.lineStarts, this.#places.offsets[place] ?? 0);
  }
}

/** By place: the key under which it stands, where that key (or the value) begins, and the first place that is not in it. */
interface Places {
  readonly documents: readonly (number | undefined)[];
  readonly keys: readonly (string | number)[];
  readonly offsets: readonly number[];
  readonly ends: readonly number[];
  readonly lineStarts: readonly number[];
}

function childOf({ keys, ends }: Places, place: number, key: string | number): number | undefined {
  const end = ends[place] ?? 0;
  for (let child = place + 1; child < end; child = ends[child] ?? end) if (keys[child] === key) return child;
  return undefined;
}

/** A container that is being read: what comes next in a map is a key or its value, in a list the next index. */
interface Open {
  readonly place: number;
  readonly kind: "document" | "map" | "list" | "key";
  next: { key: string; offset: number } | undefined;
  index: number;
}

function placesIn(text: string): Places {
  const documents: (number | undefined)[] = [];
  const [keys, offsets, ends]: [(string | number)[], number[], number[]] = [[], [], []];
  const opened: Open[] = [];
  let latest = 0;
  /** Notes a value. One that is left out has no offset of its own, and stands where the text has come to. */
  const note = (given: number): number => {
    const offset = given < 0 ? latest : given;
    latest = offset;
    const holder = opened.at(-1);
    const place = keys.length;
    if (holder?.kind === "document") documents[documents.length - 1] = place;
    const key = holder?.kind === "list" ? holder.index++ : (holder?.next?.key ?? "");
    keys.push(key);
    offsets.push(Math.max(holder?.next?.offset ?? offset, 0));
    ends.push(place + 1);
    if (holder) holder.next = undefined;
    return place;
  };
  const { source, events } = yamlEvents(text);
  for (const event of events) {
    const holder = opened.at(-1);
    const isKey = holder?.kind === "map" && holder.next === undefined;
    switch (event.type) {
      case EVENT_ID.DOCUMENT:
        documents.push(undefined);
        opened.push({ place: -1, kind: "document", next: undefined, index: 0 });
        break;
      case EVENT_ID.SCALAR:
        if (isKey) {
          holder.next = { key: getScalarValue(source, event), offset: event.valueStart };
          latest = event.valueStart;
        } else if (holder?.kind !== "key") note(event.valueStart);
        break;
      case EVENT_ID.ALIAS:
        if (isKey) holder.next = { key: "", offset: event.anchorStart };
        else if (holder?.kind !== "key") note(event.anchorStart);
        break;
      case EVENT_ID.MAPPING:
      case EVENT_ID.SEQUENCE: {
        const kind = isKey || holder?.kind === "key" ? "key" : event.type === EVENT_ID.MAPPING ? "map" : "list";
        if (isKey) holder.next = { key: "", offset: event.start };
        opened.push({ place: kind === "key" ? -1 : note(event.start), kind, next: undefined, index: 0 });
        break;
      }
      case EVENT_ID.POP: {
        const closed = opened.pop();
        if (closed && closed.place >= 0) ends[closed.place] = keys.length;
      }
    }
  }
  return { documents, keys, offsets, ends, lineStarts: lineStartsOf(source) };
}

function lineStartsOf(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return starts;
}

function lineAt(starts: readonly number[], offset: number): number {
  let [low, high] = [0, starts.length];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((starts[middle] ?? 0) <= offset) low = middle;
    else high = middle;
  }
  return low + 1;
}
