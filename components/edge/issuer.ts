import { CustomResource } from "@pulumi/kubernetes/apiextensions/customResource.js";
import type * as pulumi from "@pulumi/pulumi";
import { Component } from "../core/component.ts";
import { refuse } from "../core/invalid.ts";
import type { Transform } from "../core/transform.ts";
import type { IssuerRef } from "../core/usage.ts";
import type { CertificateManifest, IssuerManifest } from "./cert-manager.ts";
import {
  type AcmeAuthority,
  acmePlan,
  issuerProblems,
  issuerRef,
  type PrivateAuthority,
  privateAuthorityPlan,
} from "./issuer-plan.ts";

export type IssuerArgs = (PrivateAuthority | AcmeAuthority) & {
  readonly transform?: { readonly issuer?: Transform<IssuerManifest>; readonly root?: Transform<CertificateManifest> };
};

/** Who signs certificates, for the whole cluster. A private one needs nothing from outside, so it also works offline. */
export class Issuer extends Component {
  readonly ref: IssuerRef;

  constructor(name: string, args: IssuerArgs, opts?: pulumi.ComponentResourceOptions) {
    refuse(`Issuer "${name}"`, issuerProblems(name, args));
    super("edge:Issuer", name, opts);
    this.ref = issuerRef(name);
    const { transform } = args;
    if (args.authority === "acme") new CustomResource(...this.child(name, acmePlan(name, args), transform?.issuer));
    else {
      const plan = privateAuthorityPlan(name);
      const bootstrap = new CustomResource(...this.child(`${name}-bootstrap`, plan.bootstrap));
      const root = new CustomResource(
        ...this.child(`${name}-root`, plan.root, transform?.root, { dependsOn: bootstrap }),
      );
      new CustomResource(...this.child(name, plan.issuer, transform?.issuer, { dependsOn: root }));
    }
    this.registerOutputs({ ref: this.ref });
  }
}
