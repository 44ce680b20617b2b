import { type InvokeRequest, type InvokeResult, reveal } from "../rpc/index.ts";
import { toProperties } from "./convert.ts";
import { ManifestError, parseManifests, withNamespace } from "./manifests.ts";
import type { Json } from "./object.ts";
import type { Session } from "./session.ts";

const UNSUPPORTED: Readonly<Record<string, string>> = {
  "kubernetes:helm:template": 'Helm; render the chart ("helm template") and use kubernetes.yaml.v2.ConfigGroup',
  "kubernetes:kustomize:directory": 'Kustomize; render it ("kubectl kustomize") and use kubernetes.yaml.v2.ConfigGroup',
};

/** Runs a function of the provider. They work without a cluster too. */
export async function invoke(session: Session | undefined, { token, args }: InvokeRequest): Promise<InvokeResult> {
  const missing = UNSUPPORTED[token];
  if (missing !== undefined) throw new Error(`${token}: the rehearsal's provider does not run ${missing}`);
  if (token !== "kubernetes:yaml:decode") throw new Error(`the Kubernetes provider has no function ${token}`);
  const [text, namespace] = [reveal(args.text ?? null), reveal(args.defaultNamespace ?? null)];
  if (typeof text !== "string") return { failures: [{ property: "text", reason: "text must be a manifest in YAML" }] };
  try {
    const objects = await withNamespace(
      parseManifests(text),
      typeof namespace === "string" ? namespace : "",
      session?.api,
    );
    return { result: toProperties({ result: objects as Json }) };
  } catch (error) {
    if (error instanceof ManifestError) return { failures: [{ property: "text", reason: error.message }] };
    throw error;
  }
}
