import {
  ValidatingAdmissionPolicy,
  type ValidatingAdmissionPolicyArgs,
} from "@pulumi/kubernetes/admissionregistration/v1/validatingAdmissionPolicy.js";
import {
  ValidatingAdmissionPolicyBinding,
  type ValidatingAdmissionPolicyBindingArgs,
} from "@pulumi/kubernetes/admissionregistration/v1/validatingAdmissionPolicyBinding.js";
import type * as pulumi from "@pulumi/pulumi";
import { Component } from "../core/component.ts";
import type { Transform } from "../core/transform.ts";

interface Manifest<Kind extends string, Spec> {
  readonly apiVersion: "admissionregistration.k8s.io/v1";
  readonly kind: Kind;
  readonly metadata: { readonly name: string; readonly labels?: Readonly<Record<string, string>> };
  readonly spec: NonNullable<Spec>;
}

/** A policy that the API server itself holds requests to, or the binding that puts one into force. */
export type AdmissionManifest =
  | Manifest<"ValidatingAdmissionPolicy", ValidatingAdmissionPolicyArgs["spec"]>
  | Manifest<"ValidatingAdmissionPolicyBinding", ValidatingAdmissionPolicyBindingArgs["spec"]>;

export interface AdmissionArgs {
  /** ValidatingAdmissionPolicies and their bindings, each name once for each kind. A policy without a binding does nothing. */
  readonly manifests: readonly AdmissionManifest[];
  /** Each is asked for every object of its kind, with its name. */
  readonly transform?: {
    readonly policy?: Transform<ValidatingAdmissionPolicyArgs>;
    readonly binding?: Transform<ValidatingAdmissionPolicyBindingArgs>;
  };
}

/**
 * What a cluster holds everyone to, whatever tool they come with: a request that breaks a policy is refused, or warned about, by the API
 * server. Policies come into force within a second or two of their binding; what is in the cluster already stays.
 */
export class Admission extends Component {
  constructor(name: string, { manifests, transform }: AdmissionArgs, opts?: pulumi.ComponentResourceOptions) {
    super("cluster:Admission", name, opts);
    for (const manifest of manifests) {
      if (manifest.kind === "ValidatingAdmissionPolicy")
        new ValidatingAdmissionPolicy(
          ...this.child<ValidatingAdmissionPolicyArgs>(manifest.metadata.name, manifest, transform?.policy),
        );
      else
        new ValidatingAdmissionPolicyBinding(
          ...this.child<ValidatingAdmissionPolicyBindingArgs>(manifest.metadata.name, manifest, transform?.binding),
        );
    }
    this.registerOutputs({});
  }
}
