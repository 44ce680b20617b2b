import type { types } from "@pulumi/kubernetes";
import { labels } from "../../core/labels.ts";

/** On a Secret of which everybody may read everything: why it is one all the same. */
export const HOLDS_NO_SECRET = "plumbline.dev/holds-no-secret";

/** What the operator takes as a Secret alone, though nothing in it is secret. */
export function plainSecret(
  name: string,
  namespace: string,
  why: string,
  stringData: Readonly<Record<string, string>>,
): types.input.core.v1.Secret {
  return {
    metadata: { name, namespace, labels: labels(name), annotations: { [HOLDS_NO_SECRET]: why } },
    stringData: { ...stringData },
  };
}
