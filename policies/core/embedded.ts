import { load, YAMLException } from "js-yaml";
import { Field, MalformedValue } from "./field.ts";

/** A ConfigMap holds one MiB at most; what is longer is no configuration. */
const MAX_CHARACTERS = 1_048_576;
/** Aliases multiply when they stand in one another: this few make a document at most a thousand times longer. */
const MAX_ALIASES = 20;

/**
 * The YAML or JSON document that stands as text in a field, e.g. in a ConfigMap: its fields go on from the field's own
 * path. Throws MalformedValue on what is no such document; what stands in it is never shown, for it may be secret.
 */
export function embedded(holder: Field, key: string, text = holder.at(key).text() ?? ""): Field {
  const path = holder.at(key).path;
  if (text.length > MAX_CHARACTERS)
    throw new MalformedValue(path, `a text of ${text.length} characters`, `a document of at most ${MAX_CHARACTERS}`);
  try {
    return new Field(text.trim() === "" ? undefined : load(text, { maxAliases: MAX_ALIASES }), holder, key);
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    const line = error.mark === undefined ? "" : ` in line ${error.mark.line + 1}`;
    throw new MalformedValue(path, `no YAML${line}`, `YAML or JSON, with at most ${MAX_ALIASES} aliases`);
  }
}
