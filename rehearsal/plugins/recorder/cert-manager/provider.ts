import { answerConstruct, type PropertyMap, type Provider, UNKNOWN } from "../../rpc/index.ts";
import { MARK } from "../fingerprint.ts";
import type { Journal } from "../journal.ts";
import { NOTE } from "../recorder.ts";
import { settled } from "./settled.ts";

const TYPE = "kubernetes-cert-manager:index:CertManager";

/** Tells something at a resource, in the engine's log. */
export type Tell = (urn: string, message: string) => void;

/**
 * Stands in for `@pulumi/kubernetes-cert-manager`, whose one component installs a Helm chart: records the component
 * and installs nothing, which its `status` says.
 */
export function certManagerRecorder(version: string, journal: Journal, tell: Tell): Provider {
  const none = async (): Promise<never> => {
    throw new Error(`kubernetes-cert-manager has one component, ${TYPE}, and no resources of its own`);
  };
  return {
    name: "kubernetes-cert-manager",
    version,
    async configure() {},
    construct: (message) =>
      answerConstruct(message, { name: "kubernetes-cert-manager", version }, async (request) => {
        const { type, name, preview } = request;
        if (type !== TYPE) return none();
        const inputs = settled(request.inputs);
        const urn = await request.registerSelf(inputs);
        tell(urn, `${NOTE}: no chart is installed`);
        if (!preview) journal({ operation: "construct", type, name, urn, id: `${MARK}-${name}`, inputs });
        const outputs = { status: preview ? UNKNOWN : releaseStatus(name, version, inputs) };
        await request.finish(urn, outputs);
        return { urn, outputs };
      }),
    check: none,
    diff: none,
    create: none,
    update: none,
    read: none,
    delete: none,
  };
}

function releaseStatus(name: string, version: string, { helmOptions }: PropertyMap): PropertyMap {
  const { namespace, version: chartVersion } = (helmOptions ?? {}) as PropertyMap;
  return {
    name: `${MARK}-${name}`,
    namespace: namespace ?? "default",
    chart: `cert-manager (${MARK})`,
    version: chartVersion ?? version,
    appVersion: MARK,
    revision: 0,
    status: NOTE,
  };
}
