import { CustomResource } from "@pulumi/kubernetes/apiextensions/customResource.js";
import type * as pulumi from "@pulumi/pulumi";
import type { Namespace } from "../cluster/namespace.ts";
import { Component } from "../core/component.ts";
import type { Duration } from "../core/duration.ts";
import { refuse } from "../core/invalid.ts";
import type { Transform } from "../core/transform.ts";
import type { CertificateManifest } from "./cert-manager.ts";
import { type CertificatePlanArgs, certificatePlan, certificateSecret } from "./certificate-plan.ts";
import type { Issuer } from "./issuer.ts";

export interface CertificateArgs
  extends Pick<CertificatePlanArgs, "usages" | "commonName" | "secretLabels" | "combined"> {
  readonly namespace: Namespace;
  readonly issuer: Issuer;
  /** Names that the certificate is for; at least one. */
  readonly hosts: readonly string[];
  /** 90 days by default: what public authorities give. */
  readonly duration?: Duration;
  readonly transform?: { readonly certificate?: Transform<CertificateManifest> };
}

/** A certificate that renews itself, in the Secret `<name>-tls` of its namespace. */
export class Certificate extends Component {
  /** Secret with `tls.crt`, `tls.key` and `ca.crt`. */
  readonly secretName: string;

  constructor(name: string, args: CertificateArgs, opts?: pulumi.ComponentResourceOptions) {
    const { namespace, issuer, hosts, duration = "90d", transform, ...rest } = args;
    if (hosts.length === 0)
      refuse(`Certificate "${name}"`, [{ field: "hosts", given: hosts, allowed: "at least one name" }]);
    super("edge:Certificate", name, opts, [namespace, issuer]);
    this.secretName = certificateSecret(name);
    const plan = certificatePlan({
      ...rest,
      name,
      namespace: namespace.name,
      issuer: issuer.ref,
      dnsNames: hosts,
      duration,
    });
    new CustomResource(...this.child(name, plan, transform?.certificate));
    this.registerOutputs({ secretName: this.secretName });
  }
}
