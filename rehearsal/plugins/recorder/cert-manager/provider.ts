import type { ConstructRequest } from "@pulumi/pulumi/proto/provider_pb.js";
import { type PropertyMap, type Provider, UNKNOWN } from "../../rpc/index.ts";
import { MARK } from "../fingerprint.ts";
import type { Journal } from "../journal.ts";
import { NOTE } from "../recorder.ts";
import { constructComponent } from "./construct.ts";

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
    async construct(message) {
      const request = message as ConstructRequest;
      if (request.getType() !== TYPE) return none();
      const preview = request.getDryrun();
      const { urn, inputs, response } = await constructComponent(request, (inputs) => ({
        status: preview ? UNKNOWN : releaseStatus(request.getName(), version, inputs),
      }));
      tell(urn, `${NOTE}: no chart is installed`);
      const name = request.getName();
      if (!preview) journal({ operation: "construct", type: TYPE, name, urn, id: `${MARK}-${name}`, inputs });
      return response;
    },
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
