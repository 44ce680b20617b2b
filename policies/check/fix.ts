import { isDeepStrictEqual } from "node:util";
import type { Finding } from "../core/evaluate.ts";
import type { Resource } from "../core/resource.ts";
import { StackObject } from "../core/stack-object.ts";
import { type Manifest, manifestsIn } from "../sources/manifest.ts";
import type { Text } from "../sources/reading.ts";
import { changesBetween } from "./changes.ts";
import type { AskedRule } from "./settings-file.ts";
import { edited, type TextEdit } from "./text-edits.ts";
import { EditableText, NotEditable } from "./yaml-edits.ts";

/** A text and the objects that it holds, in its order. */
export interface ReadText {
  readonly text: Text;
  readonly resources: readonly Resource[];
}

/** What became of the repairs of one text. */
export interface FixedText {
  readonly file: string;
  readonly before: string;
  readonly after: string;
  readonly edits: readonly TextEdit[];
  /** What was repaired, such as `Deployment shop/orders: seccomp-required`. */
  readonly repaired: readonly string[];
  /** What could have been, and why it was not. */
  readonly left: readonly string[];
}

/**
 * Repairs manifests as the rules' own remediations do, touching nothing else in the text. What comes out is read again:
 * if it is not exactly what was meant, the text stays as it was.
 */
export function fixedText(
  { text, resources }: ReadText,
  findings: readonly Finding[],
  asked: readonly AskedRule[],
): FixedText {
  const broken = Map.groupBy(findings.filter(isRepairable), ({ object }) => object.resource);
  const manifests = manifestsIn(text);
  const editable = new EditableText(text.text);
  const [edits, repaired, left]: [TextEdit[], string[], string[]] = [[], [], []];
  const meant = manifests.map((manifest, index) => {
    const own = broken.get(resources[index] as Resource) ?? [];
    const before = manifest.resource.props;
    const { props, rules, untouched } = remediated(manifest, own, asked);
    const { label } = new StackObject(manifest.resource);
    left.push(...untouched.map((rule) => `${label}: ${rule}: ${ON_PURPOSE}`));
    if (rules.length === 0) return before;
    try {
      edits.push(...editsFor(editable, manifest, props));
      repaired.push(...rules.map((rule) => `${label}: ${rule}`));
      return props;
    } catch (error) {
      if (!(error instanceof NotEditable)) throw error;
      left.push(`${label}: ${rules.join(", ")}: ${error.message}`);
      return before;
    }
  });
  const after = edited(text.text, edits);
  const unchanged = { file: text.file, before: text.text, after: text.text, edits: [], repaired: [] };
  if (edits.length === 0) return { ...unchanged, left };
  if (isMeant({ ...text, text: after }, meant)) return { ...unchanged, after, edits, repaired, left };
  return {
    ...unchanged,
    left: [...left, ...repaired.map((what) => `${what}: the text cannot take it as it is written`)],
  };
}

function isRepairable({ rule, verdict, exemption }: Finding): boolean {
  return verdict === "fail" && rule.remediate !== undefined && exemption === undefined;
}

/** Repairs fill in what is not said; what is may be what the service lives from. */
const ON_PURPOSE =
  "the object says otherwise, and a repair could break what runs; correct it by hand, or let it opt out";

/** What an object is once the rules have repaired it, which of them had anything to repair, and which left it alone. */
function remediated({ resource }: Manifest, findings: readonly Finding[], asked: readonly AskedRule[]) {
  // A copy without shared parts: what an alias repeats elsewhere must not change with it.
  const props: Record<string, unknown> = findings.length === 0 ? {} : JSON.parse(JSON.stringify(resource.props));
  const object = new StackObject({ ...resource, props });
  const [rules, untouched]: [string[], string[]] = [[], []];
  for (const { rule } of findings) {
    const before = structuredClone(props);
    const params = asked.find((one) => one.rule.id === rule.id)?.params ?? {};
    rule.remediate?.(object, params as never);
    (isDeepStrictEqual(before, props) ? untouched : rules).push(rule.id);
  }
  return { props, rules, untouched };
}

function editsFor(text: EditableText, { resource, place }: Manifest, props: Record<string, unknown>): TextEdit[] {
  const changes = changesBetween(JSON.parse(JSON.stringify(resource.props)), props);
  if (changes === undefined) throw new NotEditable("something would have to be removed");
  return changes.map(({ keys, value }) => text.edit(place.document, { keys: [...place.keys, ...keys], value }));
}

function isMeant(text: Text, meant: readonly unknown[]): boolean {
  try {
    const written = manifestsIn(text).map(({ resource }) => JSON.stringify(sorted(resource.props)));
    return isDeepStrictEqual(
      written,
      meant.map((props) => JSON.stringify(sorted(props))),
    );
  } catch {
    return false;
  }
}

/** Key order means nothing, and decides nothing. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, item]) => [key, sorted(item)]));
}
