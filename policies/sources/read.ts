import { readManifests } from "./manifest.ts";
import { isPulumiPreview, readPulumiPreview } from "./pulumi-preview.ts";
import { isPulumiState, readPulumiState } from "./pulumi-state.ts";
import type { Reading, Text } from "./reading.ts";
import { isResourceList, readResourceList } from "./resources.ts";
import { refuseEndless } from "./size.ts";

/** What no file with objects is without. Files of a folder that have none of it are not even parsed. */
const MAY_HOLD_OBJECTS = /\bapiVersion\b|"deployment"|"steps"|"props"/;

/** What only Pulumi's JSON and lists of resources have. */
const MAY_BE_PULUMI = /^\s*(?:\[|\{[\s\S]*?"(?:deployment|steps)")/;

const SOURCES = [
  { is: isPulumiState, read: readPulumiState },
  { is: isPulumiPreview, read: readPulumiPreview },
  { is: isResourceList, read: readResourceList },
];

/** Reads the objects of a text; its content tells what it is. Throws Unreadable, with a sentence about what is wrong. */
export function read(given: Text): Reading {
  const text = { ...given, text: given.text.replace(/^\uFEFF/, "") };
  if (text.found && !MAY_HOLD_OBJECTS.test(text.text))
    return { resources: [], notes: [`${text.file}: passed over: it holds no Kubernetes object`] };
  const value = MAY_BE_PULUMI.test(text.text) ? json(text.text) : undefined;
  const source = SOURCES.find(({ is }) => is(value));
  if (!source) return readManifests(text);
  refuseEndless(value);
  return source.read(value, text.file);
}

/** Undefined for what is not JSON: it may be YAML in flow style. */
function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
