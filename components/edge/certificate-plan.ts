import { waitFor } from "../core/custom-resource.ts";
import { type Duration, goDuration, milliseconds } from "../core/duration.ts";
import { labels } from "../core/labels.ts";
import type { IssuerRef } from "../core/usage.ts";
import type { CertificateManifest } from "./cert-manager.ts";

export interface CertificatePlanArgs {
  readonly name: string;
  readonly namespace: string;
  readonly issuer: IssuerRef;
  readonly dnsNames: readonly string[];
  /** How long it is valid. */
  readonly duration: Duration;
  /** What the key may be used for; both by default, since a server of a cluster is also a client of its peers. */
  readonly usages?: readonly ("server auth" | "client auth")[];
  /** Name that servers know it by, where they know their peers by certificate. None by default: hosts say it all. */
  readonly commonName?: string;
  readonly secretLabels?: Readonly<Record<string, string>>;
  /** Adds `tls-combined.pem`, key and chain in one file, which some servers ask for. */
  readonly combined?: boolean;
}

/** A new certificate is fetched when a third of the lifetime is left: time enough to notice a failure and act. */
const RENEWED_AT = 3;

/** The Secret that a certificate is written to: `tls.crt`, `tls.key` and `ca.crt`. */
export function certificateSecret(name: string): string {
  return `${name}-tls`;
}

/** A cert-manager Certificate: a P-256 key that changes at every renewal. */
export function certificatePlan(args: CertificatePlanArgs): CertificateManifest {
  const { name, namespace, issuer, dnsNames, duration, commonName, secretLabels, combined } = args;
  return {
    apiVersion: "cert-manager.io/v1",
    kind: "Certificate",
    metadata: { name, namespace, labels: labels(name), annotations: waitFor("Ready") },
    spec: {
      secretName: certificateSecret(name),
      ...(secretLabels ? { secretTemplate: { labels: secretLabels } } : {}),
      ...(commonName ? { commonName } : {}),
      dnsNames: [...dnsNames],
      duration: goDuration(milliseconds(duration)),
      renewBefore: goDuration(milliseconds(duration) / RENEWED_AT),
      usages: ["digital signature", ...(args.usages ?? ["server auth", "client auth"])],
      privateKey: { algorithm: "ECDSA", size: 256, encoding: "PKCS8", rotationPolicy: "Always" },
      ...(combined ? { additionalOutputFormats: [{ type: "CombinedPEM" as const }] } : {}),
      issuerRef: issuer,
    },
  };
}
