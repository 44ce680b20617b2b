import {
  boolYaml11Tag,
  CORE_SCHEMA,
  constructFromEvents,
  defineScalarTag,
  EVENT_ID,
  type Event,
  intCoreTag,
  intYaml11Tag,
  mergeTag,
  NOT_RESOLVED,
  parseEvents,
  YAMLException,
} from "js-yaml";
import { indented } from "./indented.ts";
import { MAX_DEPTH, refuseEndless } from "./size.ts";
import { Unreadable } from "./unreadable.ts";

/** As kubectl reads numbers: 0644 and 0o644 are octal, 1:30 is a text. */
const integer = defineScalarTag<number>("tag:yaml.org,2002:int", {
  implicit: true,
  implicitFirstChars: intYaml11Tag.implicitFirstChars,
  resolve: (source, explicit, tag) => {
    if (source.includes(":")) return NOT_RESOLVED;
    const old = intYaml11Tag.resolve(source, explicit, tag);
    return old === NOT_RESOLVED ? intCoreTag.resolve(source, explicit, tag) : old;
  },
  identify: intCoreTag.identify,
});

/** YAML as kubectl reads it: `yes` and `on` are true, merge keys are merged, and dates stay texts. */
const SCHEMA = CORE_SCHEMA.withTags(boolYaml11Tag, integer, mergeTag);

/** Reasons that the parser gives in its own words. */
const REASONS: readonly (readonly [is: RegExp, means: string])[] = [
  [/duplicated mapping key/, "a key stands twice in one map"],
  [/tab characters/, "a tab stands where only spaces may indent"],
  [/maxDepth/, `it is nested deeper than ${MAX_DEPTH} levels`],
  [/unidentified alias/, "an alias names no anchor before it"],
];

/** The documents of a YAML or JSON text, empty ones as null. Throws Unreadable, with the line. */
export function yamlDocuments(text: string): unknown[] {
  const { source, events } = yamlEvents(text);
  const documents = reading(() => constructFromEvents(events, { source, schema: SCHEMA }));
  // Without an alias nothing is shared, and the parser has minded the depth.
  if (events.some(({ type }) => type === EVENT_ID.ALIAS)) for (const document of documents) refuseEndless(document);
  return documents;
}

/** What stands where in a text, and the text that the offsets are of: the same lines, some of them further right. */
export interface YamlEvents {
  readonly source: string;
  readonly events: Event[];
}

/** What the documents of a text are built from. Throws Unreadable, with the line. */
export function yamlEvents(text: string): YamlEvents {
  const parsed = (source: string) => reading(() => ({ source, events: parseEvents(source, { maxDepth: MAX_DEPTH }) }));
  try {
    return parsed(text);
  } catch (error) {
    if (!(error instanceof Unreadable && (error.cause as Partial<YAMLException>)?.reason?.includes("deficient indent")))
      throw error;
    return parsed(indented(text));
  }
}

function reading<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    const reason = REASONS.find(([is]) => is.test(error.reason))?.[1] ?? `it is no YAML: ${error.reason}`;
    throw new Unreadable(error.mark ? `line ${error.mark.line + 1}: ${reason}` : reason, { cause: error });
  }
}
