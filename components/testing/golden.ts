import { dump } from "js-yaml";
import { HOLDS_NO_SECRET } from "../observability/monitoring/plain-secret.ts";
import { isSecret, type Recorded } from "./record.ts";

/** Every resource in an order that does not depend on timing, secrets left out. */
export function golden(resources: readonly Recorded[]): string {
  const key = ({ type, name }: Recorded) => `${type} ${name}`;
  const sorted = [...resources].sort((a, b) => (key(a) < key(b) ? -1 : 1));
  const documents = sorted.map(({ type, name, inputs }) => ({ type, name, inputs: shown(inputs) }));
  return documents
    .map((document) => `---\n${dump(document, { sortKeys: true, lineWidth: 120, noRefs: true })}`)
    .join("");
}

/** What a resource says is no secret is shown, though the SDK takes it for one. */
function shown(inputs: Recorded["inputs"]): unknown {
  const { stringData, ...others } = inputs;
  if (inputs.metadata?.annotations?.[HOLDS_NO_SECRET] === undefined) return withoutSecrets(inputs);
  return { ...(withoutSecrets(others) as object), stringData: stringData.value };
}

/** The same value with `<secret>` in the place of each secret. */
export function withoutSecrets(value: unknown): unknown {
  if (isSecret(value)) return "<secret>";
  if (Array.isArray(value)) return value.map(withoutSecrets);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, withoutSecrets(entry)]));
}
